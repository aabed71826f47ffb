-- What the figure of one region is made of, by the rules of the sums (usage_base). Grain: (place, source, purpose).
WITH inside AS (
    SELECT id FROM layers_region WHERE code LIKE %(prefix)s
), counted AS (
    SELECT %(meter)s AS kind, m.id AS place_id, m.counted_by AS rule
    FROM layers_meter m
    JOIN inside i ON i.id = m.counted_region
    UNION ALL
    SELECT %(facility)s, f.id, CASE WHEN f.found_region_id IS NOT NULL THEN %(by_own)s ELSE %(by_declared)s END
    FROM layers_supplyfacility f
    JOIN inside i ON i.id = f.counted_region
    WHERE (%(serves_level)s::smallint[])[f.kind] >= %(level)s
    UNION ALL
    SELECT %(region)s, id, %(by_declared)s FROM inside
), parts AS (
    SELECT c.kind, c.place_id, c.rule, u.source, u.purpose, sum(u.volume_l)::bigint AS volume_l,
           NULL::bigint AS weight, NULL::bigint AS total, NULL::bigint AS of_l
    FROM layers_usagerecord u
    JOIN counted c
        ON c.kind = CASE WHEN u.meter_id IS NOT NULL THEN %(meter)s WHEN u.facility_id IS NOT NULL THEN %(facility)s
                         ELSE %(region)s END
        AND c.place_id = CASE WHEN u.meter_id IS NOT NULL THEN u.meter_id
                              WHEN u.facility_id IS NOT NULL THEN u.facility_id ELSE u.region_id END
    WHERE u.month = ANY(%(months)s) AND u.source = ANY(%(sources)s) AND u.purpose = ANY(%(purposes)s)
    GROUP BY 1, 2, 3, 4, 5
)
