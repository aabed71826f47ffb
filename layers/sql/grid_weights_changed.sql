-- The groups of weights, (place, purpose), that differ between those kept and the new ones, among the groups weighed anew.
CREATE TEMP TABLE grid_weights_changed ON COMMIT DROP AS
SELECT DISTINCT place_kind, place_id, purpose
FROM (SELECT w.* FROM layers_gridweight w {among} WHERE w.size = %(size)s) old
FULL JOIN grid_weights_new new USING (place_kind, place_id, purpose, unit_id, last_edition)
WHERE (old.weight, old.basis, old.first_edition) IS DISTINCT FROM (new.weight, new.basis, new.first_edition)
