-- Where the city lies, by its outline or else by all there are, and by how many millionths its area is off the ellipsoid's:
-- (west, south, east, north, ppm).
SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e), (plane_m2 / NULLIF(ellipsoid_m2, 0) - 1) * 1e6
FROM (
    SELECT ST_Extent(b.geom) AS e, sum(b.area_m2) AS plane_m2, sum(ST_Area(b.geom::geography)) AS ellipsoid_m2
    FROM layers_boundary b
    JOIN layers_region r ON r.id = b.region_id
    WHERE b.valid_to_id IS NULL AND r.valid_to_id IS NULL
      AND r.level = (SELECT min(level) FROM layers_region WHERE valid_to_id IS NULL)
) of_city
