-- How far the current divisions reach: west, south, east, north in degrees, and their area in m² (that of the highest level
-- that has outlines); no row without any.
SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box), area_m2
FROM (
    SELECT ST_Extent(b.geom) AS box, sum(b.area_m2) AS area_m2
    FROM layers_boundary b
    JOIN layers_region r ON r.id = b.region_id AND r.valid_to_id IS NULL
    WHERE b.valid_to_id IS NULL
    GROUP BY r.level
    ORDER BY r.level
    LIMIT 1
) city
