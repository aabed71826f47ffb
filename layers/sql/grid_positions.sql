-- Where the given objects stand, or stood before they were moved, as far as it is in the city. Grain: a meter that counts at a
-- position, its own or its user's; a user; a facility; a past standing.
SELECT v.parent_id AS township_id, COALESCE(m.cell_x, m.stand_in_cell_x) AS cell_x,
       COALESCE(m.cell_y, m.stand_in_cell_y) AS cell_y
FROM {meter} m JOIN {region} v ON v.id = m.counted_region
WHERE m.counted_by = ANY(%(by_position)s) AND {meters}
UNION ALL
SELECT v.parent_id, u.cell_x, u.cell_y
FROM {user} u JOIN {region} v ON v.id = u.found_region_id
WHERE {users}
UNION ALL
SELECT v.parent_id, f.cell_x, f.cell_y
FROM {facility} f JOIN {region} v ON v.id = f.found_region_id
WHERE {facilities}
UNION ALL
SELECT v.parent_id, s.cell_x, s.cell_y
FROM {standing} s JOIN {region} v ON v.id = s.found_region_id
WHERE {standings}
