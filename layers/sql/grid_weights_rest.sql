-- Where no position weighs, area does; where an area has no users and no unit, the facility's own unit.
-- The parts of areas below half a square metre weigh nothing; a place all of whose parts are so small shares equally.
INSERT INTO grid_weights_new (place_kind, place_id, purpose, unit_id, weight, basis)
SELECT place_kind, place_id, 0, unit_id,
       CASE WHEN all_m2 > 0 THEN m2 ELSE 1 END,
       CASE place_kind WHEN %(region)s THEN %(by_region_area)s ELSE %(by_facility_area)s END
FROM (
    SELECT place_kind, place_id, unit_id, round(sum(area_m2))::bigint AS m2,
           sum(round(sum(area_m2))) OVER (PARTITION BY place_kind, place_id) AS all_m2
    FROM grid_areas
    -- Each weighed place once: asked of the weights themselves, every part would meet hundreds of rows of its place.
    LEFT JOIN (SELECT DISTINCT place_kind, place_id FROM grid_weights_new WHERE purpose = 0) weighed
        USING (place_kind, place_id)
    WHERE weighed.place_id IS NULL
    GROUP BY place_kind, place_id, unit_id
) a
WHERE m2 > 0 OR all_m2 = 0;

INSERT INTO grid_weights_new (place_kind, place_id, purpose, unit_id, weight, basis)
SELECT %(facility)s, f.id, 0, s.unit_id, 1, %(by_own)s
FROM {facility} f
JOIN {region} v ON v.id = f.found_region_id
JOIN grid_spots s ON s.edition = %(edition)s AND s.township_id = v.parent_id AND s.cell_x = f.cell_x AND s.cell_y = f.cell_y
-- Again each weighed place once: the rows joined so far are taken for one, and all weights would be read for each.
LEFT JOIN (
    SELECT DISTINCT place_id FROM grid_weights_new WHERE place_kind = %(facility)s AND purpose = 0
) weighed ON weighed.place_id = f.id
WHERE {facilities} AND weighed.place_id IS NULL
