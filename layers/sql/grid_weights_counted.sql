-- Positions as weights, as many as there are.
INSERT INTO grid_weights_new (place_kind, place_id, purpose, unit_id, weight, basis)
SELECT place_kind, place_id, purpose, unit_id, parts, CASE place_kind WHEN %(region)s THEN %(by_positions)s ELSE %(by_users)s END
FROM grid_counted
WHERE edition = %(edition)s
