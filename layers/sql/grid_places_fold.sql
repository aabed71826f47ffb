-- Where the water of places that may be others in some edition goes, in every edition: of those for which it was not asked, as today.
CREATE TEMP TABLE grid_places_every ON COMMIT DROP AS
SELECT edition, kind, id, rule, unit_id, share_kind, share_id, gap, since, until FROM grid_places_then
UNION ALL
SELECT e.edition, n.kind, n.id, n.rule, n.unit_id, n.share_kind, n.share_id, n.gap, n.since, n.until
FROM grid_places n
JOIN (SELECT DISTINCT kind, id FROM grid_affected) a USING (kind, id)
CROSS JOIN unnest(%(editions)s::integer[]) AS e (edition)
WHERE NOT EXISTS (SELECT FROM grid_affected x WHERE x.edition = e.edition AND x.kind = n.kind AND x.id = n.id)
