-- Rows of an import whose position lies outside the division they name, or, naming none, outside the city, by more than a
-- tolerance: (row, field's value, division named, what was found, kilometres). What was not written is not looked at again.
-- Distances are taken where both geometries are kept for tiles, and brought to the ground by the latitude.
SELECT id, code, named, found, metres
FROM (
    SELECT r.id, t.code, d.code || ' ' || d.name AS named, f.code || ' ' || f.name AS found,
           (SELECT min(ST_Distance(b.geom_3857, t.geom_3857)) FROM layers_boundary b WHERE b.valid_to_id IS NULL
               AND b.region_id IN (SELECT o.id FROM layers_region o WHERE o.valid_to_id IS NULL
                   AND CASE WHEN d.id IS NULL THEN o.level = %(top)s ELSE o.code = d.code END))
               * cos(radians(ST_Y(t.geom))) AS metres
    FROM {rows} r
    JOIN {table} t ON t.code = r.code
    LEFT JOIN layers_region d ON d.id = t.declared_region_id
    LEFT JOIN layers_region f ON f.id = t.found_region_id
    WHERE r.writes AND t.geom IS NOT NULL
      AND (f.id IS NULL OR left(f.code, length(d.code)) <> d.code)
) outside
WHERE metres > %(tolerance_m)s
ORDER BY id
