-- What is in no unit of a size for some of the reasons. Grain: (place, rule, source, purpose), over the months asked.
WITH parts AS (
    SELECT p.kind, p.place_id, p.rule, u.source, u.purpose, sum(u.volume_l)::bigint AS volume_l,
           NULL::bigint AS weight, NULL::bigint AS total, NULL::bigint AS of_l
    FROM layers_gridplace p
    JOIN unnest(%(months)s::date[]) AS m (month)
        ON (p.since IS NULL OR m.month >= p.since) AND (p.until IS NULL OR m.month < p.until)
    JOIN layers_usagerecord u
        ON u.month = m.month
        AND u.meter_id IS NOT DISTINCT FROM CASE p.kind WHEN %(meter)s THEN p.place_id END
        AND u.facility_id IS NOT DISTINCT FROM CASE p.kind WHEN %(facility)s THEN p.place_id END
        AND u.region_id IS NOT DISTINCT FROM CASE p.kind WHEN %(region)s THEN p.place_id END
    WHERE p.size = %(size)s AND p.gap = ANY(%(gaps)s) AND {held_p}
      AND u.source = ANY(%(sources)s) AND u.purpose = ANY(%(purposes)s)
    GROUP BY 1, 2, 3, 4, 5
)
