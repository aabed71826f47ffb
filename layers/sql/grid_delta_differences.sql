-- Where the litres that a change moved are not those that were recorded: nothing when all is well.
-- Grain: (month, source, purpose).
SELECT month, source, purpose, COALESCE(r.litres, 0), COALESCE(g.litres, 0)
FROM (
    SELECT month, source, purpose, sum(volume_l) AS litres FROM (
        SELECT month, source, purpose, volume_l FROM grid_records_new
        UNION ALL SELECT month, source, purpose, -volume_l FROM grid_records_old
    ) records
    WHERE month = ANY(%(months)s)
    GROUP BY 1, 2, 3
) r
FULL JOIN (SELECT month, source, purpose, sum(volume_l) AS litres FROM grid_delta WHERE edition = 0 GROUP BY 1, 2, 3) g
    USING (month, source, purpose)
WHERE COALESCE(r.litres, 0) <> COALESCE(g.litres, 0)
ORDER BY month, source, purpose
