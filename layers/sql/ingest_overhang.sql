-- Which of the given outlines lie to more than a share outside their parent's, as (code, name, share).
-- The difference is taken in degrees, where the outlines are, and only its area in the plane.
SELECT code, name, share
FROM (
    SELECT r.code, r.name,
           ST_Area(layers_plane(ST_Difference(b.geom, p.geom))) / NULLIF(b.area_m2, 0) AS share
    FROM layers_boundary b
    JOIN layers_region r ON r.id = b.region_id
    JOIN layers_boundary p ON p.region_id = r.parent_id AND p.valid_to_id IS NULL
    WHERE b.id = ANY(%(boundaries)s)
) outside
WHERE share > %(share)s
ORDER BY share DESC, code
