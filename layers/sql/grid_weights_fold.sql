-- The weights of places that may be others in some edition, of every edition: of those in which they were not weighed, today's.
CREATE TEMP TABLE grid_weights_every ON COMMIT DROP AS
SELECT edition, place_kind, place_id, purpose, unit_id, weight, basis FROM grid_weights_then
UNION ALL
SELECT e.edition, n.place_kind, n.place_id, n.purpose, n.unit_id, n.weight, n.basis
FROM grid_weights_new n
JOIN (SELECT DISTINCT kind, id FROM grid_affected) a ON a.kind = n.place_kind AND a.id = n.place_id
CROSS JOIN unnest(%(editions)s::integer[]) AS e (edition)
WHERE NOT EXISTS (
    SELECT FROM grid_affected x WHERE x.edition = e.edition AND x.kind = n.place_kind AND x.id = n.place_id
)
