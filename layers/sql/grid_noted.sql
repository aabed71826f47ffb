-- Where the positions noted for a change stand, and the facilities in whose areas they lie.
SELECT township_id, cell_x, cell_y FROM grid_points
UNION ALL
SELECT township_id, cell_x, cell_y FROM grid_inside
UNION ALL
SELECT v.parent_id, f.cell_x, f.cell_y
FROM layers_supplyfacility f
JOIN layers_region v ON v.id = f.found_region_id
WHERE f.id IN (SELECT facility_id FROM grid_inside)
