-- Where a level's kept sums of these months are not what was recorded: nothing when all is well.
-- Grain: (level, month, source, purpose). The differences of other editions of the divisions add up to nothing by themselves.
SELECT level, month, source, purpose, COALESCE(r.litres, 0), COALESCE(s.litres, 0)
FROM (
    SELECT level, month, source, purpose, litres
    FROM (
        SELECT month, source, purpose, sum(volume_l) AS litres
        FROM layers_usagerecord WHERE month = ANY(%(months)s) GROUP BY 1, 2, 3
    ) recorded
    CROSS JOIN unnest(%(levels)s::integer[]) AS level
) r
FULL JOIN (
    SELECT level, month, source_sel AS source, purpose_sel AS purpose, sum(volume_l) AS litres
    FROM layers_usagesum
    WHERE level = ANY(%(levels)s) AND edition = 0 AND source_sel > 0 AND purpose_sel > 0 AND month = ANY(%(months)s)
    GROUP BY 1, 2, 3, 4
) s USING (level, month, source, purpose)
WHERE COALESCE(r.litres, 0) <> COALESCE(s.litres, 0)
UNION ALL
SELECT level, month, source_sel, purpose_sel, 0, sum(volume_l)
FROM layers_usagesum WHERE edition > 0 AND month = ANY(%(months)s)
GROUP BY edition, level, month, source_sel, purpose_sel
HAVING sum(volume_l) <> 0
ORDER BY 1, 2, 3, 4
