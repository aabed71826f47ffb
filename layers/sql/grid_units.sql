-- The staged parts as units. A unit's corners are its neighbour's corners, so that they still meet after the transform.
INSERT INTO layers_gridunit (size, col, row, code, region_id, boundary_id, first_edition, last_edition, area_m2, geom)
SELECT %(size)s, s.col, s.row, s.code, s.region_id, s.boundary_id, o.first_edition, o.last_edition, s.area_m2,
       ST_Multi(ST_Transform(ST_SetSRID(s.geom, layers_plane_srid()), 4490))
FROM grid_units_staged s
JOIN grid_outlines o USING (boundary_id)
ORDER BY s.code COLLATE "C"
