-- The largest volumes of {rows} beside the largest of the same place, source and purpose in the twelve months before.
-- Grain: a row of the file. Each place is a branch of its own, so that each is found by its part of the key.
WITH large AS (
    SELECT r.id, r.month, r.meter_id, r.facility_id, r.region_id, r.source, r.purpose, r.volume_l
    FROM {rows} r
    WHERE r.volume_l >= %(least)s AND r.correction_no = 0
    ORDER BY r.volume_l DESC
    LIMIT %(most)s
)
SELECT l.id, l.volume_l, before.most
FROM large l
CROSS JOIN LATERAL (
    SELECT max(b.volume_l) AS most
    FROM generate_series(1, 12) AS back
    CROSS JOIN LATERAL (
        SELECT u.volume_l, u.source, u.purpose FROM layers_usagerecord u
        WHERE u.month = (l.month - back * interval '1 month')::date AND u.meter_id = l.meter_id
        UNION ALL
        SELECT u.volume_l, u.source, u.purpose FROM layers_usagerecord u
        WHERE u.month = (l.month - back * interval '1 month')::date AND u.meter_id IS NULL AND u.facility_id = l.facility_id
        UNION ALL
        SELECT u.volume_l, u.source, u.purpose FROM layers_usagerecord u
        WHERE u.month = (l.month - back * interval '1 month')::date AND u.meter_id IS NULL AND u.facility_id IS NULL
            AND u.region_id = l.region_id
    ) b
    WHERE b.source = l.source AND b.purpose = l.purpose
) before
WHERE before.most > 0 AND l.volume_l >= before.most * %(times)s
ORDER BY l.id
