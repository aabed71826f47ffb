-- Where water of a known purpose is used: the positions that weigh for regions and facilities.
-- Grain: a meter with a position in the city; and, once a purpose, a user with one whose meters of that purpose have
-- none (a meter's own position stands for its user, so nothing weighs twice). kind 1 = meter, 2 = user, 3 = a user
-- whatever the purpose (the fall-back of supply areas).
CREATE TEMP TABLE grid_points ON COMMIT DROP AS
WITH placed AS (
    SELECT 1 AS kind, m.id, m.purpose, m.found_region_id AS village_id, m.cell_x, m.cell_y, m.geom
    FROM layers_meter m
    WHERE m.found_region_id IS NOT NULL
    UNION ALL
    SELECT DISTINCT 2, u.id, m.purpose, u.found_region_id, u.cell_x, u.cell_y, u.geom
    FROM layers_wateruser u
    JOIN layers_meter_users mu ON mu.wateruser_id = u.id
    JOIN layers_meter m ON m.id = mu.meter_id AND m.geom IS NULL
    WHERE u.found_region_id IS NOT NULL
    UNION ALL
    SELECT 3, u.id, 0, u.found_region_id, u.cell_x, u.cell_y, u.geom
    FROM layers_wateruser u
    WHERE u.found_region_id IS NOT NULL
)
SELECT p.kind, p.id, p.purpose, p.village_id, v.parent_id AS township_id,
       p.cell_x, p.cell_y, p.geom, NULL::bigint AS unit_id
FROM placed p
JOIN layers_region v ON v.id = p.village_id
