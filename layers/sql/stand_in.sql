-- By whom the given meters count that have no position of their own. A user with a position, one in the city before
-- one outside it, of several the lowest code; where no user has one, the region that a user declares, of the lowest code.
-- Only meters whose finding changes are written; they are named in {changed}.
WITH given AS (
    SELECT m.id, m.geom IS NULL AS borrows FROM layers_meter m WHERE {which}
), at AS (
    SELECT DISTINCT ON (g.id) g.id, u.id AS user_id, u.found_region_id, u.cell_x, u.cell_y
    FROM given g
    JOIN layers_meter_users mu ON mu.meter_id = g.id
    JOIN layers_wateruser u ON u.id = mu.wateruser_id AND u.geom IS NOT NULL
    WHERE g.borrows
    ORDER BY g.id, (u.found_region_id IS NULL), u.code COLLATE "C"
), declared AS (
    SELECT DISTINCT ON (g.id) g.id, u.declared_region_id
    FROM given g
    JOIN layers_meter_users mu ON mu.meter_id = g.id
    JOIN layers_wateruser u ON u.id = mu.wateruser_id AND u.declared_region_id IS NOT NULL
    WHERE g.borrows
    ORDER BY g.id, u.code COLLATE "C"
), found AS (
    SELECT g.id, a.user_id, a.cell_x, a.cell_y,
           CASE WHEN a.id IS NULL THEN d.declared_region_id ELSE a.found_region_id END AS region_id
    FROM given g
    LEFT JOIN at a ON a.id = g.id
    LEFT JOIN declared d ON d.id = g.id
), written AS (
    UPDATE layers_meter m
    SET stand_in_id = f.user_id, stand_in_region_id = f.region_id, stand_in_cell_x = f.cell_x, stand_in_cell_y = f.cell_y
    FROM found f
    WHERE f.id = m.id
      AND (m.stand_in_id, m.stand_in_region_id, m.stand_in_cell_x, m.stand_in_cell_y)
          IS DISTINCT FROM (f.user_id, f.region_id, f.cell_x, f.cell_y)
    RETURNING m.id
)
INSERT INTO {changed} SELECT id FROM written
