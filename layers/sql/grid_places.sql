-- Where the water of each meter, facility and region goes: into one unit (unit_id), shared by the weights of a place
-- (share_kind, share_id), or nowhere, with the reason (gap). Grain: one row a meter, facility or region. The rules in
-- their order, docs/grid.md:
--   a meter with a position → its unit; without → its user's (of several the lowest code; one in the city before one
--   outside it); else shared over the region that its register, or else its user's, declares;
--   a facility → its weights; without any, its position is outside or unknown: then the region declared;
--   a region → its weights. A declared region above the townships is too coarse to share over.
CREATE TEMP TABLE grid_places ON COMMIT DROP AS
WITH user_at AS (
    SELECT DISTINCT ON (mu.meter_id) mu.meter_id, u.found_region_id, u.cell_x, u.cell_y
    FROM layers_meter m
    JOIN layers_meter_users mu ON mu.meter_id = m.id
    JOIN layers_wateruser u ON u.id = mu.wateruser_id
    WHERE m.geom IS NULL AND u.geom IS NOT NULL
    ORDER BY mu.meter_id, (u.found_region_id IS NULL), u.code COLLATE "C"
), user_declared AS (
    SELECT DISTINCT ON (mu.meter_id) mu.meter_id, u.declared_region_id
    FROM layers_meter m
    JOIN layers_meter_users mu ON mu.meter_id = m.id
    JOIN layers_wateruser u ON u.id = mu.wateruser_id
    WHERE m.geom IS NULL AND m.declared_region_id IS NULL AND u.declared_region_id IS NOT NULL
    ORDER BY mu.meter_id, u.code COLLATE "C"
), weighed AS (
    SELECT DISTINCT place_kind, place_id FROM layers_gridweight WHERE size = %(size)s
), objects AS (
    SELECT %(meter)s AS kind, m.id,
           m.geom IS NOT NULL OR ua.meter_id IS NOT NULL AS positioned,
           CASE WHEN m.geom IS NOT NULL THEN m.found_region_id ELSE ua.found_region_id END AS village_id,
           CASE WHEN m.geom IS NOT NULL THEN m.cell_x ELSE ua.cell_x END AS cell_x,
           CASE WHEN m.geom IS NOT NULL THEN m.cell_y ELSE ua.cell_y END AS cell_y,
           CASE WHEN m.geom IS NOT NULL THEN %(by_meter)s ELSE %(by_user)s END AS rule,
           COALESCE(m.declared_region_id, ud.declared_region_id) AS declared_id
    FROM layers_meter m
    LEFT JOIN user_at ua ON ua.meter_id = m.id
    LEFT JOIN user_declared ud ON ud.meter_id = m.id
    UNION ALL
    SELECT %(facility)s, f.id, f.geom IS NOT NULL, f.found_region_id, f.cell_x, f.cell_y, %(by_own)s, f.declared_region_id
    FROM layers_supplyfacility f
    UNION ALL
    SELECT %(region)s, r.id, FALSE, NULL, NULL, NULL, %(by_nothing)s, r.id
    FROM layers_region r
), found AS (
    SELECT o.*, s.unit_id AS at_unit,
           own.place_id IS NOT NULL AND o.kind = %(facility)s AS by_own_weights,
           dw.place_id IS NOT NULL AS by_declared_weights,
           d.level AS declared_level
    FROM objects o
    LEFT JOIN layers_region v ON v.id = o.village_id
    LEFT JOIN grid_spots s ON s.township_id = v.parent_id AND s.cell_x = o.cell_x AND s.cell_y = o.cell_y
    LEFT JOIN weighed own ON own.place_kind = o.kind AND own.place_id = o.id
    LEFT JOIN weighed dw ON dw.place_kind = %(region)s AND dw.place_id = o.declared_id
    LEFT JOIN layers_region d ON d.id = o.declared_id
)
SELECT kind, id,
       CASE WHEN at_unit IS NOT NULL AND NOT by_own_weights THEN rule ELSE %(by_nothing)s END AS rule,
       CASE WHEN NOT by_own_weights THEN at_unit END AS unit_id,
       CASE WHEN by_own_weights THEN %(facility)s
            WHEN NOT positioned AND by_declared_weights THEN %(region)s END AS share_kind,
       CASE WHEN by_own_weights THEN id
            WHEN NOT positioned AND by_declared_weights THEN declared_id END AS share_id,
       CASE WHEN by_own_weights OR at_unit IS NOT NULL THEN 0
            WHEN positioned AND village_id IS NULL THEN %(outside)s
            WHEN positioned THEN %(no_units)s
            WHEN by_declared_weights THEN 0
            WHEN declared_id IS NULL THEN %(no_place)s
            WHEN declared_level < 3 THEN %(coarse)s
            ELSE %(no_units)s END AS gap
FROM found
;

CREATE TEMP TABLE grid_places_changed ON COMMIT DROP AS
SELECT kind, place_id AS id
FROM (SELECT * FROM layers_gridplace WHERE size = %(size)s) old
FULL JOIN (SELECT kind, id AS place_id, rule, unit_id, share_kind, share_id, gap FROM grid_places) new
    USING (kind, place_id)
WHERE (old.rule, old.unit_id, old.share_kind, old.share_id, old.gap)
    IS DISTINCT FROM (new.rule, new.unit_id, new.share_kind, new.share_id, new.gap)
    OR old.id IS NULL;

DELETE FROM layers_gridplace p
USING grid_places_changed c
WHERE p.size = %(size)s AND p.kind = c.kind AND p.place_id = c.id;

INSERT INTO layers_gridplace (size, kind, place_id, rule, unit_id, share_kind, share_id, gap)
SELECT %(size)s, n.kind, n.id, n.rule, n.unit_id, n.share_kind, n.share_id, n.gap
FROM grid_places n
JOIN grid_places_changed c USING (kind, id)
ORDER BY 2, 3
