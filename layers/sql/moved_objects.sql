-- From which division to which the meters and facilities went with an edition of the divisions, and the litres measured at them
-- in the months named. Grain: (code before, code after), both of the finest level known; '' is a position that no village covers.
WITH moved AS (
    SELECT p.kind, p.object_id, p.code AS before,
           COALESCE(n.code, CASE WHEN p.kind = %(meter)s THEN m.code ELSE f.code END, '') AS after
    FROM layers_pastplace p
    -- In the next edition: as noted of it, or of the first after it that has a note; else as the object's own row says.
    LEFT JOIN LATERAL (
        SELECT code FROM layers_pastplace l
        WHERE l.kind = p.kind AND l.object_id = p.object_id AND l.edition_id > p.edition_id
        ORDER BY l.edition_id LIMIT 1
    ) n ON TRUE
    LEFT JOIN (SELECT o.id, r.code FROM layers_meter o JOIN layers_region r ON r.id = o.counted_region) m
        ON p.kind = %(meter)s AND m.id = p.object_id
    LEFT JOIN (SELECT o.id, r.code FROM layers_supplyfacility o JOIN layers_region r ON r.id = o.counted_region) f
        ON p.kind = %(facility)s AND f.id = p.object_id
    WHERE p.edition_id = %(edition)s
), used AS (
    SELECT o.kind, o.object_id, sum(u.volume_l) AS volume_l
    FROM moved o
    JOIN layers_usagerecord u ON u.meter_id = o.object_id
    WHERE o.kind = %(meter)s AND u.month = ANY(%(months)s::date[])
    GROUP BY 1, 2
    UNION ALL
    SELECT o.kind, o.object_id, sum(u.volume_l)
    FROM moved o
    CROSS JOIN unnest(%(months)s::date[]) AS t (month)
    JOIN layers_usagerecord u
        ON u.month = t.month AND u.meter_id IS NULL AND u.facility_id = o.object_id AND u.region_id IS NULL
    WHERE o.kind = %(facility)s
    GROUP BY 1, 2
)
SELECT before, after, count(*) FILTER (WHERE kind = %(meter)s), count(*) FILTER (WHERE kind = %(facility)s),
       COALESCE(sum(volume_l), 0)::bigint
FROM moved LEFT JOIN used USING (kind, object_id)
GROUP BY 1, 2
ORDER BY 5 DESC, 1, 2
