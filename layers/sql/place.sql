-- Find the village of every given object. A point on a shared border is covered by several villages: it belongs to
-- the one with the lowest code, the rule the whole house uses. A point that no village covers keeps no found region:
-- it lies outside the city. Only rows whose finding changes are written.
WITH found AS (
    SELECT DISTINCT ON (o.id) o.id, p.region_id
    FROM {table} o
    LEFT JOIN (
        layers_boundarypiece p JOIN layers_region r ON r.id = p.region_id
    ) ON ST_Covers(p.geom, o.geom)
    WHERE {which}
    ORDER BY o.id, r.code
)
UPDATE {table} o
SET found_region_id = found.region_id
FROM found
WHERE found.id = o.id AND o.found_region_id IS DISTINCT FROM found.region_id
