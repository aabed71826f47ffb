-- A year of a size, anew: the touched months from GridUsage, a join each, the others from what was kept.
-- Each list of slots is twelve figures, January first. Grain: (unit); a unit without any record in the year gets no row;
-- "present" is a bit a month, January the lowest: in which of them anything is recorded.
INSERT INTO layers_gridyear (size, year, unit_id, volume_l, gross_l, by_area_l, present)
SELECT %(size)s, %(year)s, unit_id, volume_l, gross_l, by_area_l, present
FROM (
    SELECT unit_id, ARRAY[{volume_slots}] AS volume_l, ARRAY[{gross_slots}] AS gross_l, ARRAY[{by_area_slots}] AS by_area_l,
           {present} AS present
    FROM grid_year_kept kept {fresh}
) merged
WHERE present <> 0
ORDER BY unit_id
