-- Where the positions noted for a change stand, and the facilities in whose areas they lie.
SELECT township_id, cell_x, cell_y FROM grid_points WHERE edition = %(edition)s
UNION ALL
SELECT township_id, cell_x, cell_y FROM grid_inside WHERE edition = %(edition)s
UNION ALL
SELECT v.parent_id, f.cell_x, f.cell_y
FROM {facility} f
JOIN {region} v ON v.id = f.found_region_id
WHERE f.id IN (SELECT facility_id FROM grid_inside)
