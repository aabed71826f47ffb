-- Where water of a known purpose is used: the positions by which regions share. Grain: a meter that counts at a
-- position in the city, its own or its user's; each weighs once, in its village and in its township.
INSERT INTO grid_points (edition, sign, id, purpose, village_id, township_id, cell_x, cell_y)
SELECT %(edition)s, %(sign)s, m.id, m.purpose, v.id, v.parent_id,
       COALESCE(m.cell_x, m.stand_in_cell_x), COALESCE(m.cell_y, m.stand_in_cell_y)
FROM {meter} m
JOIN {region} v ON v.id = m.counted_region
WHERE m.counted_by = ANY(%(by_position)s) AND {meters}
