-- The same of what is different of the months in other editions of the divisions. What is not different any more is no row.
CREATE TEMP TABLE grid_net_difference ON COMMIT DROP AS
SELECT edition, month, unit_id, gap, source, purpose, rule, sum(volume_l)::bigint AS volume_l, sum(records)::integer AS records
FROM grid_delta
WHERE edition > 0
GROUP BY 1, 2, 3, 4, 5, 6, 7
HAVING sum(volume_l) <> 0 OR sum(records) <> 0;

INSERT INTO layers_griddifference AS t (edition_id, size, month, unit_id, gap, source, purpose, rule, volume_l, records)
SELECT edition, %(size)s, month, unit_id, gap, source, purpose, rule, volume_l, records
FROM grid_net_difference
ORDER BY edition, month, unit_id, gap, source, purpose, rule
ON CONFLICT (edition_id, size, month, unit_id, gap, source, purpose, rule)
DO UPDATE SET volume_l = t.volume_l + EXCLUDED.volume_l, records = t.records + EXCLUDED.records;

DELETE FROM layers_griddifference t
USING grid_net_difference n
WHERE (t.edition_id, t.size, t.month, t.unit_id, t.gap, t.source, t.purpose, t.rule)
    = (n.edition, %(size)s, n.month, n.unit_id, n.gap, n.source, n.purpose, n.rule)
  AND t.volume_l = 0 AND t.records = 0
