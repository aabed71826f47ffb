-- Each as often as it is another, with the editions in which it is so.
DELETE FROM grid_places n
USING (SELECT DISTINCT kind, id FROM grid_affected) a
WHERE a.kind = n.kind AND a.id = n.id;

INSERT INTO grid_places (kind, id, rule, unit_id, share_kind, share_id, gap, since, until, first_edition, last_edition)
SELECT kind, id, p.rule, p.unit_id, p.share_kind, p.share_id, p.gap, p.since, p.until, s.first_edition, s.last_edition
FROM grid_places_spans s
JOIN grid_places_every p USING (kind, id, edition)
