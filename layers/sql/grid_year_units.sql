-- The kept years of the units that a change has touched (grid_net), anew from GridUsage, each by the index.
-- Grain: (year, unit); a unit without any record in the year gets no row.
CREATE TEMP TABLE grid_year_touched ON COMMIT DROP AS
SELECT DISTINCT EXTRACT(year FROM month)::integer AS year, unit_id FROM grid_net WHERE gap = 0;

DELETE FROM layers_gridyear y
USING grid_year_touched t
WHERE y.size = %(size)s AND y.year = t.year AND y.edition = 0 AND y.unit_id = t.unit_id;

INSERT INTO layers_gridyear (size, year, unit_id, volume_l, gross_l, by_area_l, present)
SELECT %(size)s, year, unit_id, array_agg(volume ORDER BY nth), array_agg(gross ORDER BY nth), array_agg(by_area ORDER BY nth),
       sum(records::integer << (nth - 1))
FROM grid_year_touched t
CROSS JOIN generate_series(1, 12) AS nth
CROSS JOIN LATERAL (
    SELECT COALESCE(sum(volume_l), 0)::bigint AS volume, COALESCE(sum(abs(volume_l)), 0)::bigint AS gross,
           COALESCE(sum(abs(volume_l)) FILTER (WHERE rule = ANY(%(area_rules)s)), 0)::bigint AS by_area,
           count(*) > 0 AS records
    FROM layers_gridusage u
    WHERE u.size = %(size)s AND u.month = make_date(t.year, nth, 1) AND u.unit_id = t.unit_id AND u.gap = 0
) of_month
GROUP BY year, unit_id
HAVING bool_or(records)
ORDER BY year, unit_id;

DROP TABLE grid_year_touched
