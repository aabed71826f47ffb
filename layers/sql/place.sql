-- Find the village of every given object. A point on a shared border is covered by several villages: it belongs to
-- the one with the lowest code, the rule the whole house uses. A point that no village covers keeps no found region:
-- it lies outside the city. Only rows whose finding changes are written.
-- An inner join, so that the planner may go from the pieces to the points: a piece is then prepared once for all its
-- points, and 350,000 points take one second instead of seventeen. Points that nothing covers are added afterwards.
WITH covered AS (
    SELECT DISTINCT ON (o.id) o.id, p.region_id
    FROM layers_boundarypiece p
    JOIN layers_region r ON r.id = p.region_id AND r.valid_to_id IS NULL
    JOIN layers_boundary b ON b.id = p.boundary_id AND b.valid_to_id IS NULL
    JOIN {table} o ON ST_Covers(p.geom, o.geom)
    WHERE {which}
    ORDER BY o.id, r.code
), found AS (
    SELECT o.id, covered.region_id
    FROM {table} o
    LEFT JOIN covered ON covered.id = o.id
    WHERE {which}
)
UPDATE {table} o
SET found_region_id = found.region_id
FROM found
WHERE found.id = o.id AND o.found_region_id IS DISTINCT FROM found.region_id
