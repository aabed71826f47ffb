-- From which division to which the meters and facilities went with an edition of the divisions, and the litres measured at them
-- in the months named. Grain: (code before, code after), both of the finest level known; '' is a position that no village covers.
-- What was moved is told where it stood: a place of its own for the months in which it did, which is asked for if they have any.
WITH places AS (
    SELECT %(meter)s AS kind, o.id, %(meter)s AS of_kind, o.id AS object_id, o.counted_region, o.stands_since AS since,
           NULL::date AS until
    FROM layers_meter o
    UNION ALL
    SELECT %(facility)s, o.id, %(facility)s, o.id, o.counted_region, o.stands_since, NULL FROM layers_supplyfacility o
    UNION ALL
    SELECT %(past)s, s.id, s.kind, s.object_id, s.counted_region, s.since, s.until FROM layers_paststanding s
), months AS (
    SELECT unnest(%(months)s::date[]) AS month
), moved AS (
    SELECT o.of_kind AS kind, o.object_id, o.since, o.until, p.code AS before, COALESCE(n.code, r.code, '') AS after
    FROM layers_pastplace p
    JOIN places o ON (o.kind, o.id) = (p.kind, p.object_id)
    -- In the next edition: as noted of it, or of the first after it that has a note; else as the place's own row says.
    LEFT JOIN LATERAL (
        SELECT code FROM layers_pastplace l
        WHERE l.kind = p.kind AND l.object_id = p.object_id AND l.edition_id > p.edition_id
        ORDER BY l.edition_id LIMIT 1
    ) n ON TRUE
    LEFT JOIN layers_region r ON r.id = o.counted_region
    WHERE p.edition_id = %(edition)s
      AND (o.since IS NULL AND o.until IS NULL OR EXISTS (
        SELECT FROM months m WHERE (o.since IS NULL OR m.month >= o.since) AND (o.until IS NULL OR m.month < o.until)
      ))
), used AS (
    SELECT o.kind, o.object_id, o.since, sum(u.volume_l) AS volume_l
    FROM moved o
    JOIN layers_usagerecord u ON u.meter_id = o.object_id
    WHERE o.kind = %(meter)s AND u.month IN (SELECT month FROM months)
      AND (o.since IS NULL OR u.month >= o.since) AND (o.until IS NULL OR u.month < o.until)
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT o.kind, o.object_id, o.since, sum(u.volume_l)
    FROM moved o
    JOIN months t ON (o.since IS NULL OR t.month >= o.since) AND (o.until IS NULL OR t.month < o.until)
    JOIN layers_usagerecord u
        ON u.month = t.month AND u.meter_id IS NULL AND u.facility_id = o.object_id AND u.region_id IS NULL
    WHERE o.kind = %(facility)s
    GROUP BY 1, 2, 3
)
SELECT o.before, o.after, count(DISTINCT o.object_id) FILTER (WHERE o.kind = %(meter)s),
       count(DISTINCT o.object_id) FILTER (WHERE o.kind = %(facility)s), COALESCE(sum(u.volume_l), 0)::bigint
FROM moved o
LEFT JOIN used u ON (u.kind, u.object_id) = (o.kind, o.object_id) AND u.since IS NOT DISTINCT FROM o.since
GROUP BY 1, 2
ORDER BY 5 DESC, 1, 2
