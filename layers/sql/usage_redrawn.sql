-- What was recorded at divisions themselves in months of other editions than the one asked for, where the outline of the code is
-- another in both. Grain: (code). "months" and "lasts" go together: a month and the last release of its own edition.
WITH recorded AS (
    SELECT r.code, m.last, sum(u.volume_l) AS volume_l
    FROM unnest(%(months)s::date[], %(lasts)s::bigint[]) AS m (month, last)
    JOIN layers_usagerecord u ON u.month = m.month AND u.meter_id IS NULL AND u.facility_id IS NULL
    JOIN layers_region r ON r.id = u.region_id
    WHERE r.code LIKE ANY(%(prefixes)s) AND u.source = ANY(%(sources)s) AND u.purpose = ANY(%(purposes)s)
    GROUP BY 1, 2
)
SELECT c.code, sum(c.volume_l)::bigint
FROM recorded c
CROSS JOIN LATERAL (
    SELECT b.id, b.geom FROM layers_boundary b JOIN layers_region r ON r.id = b.region_id
    WHERE r.code = c.code AND b.valid_from_id <= c.last AND (b.valid_to_id IS NULL OR b.valid_to_id > c.last)
    LIMIT 1
) AS then_had
CROSS JOIN LATERAL (
    SELECT b.id, b.geom FROM layers_boundary b JOIN layers_region r ON r.id = b.region_id
    WHERE r.code = c.code AND b.valid_from_id <= %(asked)s AND (b.valid_to_id IS NULL OR b.valid_to_id > %(asked)s)
    LIMIT 1
) AS asked_has
WHERE then_had.id <> asked_has.id AND NOT then_had.geom = asked_has.geom
GROUP BY 1
ORDER BY 1
