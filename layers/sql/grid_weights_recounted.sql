-- The weights by positions of the groups touched: what they were in an edition, with the positions that came and without those
-- that went; a group that is counted anew begins from nothing. Grain of a group: (place, purpose).
INSERT INTO grid_weights_new (place_kind, place_id, purpose, unit_id, weight, basis)
SELECT place_kind, place_id, purpose, unit_id, sum(parts), CASE place_kind WHEN %(region)s THEN %(by_positions)s ELSE %(by_users)s END
FROM (
    SELECT w.place_kind, w.place_id, w.purpose, w.unit_id, w.weight AS parts
    FROM grid_groups g
    JOIN layers_gridweight w ON w.size = %(size)s AND w.place_kind = g.place_kind AND w.place_id = g.place_id AND w.purpose = g.purpose
    WHERE w.basis IN (%(by_positions)s, %(by_users)s) AND {held_w}
      AND NOT EXISTS (SELECT FROM grid_touched t WHERE t.kind = w.place_kind AND t.id = w.place_id)
    UNION ALL
    SELECT place_kind, place_id, purpose, unit_id, parts FROM grid_counted WHERE edition = %(edition)s
) counted
GROUP BY place_kind, place_id, purpose, unit_id
HAVING sum(parts) > 0;

-- A facility whose last user went, in this or another edition, is shared by area again.
INSERT INTO grid_emptied
SELECT g.place_id AS id
FROM grid_groups g
WHERE g.place_kind = %(facility)s AND g.purpose = 0 AND NOT EXISTS (
    SELECT FROM grid_weights_new w WHERE w.place_kind = %(facility)s AND w.place_id = g.place_id AND w.purpose = 0
)
