-- What the figure of one region is made of, by the rules of the sums (usage_base). Grain: (place, source, purpose).
-- Each kind of place by itself: the records of meters are most of the table, and read once, beside a hash of the region's
-- meters; those of facilities and regions stand together in the records' index, where no meter is named.
-- Which meters and facilities are the region's, and in which months, is told from outside ("explain_standing"), for in divisions that
-- are over it were others, and before they were moved they stood elsewhere.
-- A reporting unit has the regions whose unit it is, and the facilities in them at any level, as the sums count them.
WITH RECURSIVE inside AS {materialized} (
    {inside}
), months AS (
    SELECT unnest(%(months)s::date[]) AS month
), facilities AS (
    SELECT f.id, CASE WHEN f.found_region_id IS NOT NULL THEN %(by_own)s ELSE %(by_declared)s END AS rule, f.since, f.until
    FROM ({facilities}) f
    WHERE %(level)s = %(unit_level)s OR (%(serves_level)s::smallint[])[f.kind] >= %(level)s
), parts AS (
    SELECT %(meter)s AS kind, m.id AS place_id, m.counted_by AS rule, u.source, u.purpose,
           sum(u.volume_l)::bigint AS volume_l, NULL::bigint AS weight, NULL::bigint AS total, NULL::bigint AS of_l
    FROM ({meters}) m
    JOIN layers_usagerecord u ON u.meter_id = m.id{held_m}
    WHERE u.month BETWEEN %(first)s AND %(last)s{chosen}
    GROUP BY m.id, m.counted_by, u.source, u.purpose
    UNION ALL
    SELECT %(facility)s, f.id, f.rule, u.source, u.purpose, sum(u.volume_l)::bigint, NULL, NULL, NULL
    FROM facilities f
    CROSS JOIN months t
    JOIN layers_usagerecord u
        ON u.month = t.month AND u.meter_id IS NULL AND u.facility_id = f.id AND u.region_id IS NULL{held_f}
    WHERE TRUE{chosen}
    GROUP BY f.id, f.rule, u.source, u.purpose
    UNION ALL
    SELECT %(region)s, i.id, %(by_declared)s, u.source, u.purpose, sum(u.volume_l)::bigint, NULL, NULL, NULL
    FROM inside i
    CROSS JOIN months t
    JOIN layers_usagerecord u
        ON u.month = t.month AND u.meter_id IS NULL AND u.facility_id IS NULL AND u.region_id = i.id
    WHERE TRUE{chosen}
    GROUP BY i.id, u.source, u.purpose
)
