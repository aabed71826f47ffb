-- Write the groups of weights that differ, and only those. Grain of a group: (place, purpose),
-- whose weights of one span of editions add up to their own total.
DELETE FROM layers_gridweight w
USING grid_weights_changed c
WHERE w.size = %(size)s AND w.place_kind = c.place_kind AND w.place_id = c.place_id AND w.purpose = c.purpose;

INSERT INTO layers_gridweight (size, place_kind, place_id, purpose, unit_id, weight, basis, first_edition, last_edition, total, nth)
SELECT %(size)s, n.place_kind, n.place_id, n.purpose, n.unit_id, n.weight, n.basis, n.first_edition, n.last_edition,
       sum(n.weight) OVER (PARTITION BY n.place_kind, n.place_id, n.purpose, n.last_edition),
       row_number() OVER (PARTITION BY n.place_kind, n.place_id, n.purpose, n.last_edition ORDER BY u.code COLLATE "C")
FROM grid_weights_new n
JOIN grid_weights_changed c USING (place_kind, place_id, purpose)
JOIN layers_gridunit u ON u.id = n.unit_id
ORDER BY 2, 3, 4, 5
