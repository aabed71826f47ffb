-- Weights by positions: a village's and a township's water of a purpose goes where meters and users of that purpose
-- stand in it; a facility's to where they stand in its supply areas, and for purposes of which none stands there to
-- where its users do. One position is one part, whatever it uses: litres would weigh a year's readings into a month.
INSERT INTO grid_weights_new (place_kind, place_id, purpose, unit_id, weight, basis)
SELECT %(region)s, region_id, purpose, unit_id, count(*), %(by_positions)s
FROM (
    SELECT village_id AS region_id, purpose, unit_id FROM grid_points WHERE kind < 3
    UNION ALL
    SELECT township_id, purpose, unit_id FROM grid_points WHERE kind < 3
) of_region
GROUP BY region_id, purpose, unit_id;

INSERT INTO grid_weights_new (place_kind, place_id, purpose, unit_id, weight, basis)
SELECT %(facility)s, facility_id, purpose, unit_id, count(*), %(by_users)s
FROM (
    -- A position on a shared edge of two areas, or in two areas of one facility, counts once for it.
    SELECT DISTINCT a.facility_id, p.kind, p.id, p.purpose, p.unit_id
    FROM grid_area_pieces a
    JOIN grid_points p ON ST_Covers(a.geom, p.geom)
) inside
GROUP BY facility_id, purpose, unit_id
