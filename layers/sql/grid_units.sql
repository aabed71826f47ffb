-- The staged parts as units. A unit's corners are its neighbour's corners, so that they still meet after the transform.
INSERT INTO layers_gridunit (size, col, row, code, region_id, boundary_id, area_m2, geom)
SELECT %(size)s, col, row, code, region_id, boundary_id, area_m2, ST_Multi(ST_Transform(geom, 4490))
FROM grid_units_staged
ORDER BY code COLLATE "C"
