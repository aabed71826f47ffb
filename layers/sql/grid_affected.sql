-- What lies, or is shared, otherwise in an edition that is over than today: objects noted elsewhere, what counts in a township of
-- which a line, or that of a village, is another, and facilities that supply it. More than what differs is no harm.
DROP TABLE IF EXISTS pg_temp.grid_redrawn;

CREATE TEMP TABLE grid_redrawn ON COMMIT DROP AS
SELECT DISTINCT left(code, 9) AS code
FROM (
    SELECT r.code, r.id, b.id AS outline
    FROM layers_region r
    LEFT JOIN layers_boundary b ON b.region_id = r.id AND {here_b}
    WHERE r.level >= %(township)s AND {here_r}
) was
FULL JOIN (
    SELECT r.code, r.id, b.id AS outline
    FROM layers_region r
    LEFT JOIN layers_boundary b ON b.region_id = r.id AND b.valid_to_id IS NULL
    WHERE r.level >= %(township)s AND r.valid_to_id IS NULL
) is_now USING (code)
WHERE (was.id, was.outline) IS DISTINCT FROM (is_now.id, is_now.outline)
UNION
SELECT left(code, 9) FROM layers_pastplace WHERE edition_id >= %(edition)s AND code <> '';

INSERT INTO grid_affected (edition, kind, id)
WITH counted AS (
    SELECT id FROM layers_region WHERE left(code, 9) IN (SELECT code FROM grid_redrawn)
), redrawn AS (
    SELECT b.geom
    FROM layers_region r
    JOIN layers_boundary b ON b.region_id = r.id
    WHERE r.code IN (SELECT code FROM grid_redrawn) AND ({here_b} OR b.valid_to_id IS NULL)
)
SELECT %(edition)s, %(region)s, id FROM counted
UNION
SELECT %(edition)s, %(meter)s, id FROM layers_meter WHERE counted_region IN (SELECT id FROM counted)
UNION
SELECT %(edition)s, %(facility)s, id FROM layers_supplyfacility WHERE counted_region IN (SELECT id FROM counted)
UNION
SELECT %(edition)s, %(facility)s, a.facility_id FROM redrawn d JOIN layers_supplyarea a ON ST_Intersects(a.geom, d.geom)
UNION
SELECT %(edition)s, kind, object_id FROM layers_paststanding WHERE counted_region IN (SELECT id FROM counted)
UNION
SELECT %(edition)s, p.kind, p.object_id FROM layers_pastplace p WHERE p.edition_id >= %(edition)s AND p.kind <> %(past)s
UNION
SELECT %(edition)s, s.kind, s.object_id
FROM layers_pastplace p
JOIN layers_paststanding s ON s.id = p.object_id
WHERE p.edition_id >= %(edition)s AND p.kind = %(past)s
