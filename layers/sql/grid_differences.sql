-- recorded ≠ assigned + unassigned + outside, by month, source and purpose: nothing when all is well.
-- gap 0 is assigned, the last gap is outside, those between are unassigned.
SELECT month, source, purpose,
       COALESCE(r.litres, 0), COALESCE(g.assigned, 0), COALESCE(g.unassigned, 0), COALESCE(g.outside, 0)
FROM (
    SELECT month, source, purpose, sum(volume_l) AS litres
    FROM layers_usagerecord WHERE month = ANY(%(months)s) GROUP BY 1, 2, 3
) r
FULL JOIN (
    SELECT month, source, purpose, sum(volume_l) AS litres,
           COALESCE(sum(volume_l) FILTER (WHERE gap = 0), 0) AS assigned,
           COALESCE(sum(volume_l) FILTER (WHERE gap NOT IN (0, %(outside)s)), 0) AS unassigned,
           COALESCE(sum(volume_l) FILTER (WHERE gap = %(outside)s), 0) AS outside
    FROM layers_gridusage WHERE size = %(size)s AND month = ANY(%(months)s) GROUP BY 1, 2, 3
) g USING (month, source, purpose)
WHERE {which}
ORDER BY month, source, purpose
