-- Where the parts of townships arrive by COPY, in the plane they were cut in.
CREATE TEMP TABLE grid_units_staged (
    boundary_id bigint, region_id bigint, code text, col integer, row integer, area_m2 float8, geom geometry
) ON COMMIT DROP
