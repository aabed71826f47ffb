-- recorded against the kept sums of a region level, by month, source and purpose.
SELECT month, source, purpose,
       COALESCE(r.litres, 0), COALESCE(s.placed, 0), COALESCE(s.unassigned, 0), COALESCE(s.outside, 0)
FROM (
    SELECT month, source, purpose, sum(volume_l) AS litres
    FROM layers_usagerecord WHERE month = ANY(%(months)s) GROUP BY 1, 2, 3
) r
FULL JOIN (
    SELECT month, source_sel AS source, purpose_sel AS purpose,
           COALESCE(sum(volume_l) FILTER (WHERE gap = 0), 0) AS placed,
           COALESCE(sum(volume_l) FILTER (WHERE gap NOT IN (0, %(outside)s)), 0) AS unassigned,
           COALESCE(sum(volume_l) FILTER (WHERE gap = %(outside)s), 0) AS outside
    FROM layers_usagesum
    WHERE level = %(level)s AND edition = 0 AND month = ANY(%(months)s) AND source_sel > 0 AND purpose_sel > 0
    GROUP BY 1, 2, 3
) s USING (month, source, purpose)
ORDER BY month, source, purpose
