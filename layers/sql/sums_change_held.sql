-- Where the litres by which a level's sums change (usage_delta) are not those that the records of a change gained or lost
-- (usage_recorded): nothing when all is well. Grain: (level, month, source, purpose).
SELECT level, month, source, purpose, COALESCE(r.litres, 0), COALESCE(s.litres, 0)
FROM (
    SELECT level, month, source, purpose, sum(volume_l) AS litres
    FROM usage_recorded CROSS JOIN unnest(%(levels)s::integer[]) AS level
    GROUP BY 1, 2, 3, 4
) r
FULL JOIN (
    SELECT level, month, source_sel AS source, purpose_sel AS purpose, sum(volume_l) AS litres
    FROM usage_delta WHERE edition = 0 AND source_sel > 0 AND purpose_sel > 0
    GROUP BY 1, 2, 3, 4
) s USING (level, month, source, purpose)
WHERE COALESCE(r.litres, 0) <> COALESCE(s.litres, 0)
UNION ALL
SELECT level, month, source_sel, purpose_sel, 0, sum(volume_l)
FROM usage_delta WHERE edition > 0
GROUP BY edition, level, month, source_sel, purpose_sel
HAVING sum(volume_l) <> 0
ORDER BY 1, 2, 3, 4
