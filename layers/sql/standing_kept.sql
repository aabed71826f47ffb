-- Of the objects noted in standing_before, those that stand elsewhere now (standing_moved) keep where they stood for the months
-- before %(since)s: what they have stood at since then or later is replaced, what ended later ends there.
-- A first position, of what was counted by a register or a record alone, is no move unless %(firsts)s.
CREATE TEMP TABLE standing_moved ON COMMIT DROP AS
SELECT b.kind, b.object_id, b.rule, b.geom, b.region_id, n.stands_since
FROM standing_before b
JOIN ({now}) n USING (kind, object_id)
WHERE (b.geom IS NOT NULL OR %(firsts)s)
  AND CASE WHEN b.geom IS NULL AND n.geom IS NULL THEN b.region_id IS DISTINCT FROM n.counted_region
           ELSE b.geom IS DISTINCT FROM n.geom END;

DELETE FROM layers_paststanding p
USING standing_moved m
WHERE (p.kind, p.object_id) = (m.kind, m.object_id) AND p.since >= %(since)s;

UPDATE layers_paststanding p
SET until = %(since)s
FROM standing_moved m
WHERE (p.kind, p.object_id) = (m.kind, m.object_id) AND p.until > %(since)s;

INSERT INTO layers_paststanding (kind, object_id, since, until, rule, geom, found_region_id, declared_region_id)
SELECT kind, object_id, stands_since, %(since)s, rule, geom,
       CASE WHEN geom IS NOT NULL THEN region_id END, CASE WHEN geom IS NULL THEN region_id END
FROM standing_moved
WHERE stands_since IS NULL OR stands_since < %(since)s;

UPDATE layers_meter m SET stands_since = %(since)s
FROM standing_moved s WHERE s.kind = %(meter)s AND s.object_id = m.id;

UPDATE layers_supplyfacility f SET stands_since = %(since)s
FROM standing_moved s WHERE s.kind = %(facility)s AND s.object_id = f.id
