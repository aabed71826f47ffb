-- Rows of an import whose position lies outside the division they name, or, naming none, outside the city, by more than a
-- tolerance: (row, code, division named, division found, metres). What was not written is not looked at again.
-- Distances are taken where both geometries are kept for tiles, and brought to the ground by the latitude.
WITH written AS MATERIALIZED (
    SELECT id, code FROM {rows} WHERE writes
), stray AS MATERIALIZED (
    SELECT w.id, t.code, ST_Y(t.geom) AS lat, t.geom_3857, d.code AS declared, d.name AS declared_name,
           f.code || ' ' || f.name AS found
    FROM written w
    JOIN {table} t ON t.code = w.code
    LEFT JOIN layers_region d ON d.id = t.declared_region_id
    LEFT JOIN layers_region f ON f.id = t.found_region_id
    WHERE t.geom IS NOT NULL AND (f.id IS NULL OR left(f.code, length(d.code)) <> d.code)
)
SELECT id, code, named, found, metres
FROM (
    SELECT s.id, s.code, s.declared || ' ' || s.declared_name AS named, s.found,
           ST_Distance(b.geom_3857, s.geom_3857) * cos(radians(s.lat)) AS metres
    FROM stray s
    JOIN layers_region r ON r.valid_to_id IS NULL
        AND r.code = COALESCE(s.declared, (SELECT min(code) FROM layers_region WHERE valid_to_id IS NULL AND level = %(top)s))
    JOIN layers_boundary b ON b.region_id = r.id AND b.valid_to_id IS NULL
    OFFSET 0 -- each distance once
) outside
WHERE metres > %(tolerance_m)s
ORDER BY id
