-- What the figure of one unit is made of. Grain: (place, rule, source, purpose), over the months asked.
-- direct: what stands in the unit; shared: what the unit gets of places that share, by the statement that assigned it.
-- The records are reached month by month through their one index, so that a unit costs its own places only.
WITH months AS (
    SELECT unnest(%(months)s::date[]) AS month
), standing AS (
    SELECT kind, place_id, rule, since, until FROM layers_gridplace p WHERE unit_id = %(unit)s AND {held_p}
), direct AS (
    SELECT s.kind, s.place_id, s.rule, u.source, u.purpose, u.volume_l
    FROM standing s
    JOIN months m ON (s.since IS NULL OR m.month >= s.since) AND (s.until IS NULL OR m.month < s.until)
    JOIN layers_usagerecord u
        ON u.month = m.month AND u.meter_id = s.place_id AND u.facility_id IS NULL AND u.region_id IS NULL
    WHERE s.kind = %(meter)s
    UNION ALL
    SELECT s.kind, s.place_id, s.rule, u.source, u.purpose, u.volume_l
    FROM standing s
    JOIN months m ON (s.since IS NULL OR m.month >= s.since) AND (s.until IS NULL OR m.month < s.until)
    JOIN layers_usagerecord u
        ON u.month = m.month AND u.meter_id IS NULL AND u.facility_id = s.place_id AND u.region_id IS NULL
    WHERE s.kind = %(facility)s
), sharing AS (
    SELECT p.kind, p.place_id, p.share_kind, p.share_id, p.since, p.until
    FROM (SELECT DISTINCT place_kind, place_id FROM layers_gridweight w WHERE unit_id = %(unit)s AND {held_w}) w
    JOIN layers_gridplace p ON p.size = %(size)s AND p.share_kind = w.place_kind AND p.share_id = w.place_id
        AND {held_p}
), records AS (
    SELECT u.month, u.source, u.purpose, s.share_kind, s.share_id, u.volume_l
    FROM sharing s
    JOIN months m ON (s.since IS NULL OR m.month >= s.since) AND (s.until IS NULL OR m.month < s.until)
    JOIN layers_usagerecord u
        ON u.month = m.month AND u.meter_id = s.place_id AND u.facility_id IS NULL AND u.region_id IS NULL
    WHERE s.kind = %(meter)s
    UNION ALL
    SELECT u.month, u.source, u.purpose, s.share_kind, s.share_id, u.volume_l
    FROM sharing s
    JOIN months m ON (s.since IS NULL OR m.month >= s.since) AND (s.until IS NULL OR m.month < s.until)
    JOIN layers_usagerecord u
        ON u.month = m.month AND u.meter_id IS NULL AND u.facility_id = s.place_id AND u.region_id IS NULL
    WHERE s.kind = %(facility)s
    UNION ALL
    SELECT u.month, u.source, u.purpose, s.share_kind, s.share_id, u.volume_l
    FROM sharing s
    JOIN months m ON (s.since IS NULL OR m.month >= s.since) AND (s.until IS NULL OR m.month < s.until)
    JOIN layers_usagerecord u
        ON u.month = m.month AND u.meter_id IS NULL AND u.facility_id IS NULL AND u.region_id = s.place_id
    WHERE s.kind = %(region)s
), base AS (
    SELECT row_number() OVER () AS id, r.*
    FROM (
        SELECT month, source, purpose, share_kind, share_id, sum(volume_l)::bigint AS volume_l, count(*)::integer AS records
        FROM records
        WHERE source = ANY(%(sources)s) AND purpose = ANY(%(purposes)s)
        GROUP BY 1, 2, 3, 4, 5
    ) r
), shares AS (
    {shares}
), parts AS (
    SELECT kind, place_id, rule, source, purpose, sum(volume_l)::bigint AS volume_l,
           NULL::bigint AS weight, NULL::bigint AS total, NULL::bigint AS of_l
    FROM direct
    WHERE source = ANY(%(sources)s) AND purpose = ANY(%(purposes)s)
    GROUP BY 1, 2, 3, 4, 5
    UNION ALL
    SELECT s.share_kind, s.share_id, s.basis, s.source, s.purpose, sum(s.volume_l)::bigint, s.weight, s.total,
           sum(b.volume_l)::bigint
    FROM shares s
    JOIN base b ON b.id = s.id
    WHERE s.unit_id = %(unit)s
    GROUP BY s.share_kind, s.share_id, s.basis, s.source, s.purpose, s.weight, s.total
)
