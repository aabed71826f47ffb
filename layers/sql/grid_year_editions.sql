-- The year of a size in every other edition of the divisions, of the units in which any month of it is another there: whole, from
-- GridUsage and what is different. Grain: (edition, unit). A unit in which nothing is recorded then has a row that says so.
DELETE FROM layers_gridyear y WHERE y.size = %(size)s AND y.year = %(year)s AND y.edition > 0 AND {among_y};

INSERT INTO layers_gridyear (size, year, edition, unit_id, volume_l, gross_l, by_area_l, present)
SELECT %(size)s, %(year)s, edition, unit_id, array_agg(volume ORDER BY nth), array_agg(gross ORDER BY nth),
       array_agg(by_area ORDER BY nth), sum(recorded::integer << (nth - 1))
FROM (
    SELECT DISTINCT d.edition_id AS edition, d.unit_id
    FROM layers_griddifference d
    WHERE d.edition_id = ANY(%(editions)s) AND d.size = %(size)s AND d.gap = 0 AND {among_d}
      AND d.month BETWEEN make_date(%(year)s, 1, 1) AND make_date(%(year)s, 12, 1)
) other
CROSS JOIN generate_series(1, 12) AS nth
CROSS JOIN LATERAL (
    SELECT COALESCE(sum(volume), 0)::bigint AS volume, COALESCE(sum(abs(volume)), 0)::bigint AS gross,
           COALESCE(sum(abs(volume)) FILTER (WHERE rule = ANY(%(area_rules)s)), 0)::bigint AS by_area,
           count(*) > 0 AS recorded
    FROM (
        SELECT rule, sum(volume_l) AS volume
        FROM (
            SELECT source, purpose, rule, volume_l, records
            FROM layers_gridusage u
            WHERE u.size = %(size)s AND u.month = make_date(%(year)s, nth, 1) AND u.unit_id = other.unit_id AND u.gap = 0
            UNION ALL
            SELECT source, purpose, rule, volume_l, records
            FROM layers_griddifference d
            WHERE d.edition_id = other.edition AND d.size = %(size)s AND d.month = make_date(%(year)s, nth, 1)
              AND d.unit_id = other.unit_id AND d.gap = 0
        ) parts
        GROUP BY source, purpose, rule
        HAVING sum(records) <> 0
    ) rows
) of_month
GROUP BY edition, unit_id
ORDER BY edition, unit_id
