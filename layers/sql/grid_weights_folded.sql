-- Each as often as it is another, with the editions in which it is so.
DELETE FROM grid_weights_new n
USING (SELECT DISTINCT kind, id FROM grid_affected) a
WHERE a.kind = n.place_kind AND a.id = n.place_id;

INSERT INTO grid_weights_new (place_kind, place_id, purpose, unit_id, weight, basis, first_edition, last_edition)
SELECT place_kind, place_id, purpose, w.unit_id, w.weight, w.basis, s.first_edition, s.last_edition
FROM grid_weights_spans s
JOIN grid_weights_every w USING (place_kind, place_id, purpose, edition)
