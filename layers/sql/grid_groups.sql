-- The groups of weights, (place, purpose), that a change touches in any edition: of positions that came or went, and of the
-- facilities touched.
CREATE TEMP TABLE grid_groups ON COMMIT DROP AS
SELECT place_kind, place_id, purpose FROM grid_counted
UNION
SELECT w.place_kind, w.place_id, w.purpose
FROM grid_touched t
JOIN layers_gridweight w ON w.size = %(size)s AND w.place_kind = t.kind AND w.place_id = t.id AND t.kind = %(facility)s
