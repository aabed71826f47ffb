-- Note where objects stood in the editions of the divisions that are over, where that is another village than in the next.
-- The village of a position is found as in place.sql: on a shared border the one with the lowest code.
DELETE FROM layers_pastplace
WHERE kind = %(kind)s AND (%(ids)s::bigint[] IS NULL OR object_id = ANY(%(ids)s));

INSERT INTO layers_pastplace (edition_id, kind, object_id, code)
WITH standing AS MATERIALIZED (
    SELECT id, geom, code
    FROM ({standing}) AS every
    WHERE geom IS NOT NULL AND (%(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s))
), covered AS (
    SELECT DISTINCT ON (e.id, s.id) e.id AS edition_id, s.id, r.code
    FROM layers_edition e
    JOIN layers_boundary b ON b.valid_from_id <= e.last_release_id
        AND (b.valid_to_id IS NULL OR b.valid_to_id > e.last_release_id)
    JOIN layers_boundarypiece p ON p.boundary_id = b.id
    JOIN layers_region r ON r.id = p.region_id
    JOIN standing s ON ST_Covers(p.geom, s.geom)
    ORDER BY e.id, s.id, r.code
), by_edition AS (
    SELECT e.id AS edition_id, s.id, COALESCE(c.code, '') AS code,
           lead(COALESCE(c.code, ''), 1, s.code) OVER (PARTITION BY s.id ORDER BY e.id) AS next
    FROM standing s
    CROSS JOIN layers_edition e
    LEFT JOIN covered c ON c.edition_id = e.id AND c.id = s.id
    WHERE e.last_release_id IS NOT NULL
)
SELECT edition_id, %(kind)s, id, code FROM by_edition WHERE code <> next
