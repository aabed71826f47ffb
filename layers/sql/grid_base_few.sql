-- As grid_base, of the places in grid_direct and of all that share by a place in grid_shared; each place's records are
-- reached month by month through their one index. Records in {without} are left out, and those of {instead} read in
-- their place. Grain: (month, source, purpose, unit and rule | place that shares | gap).
CREATE TEMP TABLE grid_base ON COMMIT DROP AS
WITH places AS (
    SELECT p.kind, p.place_id, p.unit_id, p.rule, p.share_kind, p.share_id, p.gap, p.since, p.until,
           NULL::smallint[] AS purposes
    FROM grid_direct d
    JOIN layers_gridplace p ON p.size = %(size)s AND p.kind = d.kind AND p.place_id = d.id AND p.share_kind IS NULL
        AND {held_p}
    UNION ALL
    SELECT p.kind, p.place_id, p.unit_id, p.rule, p.share_kind, p.share_id, p.gap, p.since, p.until,
           s.purposes
    FROM grid_shared s
    JOIN layers_gridplace p ON p.size = %(size)s AND p.share_kind = s.share_kind AND p.share_id = s.share_id
        AND {held_p}
), months AS (
    SELECT unnest(%(months)s::date[]) AS month
), records AS (
    SELECT p.kind, p.place_id, u.id, u.month, u.source, u.purpose, u.volume_l
    FROM places p
    JOIN months m ON (p.since IS NULL OR m.month >= p.since) AND (p.until IS NULL OR m.month < p.until)
    JOIN layers_usagerecord u
        ON u.month = m.month AND u.meter_id = p.place_id AND u.facility_id IS NULL AND u.region_id IS NULL
    WHERE p.kind = %(meter)s
    UNION ALL
    SELECT p.kind, p.place_id, u.id, u.month, u.source, u.purpose, u.volume_l
    FROM places p
    JOIN months m ON (p.since IS NULL OR m.month >= p.since) AND (p.until IS NULL OR m.month < p.until)
    JOIN layers_usagerecord u
        ON u.month = m.month AND u.meter_id IS NULL AND u.facility_id = p.place_id AND u.region_id IS NULL
    WHERE p.kind = %(facility)s
    UNION ALL
    SELECT p.kind, p.place_id, u.id, u.month, u.source, u.purpose, u.volume_l
    FROM places p
    JOIN months m ON (p.since IS NULL OR m.month >= p.since) AND (p.until IS NULL OR m.month < p.until)
    JOIN layers_usagerecord u
        ON u.month = m.month AND u.meter_id IS NULL AND u.facility_id IS NULL AND u.region_id = p.place_id
    WHERE p.kind = %(region)s
), counted AS (
    SELECT * FROM records r WHERE NOT EXISTS (SELECT FROM {without} w WHERE w.id = r.id)
    UNION ALL
    SELECT * FROM {instead} WHERE month IN (SELECT month FROM months)
)
SELECT row_number() OVER () AS id, b.*
FROM (
    SELECT c.month, c.source, c.purpose, p.unit_id, p.rule, p.share_kind, p.share_id, p.gap,
           sum(c.volume_l)::bigint AS volume_l, count(*)::integer AS records
    FROM counted c
    JOIN places p
        ON (p.kind, p.place_id) = (c.kind, c.place_id)
        AND (p.since IS NULL OR c.month >= p.since) AND (p.until IS NULL OR c.month < p.until)
    WHERE p.purposes IS NULL OR c.purpose = ANY(p.purposes)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
) b
