-- What is different of months in other editions of the divisions: what counts the same after all is in no row.
INSERT INTO layers_griddifference (edition_id, size, month, unit_id, gap, source, purpose, rule, volume_l, records)
SELECT edition, %(size)s, month, unit_id, gap, source, purpose, rule, sum(volume_l)::bigint, sum(records)::integer
FROM grid_delta
GROUP BY edition, month, unit_id, gap, source, purpose, rule
HAVING sum(volume_l) <> 0 OR sum(records) <> 0
ORDER BY edition, month, unit_id, gap, source, purpose, rule
