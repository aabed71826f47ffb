-- Months of divisions that what {rows} adds makes many times the largest of the division's own twelve months before, in the
-- kept sums. Grain: a division and month; of divisions inside one another only the uppermost. With each the row of the file that
-- gives most of it. What is added to a month that has records is in {differing}.
WITH written AS (
    SELECT
        r.id, r.month, r.volume_l - COALESCE(d.old, 0) AS more,
        CASE WHEN r.meter_id IS NOT NULL THEN m.counted_region
             WHEN r.facility_id IS NOT NULL THEN f.counted_region ELSE r.region_id END AS region_id
    FROM {rows} r
    LEFT JOIN {differing} d ON d.id = r.id
    LEFT JOIN layers_meter m ON m.id = r.meter_id
    LEFT JOIN layers_supplyfacility f ON f.id = r.facility_id
    WHERE d.id IS NOT NULL OR r.month <> ALL(%(there)s)
), finest AS (
    SELECT w.month, w.region_id, sum(w.more)::bigint AS more, max(ARRAY[w.more, w.id]) AS largest
    FROM written w
    GROUP BY 1, 2
), added AS (
    SELECT w.month, l.level, left(g.code, l.digits) AS code, sum(w.more)::bigint AS more, max(w.largest) AS largest
    FROM finest w
    JOIN layers_region g ON g.id = w.region_id
    JOIN unnest(%(levels)s::smallint[], %(digits)s::integer[]) AS l(level, digits) ON length(g.code) >= l.digits
    GROUP BY 1, 2, 3
), summed AS (
    SELECT a.*, a.more + COALESCE(u.volume_l, 0) AS volume_l
    FROM added a
    LEFT JOIN layers_usagesum u ON u.month = a.month AND u.level = a.level AND u.source_sel = 0 AND u.purpose_sel = 0
        AND u.edition = 0 AND u.code = a.code AND u.gap = 0
), leaping AS MATERIALIZED (
    SELECT s.month, s.code, s.volume_l, s.largest[2] AS id, before.most
    FROM summed s
    CROSS JOIN LATERAL (
        SELECT max(u.volume_l) AS most, count(*) AS months
        FROM generate_series(1, 12) AS back
        JOIN layers_usagesum u ON u.month = (s.month - back * interval '1 month')::date AND u.level = s.level
            AND u.source_sel = 0 AND u.purpose_sel = 0 AND u.edition = 0 AND u.code = s.code AND u.gap = 0
        WHERE u.records > 0
    ) before
    WHERE s.volume_l >= %(least)s AND before.months >= %(fewest)s AND before.most > 0
        AND s.volume_l >= before.most * %(times)s
)
SELECT l.id, to_char(l.month, 'YYYY-MM'), l.code, COALESCE(g.name, ''), l.volume_l, l.most
FROM leaping l
LEFT JOIN layers_region g ON g.code = l.code AND g.valid_to_id IS NULL
WHERE NOT EXISTS (
    SELECT FROM leaping above WHERE above.month = l.month AND above.code <> l.code AND starts_with(l.code, above.code)
)
ORDER BY l.month, l.code
LIMIT %(named)s
