FULL JOIN (
    SELECT unit_id, sum(volume_l)::bigint AS volume, sum(abs(volume_l))::bigint AS gross,
           sum(CASE WHEN rule = ANY(%(area_rules)s) THEN abs(volume_l) ELSE 0 END)::bigint AS by_area
    FROM layers_gridusage
    WHERE size = %(size)s AND month = {month} AND gap = 0
    GROUP BY unit_id
) {name} USING (unit_id)
