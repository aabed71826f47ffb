-- Where the water of each meter, facility and region goes: into one unit (unit_id), shared by the weights of a place
-- (share_kind, share_id), or nowhere, with the reason (gap). Grain: one row a meter, facility or region. The rules in
-- their order, docs/grid.md:
--   a meter where it is found to count (layers_meter.counted_by): at a position, in the unit there; else shared over the
--   region that is declared;
--   a facility → its weights; without any, the region declared, or nowhere when its position lies outside the city;
--   a region → its weights. A village without any, for want of an outline in its township, shares as its township of
--   today does. A declared region above the townships is too coarse to share over.
CREATE TEMP TABLE grid_places ON COMMIT DROP AS
WITH objects AS (
    SELECT %(meter)s AS kind, m.id, m.counted_by = ANY(%(by_position)s) AS positioned,
           CASE WHEN m.counted_by = ANY(%(by_position)s) THEN m.counted_region END AS village_id,
           COALESCE(m.cell_x, m.stand_in_cell_x) AS cell_x, COALESCE(m.cell_y, m.stand_in_cell_y) AS cell_y,
           m.counted_by AS rule,
           CASE WHEN m.counted_by <> ALL(%(by_position)s) THEN m.counted_region END AS declared_id
    FROM layers_meter m
    WHERE {meters}
    UNION ALL
    SELECT %(facility)s, f.id, f.geom IS NOT NULL, f.found_region_id, f.cell_x, f.cell_y, %(by_own)s,
           CASE WHEN f.geom IS NULL THEN f.declared_region_id END
    FROM layers_supplyfacility f
    WHERE {facilities}
    UNION ALL
    SELECT %(region)s, r.id, FALSE, NULL, NULL, NULL, %(by_nothing)s, r.id
    FROM layers_region r
    WHERE {regions}
), found AS (
    SELECT o.*, s.unit_id AS at_unit, d.level AS declared_level,
           o.kind = %(facility)s AND EXISTS (
               SELECT FROM layers_gridweight w
               WHERE w.size = %(size)s AND w.place_kind = %(facility)s AND w.place_id = o.id AND w.purpose = 0
           ) AS by_own_weights,
           CASE WHEN EXISTS (
               SELECT FROM layers_gridweight w
               WHERE w.size = %(size)s AND w.place_kind = %(region)s AND w.place_id = d.id AND w.purpose = 0
           ) THEN d.id ELSE (
               SELECT t.id FROM layers_region t
               WHERE d.level >= 3 AND t.code = left(d.code, 9) AND t.valid_to_id IS NULL AND EXISTS (
                   SELECT FROM layers_gridweight w
                   WHERE w.size = %(size)s AND w.place_kind = %(region)s AND w.place_id = t.id AND w.purpose = 0
               )
           ) END AS shared_over
    FROM objects o
    LEFT JOIN layers_region v ON v.id = o.village_id
    LEFT JOIN grid_spots s ON s.township_id = v.parent_id AND s.cell_x = o.cell_x AND s.cell_y = o.cell_y
    LEFT JOIN layers_region d ON d.id = o.declared_id
)
SELECT kind, id,
       CASE WHEN at_unit IS NOT NULL AND NOT by_own_weights THEN rule ELSE %(by_nothing)s END AS rule,
       CASE WHEN NOT by_own_weights THEN at_unit END AS unit_id,
       CASE WHEN by_own_weights THEN %(facility)s WHEN shared_over IS NOT NULL THEN %(region)s END AS share_kind,
       CASE WHEN by_own_weights THEN id ELSE shared_over END AS share_id,
       CASE WHEN by_own_weights OR at_unit IS NOT NULL OR shared_over IS NOT NULL THEN 0
            WHEN positioned AND village_id IS NULL THEN %(outside)s
            WHEN positioned THEN %(no_units)s
            WHEN declared_id IS NULL THEN %(no_place)s
            WHEN declared_level < 3 THEN %(coarse)s
            ELSE %(no_units)s END AS gap
FROM found
;

CREATE TEMP TABLE grid_places_changed ON COMMIT DROP AS
SELECT kind, place_id AS id
FROM (SELECT p.* FROM layers_gridplace p {among} WHERE p.size = %(size)s) old
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
