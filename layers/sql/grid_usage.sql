-- The months of a size: what lies in a unit by a position, what came to it by shares, and what is in none (unit 0).
INSERT INTO layers_gridusage (size, month, unit_id, gap, source, purpose, rule, volume_l, records)
SELECT %(size)s, month, unit_id, gap, source, purpose, rule, sum(volume_l), sum(records)
FROM (
    SELECT month, COALESCE(unit_id, 0) AS unit_id, gap, source, purpose, rule, volume_l, records
    FROM grid_base WHERE share_kind IS NULL
    UNION ALL
    SELECT month, unit_id, 0, source, purpose, basis, volume_l, records
    FROM ({shares}) shares
) parts
GROUP BY month, unit_id, gap, source, purpose, rule
ORDER BY month, unit_id, gap, source, purpose, rule
