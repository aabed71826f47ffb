-- Where every meter and facility stands: the position that its usage counts at (a meter's own or its user's), the region there
-- or else declared, and the rule. Grain: (kind, object).
SELECT %(meter)s AS kind, m.id AS object_id, m.counted_by::integer AS rule, COALESCE(m.geom, u.geom) AS geom,
       m.counted_region, COALESCE(m.cell_x, m.stand_in_cell_x) AS cell_x, COALESCE(m.cell_y, m.stand_in_cell_y) AS cell_y,
       m.stands_since
FROM layers_meter m
LEFT JOIN layers_wateruser u ON u.id = m.stand_in_id
WHERE {meters}
UNION ALL
SELECT %(facility)s, f.id,
       CASE WHEN f.geom IS NOT NULL THEN %(by_own)s WHEN f.counted_region IS NOT NULL THEN %(by_declared)s ELSE %(by_nothing)s END,
       f.geom, f.counted_region, f.cell_x, f.cell_y, f.stands_since
FROM layers_supplyfacility f
WHERE {facilities}
