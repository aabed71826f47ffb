-- Bring the kept litres of a size to what a change makes of them. A row without records is no row.
CREATE TEMP TABLE grid_net ON COMMIT DROP AS
SELECT n.*, COALESCE(in_unit.id, in_none.id) AS kept_id
FROM (
    SELECT month, unit_id, gap, source, purpose, rule, sum(volume_l)::bigint AS volume_l, sum(records)::integer AS records
    FROM grid_delta
    GROUP BY 1, 2, 3, 4, 5, 6
    HAVING sum(volume_l) <> 0 OR sum(records) <> 0
) n
-- Two joins, as an absent unit is found by the index only when it is asked for by itself.
LEFT JOIN layers_gridusage in_unit
    ON n.unit_id IS NOT NULL AND in_unit.size = %(size)s AND in_unit.month = n.month AND in_unit.unit_id = n.unit_id
    AND in_unit.gap = 0 AND in_unit.source = n.source AND in_unit.purpose = n.purpose AND in_unit.rule = n.rule
LEFT JOIN layers_gridusage in_none
    ON n.unit_id IS NULL AND in_none.size = %(size)s AND in_none.month = n.month AND in_none.unit_id IS NULL
    AND in_none.gap = n.gap AND in_none.source = n.source AND in_none.purpose = n.purpose AND in_none.rule = n.rule;

DELETE FROM layers_gridusage t USING grid_net n WHERE t.id = n.kept_id AND t.records + n.records = 0;

UPDATE layers_gridusage t
SET volume_l = t.volume_l + n.volume_l, records = t.records + n.records
FROM grid_net n
WHERE t.id = n.kept_id;

INSERT INTO layers_gridusage (size, month, unit_id, gap, source, purpose, rule, volume_l, records)
SELECT %(size)s, month, unit_id, gap, source, purpose, rule, volume_l, records
FROM grid_net
WHERE kept_id IS NULL
ORDER BY month, unit_id, gap, source, purpose, rule
