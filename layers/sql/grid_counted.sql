-- Positions counted by place, purpose and unit: a village's and a township's water of a purpose goes where meters of
-- that purpose count in it, a facility's where they do in its supply areas, and for purposes of which none does where
-- its users stand (purpose 0). One position is one part, whatever it uses: litres would weigh a year's readings into a
-- month. sign −1 takes a position off that was counted before.
INSERT INTO grid_counted (edition, place_kind, place_id, purpose, unit_id, parts)
SELECT %(edition)s, place_kind, place_id, purpose, unit_id, sum(sign)::bigint AS parts
FROM (
    SELECT %(region)s::smallint AS place_kind, at.place_id, p.purpose, s.unit_id, p.sign
    FROM grid_points p
    JOIN grid_spots s USING (edition, township_id, cell_x, cell_y)
    CROSS JOIN LATERAL (VALUES (p.village_id), (p.township_id)) AS at (place_id)
    WHERE edition = %(edition)s
    UNION ALL
    SELECT %(facility)s, i.facility_id, i.purpose, s.unit_id, i.sign
    FROM grid_inside i
    JOIN grid_spots s USING (edition, township_id, cell_x, cell_y)
    WHERE edition = %(edition)s
) counted
WHERE %(counted)s
GROUP BY 1, 2, 3, 4, 5
HAVING sum(sign) <> 0
