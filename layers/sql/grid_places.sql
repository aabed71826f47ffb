-- Where the water of each meter, facility and region goes: into one unit (unit_id), shared by the weights of a place
-- (share_kind, share_id), or nowhere, with the reason (gap), in one edition of the divisions. Grain: one row a meter, facility or region, and one for the
-- months of each place where it stood before it was moved. The rules in
-- their order, docs/grid.md:
--   a meter where it is found to count (layers_meter.counted_by): at a position, in the unit there; else shared over the
--   region that is declared;
--   a facility → its weights; without any, the region declared, or nowhere when its position lies outside the city;
--   a facility that was moved → before, its weights too, as its supply area has no dates, if it counted in the township (a
--   plant for a district: the district) of today; else the unit where it stood;
--   a region → its weights. A village without any, for want of an outline in its township, shares as the
--   township of its code does. A declared region above the townships is too coarse to share over.
INSERT INTO {into} (edition, kind, id, rule, unit_id, share_kind, share_id, gap, since, until)
WITH objects AS (
    SELECT %(meter)s AS kind, m.id, m.counted_by = ANY(%(by_position)s) AS positioned,
           CASE WHEN m.counted_by = ANY(%(by_position)s) THEN m.counted_region END AS village_id,
           COALESCE(m.cell_x, m.stand_in_cell_x) AS cell_x, COALESCE(m.cell_y, m.stand_in_cell_y) AS cell_y,
           m.counted_by AS rule,
           CASE WHEN m.counted_by <> ALL(%(by_position)s) THEN m.counted_region END AS declared_id,
           TRUE AS by_weights, m.stands_since AS since, NULL::date AS until
    FROM {meter} m
    WHERE {meters}
    UNION ALL
    SELECT %(facility)s, f.id, f.geom IS NOT NULL, f.found_region_id, f.cell_x, f.cell_y, %(by_own)s,
           CASE WHEN f.geom IS NULL THEN f.declared_region_id END, TRUE, f.stands_since, NULL
    FROM {facility} f
    WHERE {facilities}
    UNION ALL
    SELECT s.kind, s.object_id, s.geom IS NOT NULL, s.found_region_id, s.cell_x, s.cell_y, s.rule, s.declared_region_id,
           s.kind = %(facility)s AND left(was.code, digits.n) = left(is_now.code, digits.n), s.since, s.until
    FROM {standing} s
    LEFT JOIN {facility} f ON s.kind = %(facility)s AND f.id = s.object_id
    LEFT JOIN layers_region was ON was.id = s.counted_region
    LEFT JOIN layers_region is_now ON is_now.id = f.counted_region
    CROSS JOIN LATERAL (
        SELECT CASE WHEN (%(serves_level)s::smallint[])[f.kind] >= %(township)s THEN 9 ELSE 6 END AS n
    ) digits
    WHERE {standings}
    UNION ALL
    SELECT %(region)s, r.id, FALSE, NULL, NULL, NULL, %(by_nothing)s, r.id, TRUE, NULL, NULL
    FROM layers_region r
    WHERE {regions}
), found AS (
    SELECT o.*, s.unit_id AS at_unit, d.level AS declared_level,
           o.kind = %(facility)s AND COALESCE(o.by_weights, FALSE) AND EXISTS (
               SELECT FROM layers_gridweight w
               WHERE w.size = %(size)s AND w.place_kind = %(facility)s AND w.place_id = o.id AND w.purpose = 0
                 AND (o.until IS NULL OR w.basis <> %(by_own)s) AND {held_w}
           ) AS by_own_weights,
           CASE WHEN EXISTS (
               SELECT FROM layers_gridweight w
               WHERE w.size = %(size)s AND w.place_kind = %(region)s AND w.place_id = d.id AND w.purpose = 0 AND {held_w}
           ) THEN d.id ELSE (
               SELECT t.id FROM layers_region t
               WHERE d.level >= 3 AND t.code IN (d.code, left(d.code, 9)) AND {here_t} AND EXISTS (
                   SELECT FROM layers_gridweight w
                   WHERE w.size = %(size)s AND w.place_kind = %(region)s AND w.place_id = t.id AND w.purpose = 0 AND {held_w}
               )
               ORDER BY t.level DESC
               LIMIT 1
           ) END AS shared_over
    FROM objects o
    LEFT JOIN {region} v ON v.id = o.village_id
    LEFT JOIN grid_spots s ON s.edition = %(edition)s AND s.township_id = v.parent_id AND s.cell_x = o.cell_x AND s.cell_y = o.cell_y
    LEFT JOIN layers_region d ON d.id = o.declared_id
)
SELECT %(edition)s, kind, id,
       CASE WHEN at_unit IS NOT NULL AND NOT by_own_weights THEN rule ELSE %(by_nothing)s END AS rule,
       CASE WHEN NOT by_own_weights THEN at_unit END AS unit_id,
       CASE WHEN by_own_weights THEN %(facility)s WHEN shared_over IS NOT NULL THEN %(region)s END AS share_kind,
       CASE WHEN by_own_weights THEN id ELSE shared_over END AS share_id,
       CASE WHEN by_own_weights OR at_unit IS NOT NULL OR shared_over IS NOT NULL THEN 0
            WHEN positioned AND village_id IS NULL THEN %(outside)s
            WHEN positioned THEN %(no_units)s
            WHEN declared_id IS NULL THEN %(no_place)s
            WHEN declared_level < 3 THEN %(coarse)s
            ELSE %(no_units)s END AS gap,
       since, until
FROM found
