-- Which positions lie in a facility's supply areas. Grain: (facility, position), however many of its areas cover it:
-- a meter that counts at a position (kind 1), and a user, whatever the purpose (kind 2: who is asked where no meter of
-- the purpose stands). The three branches each have their own index on positions.
INSERT INTO grid_inside (edition, sign, facility_id, kind, id, purpose, township_id, cell_x, cell_y)
SELECT DISTINCT %(edition)s::integer, %(sign)s, i.facility_id, i.kind, i.id, i.purpose, v.parent_id, i.cell_x, i.cell_y
FROM (
    SELECT a.facility_id, a.township_id, 1 AS kind, m.id, m.purpose, m.counted_region AS village_id, m.cell_x, m.cell_y
    FROM grid_area_pieces a
    JOIN {meter} m ON ST_Covers(a.geom, m.geom)
    WHERE {meters}
    UNION ALL
    SELECT a.facility_id, a.township_id, 1, m.id, m.purpose, m.counted_region, m.stand_in_cell_x, m.stand_in_cell_y
    FROM {meter} m
    JOIN layers_wateruser s ON s.id = m.stand_in_id
    JOIN grid_area_pieces a ON ST_Covers(a.geom, s.geom)
    WHERE m.stand_in_id IS NOT NULL AND {meters}
    UNION ALL
    SELECT a.facility_id, a.township_id, 2, u.id, 0, u.found_region_id, u.cell_x, u.cell_y
    FROM grid_area_pieces a
    JOIN {user} u ON ST_Covers(a.geom, u.geom)
    WHERE {users}
) i
JOIN {region} v ON v.id = i.village_id AND (i.township_id IS NULL OR v.parent_id = i.township_id)
