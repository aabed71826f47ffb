-- Where what is different in another edition of the divisions does not add up to nothing: no row when all is well.
-- Grain: (edition, month, source, purpose).
SELECT edition_id, month, source, purpose, sum(volume_l)
FROM layers_griddifference
WHERE edition_id = ANY(%(editions)s) AND size = %(size)s AND month = ANY(%(months)s)
GROUP BY 1, 2, 3, 4
HAVING sum(volume_l) <> 0
ORDER BY 1, 2, 3, 4
