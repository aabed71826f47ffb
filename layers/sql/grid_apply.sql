-- Bring the kept litres of a size, of each month in its own divisions, to what a change makes of them. A row without records is
-- no row.
CREATE TEMP TABLE grid_net ON COMMIT DROP AS
SELECT n.*, kept.month IS NOT NULL AS stands
FROM (
    SELECT month, unit_id, gap, source, purpose, rule, sum(volume_l)::bigint AS volume_l, sum(records)::integer AS records
    FROM grid_delta
    WHERE edition = 0
    GROUP BY 1, 2, 3, 4, 5, 6
    HAVING sum(volume_l) <> 0 OR sum(records) <> 0
) n
LEFT JOIN (SELECT * FROM layers_gridusage WHERE size = %(size)s) kept USING (month, unit_id, gap, source, purpose, rule);

DELETE FROM layers_gridusage t
USING grid_net n
WHERE (t.size, t.month, t.unit_id, t.gap, t.source, t.purpose, t.rule)
    = (%(size)s, n.month, n.unit_id, n.gap, n.source, n.purpose, n.rule)
  AND t.records + n.records = 0;

UPDATE layers_gridusage t
SET volume_l = t.volume_l + n.volume_l, records = t.records + n.records
FROM grid_net n
WHERE (t.size, t.month, t.unit_id, t.gap, t.source, t.purpose, t.rule)
    = (%(size)s, n.month, n.unit_id, n.gap, n.source, n.purpose, n.rule);

INSERT INTO layers_gridusage (size, month, unit_id, gap, source, purpose, rule, volume_l, records)
SELECT %(size)s, month, unit_id, gap, source, purpose, rule, volume_l, records
FROM grid_net
WHERE NOT stands
ORDER BY month, unit_id, gap, source, purpose, rule
