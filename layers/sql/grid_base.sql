-- The records of the months by where they go. Grain: (month, source, purpose, unit and rule | place that shares | gap).
-- Every record falls into exactly one row: a record's place is one meter, facility or region, and each has one row in
-- layers_gridplace, what was moved one for each time that it stood somewhere ("held": left out where nothing ever was). Litres
-- of one place that shares are netted first, so that a correction takes back what it corrects.
CREATE TEMP TABLE grid_base ON COMMIT DROP AS
SELECT row_number() OVER () AS id, b.*
FROM (
    SELECT u.month, u.source, u.purpose, p.unit_id, p.rule, p.share_kind, p.share_id, p.gap,
           sum(u.volume_l)::bigint AS volume_l, count(*)::integer AS records
    FROM layers_usagerecord u
    JOIN layers_gridplace p
        ON p.size = %(size)s
        AND p.kind = CASE WHEN u.meter_id IS NOT NULL THEN %(meter)s WHEN u.facility_id IS NOT NULL THEN %(facility)s
                         ELSE %(region)s END
        AND p.place_id = CASE WHEN u.meter_id IS NOT NULL THEN u.meter_id WHEN u.facility_id IS NOT NULL THEN u.facility_id
                        ELSE u.region_id END
        AND {held_p}{held}
    WHERE u.month = ANY(%(months)s)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
) b
