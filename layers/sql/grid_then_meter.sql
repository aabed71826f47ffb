(
    -- Meters as they count in an edition that is over: the columns that the grid reads of layers_meter, the village of then.
    SELECT o.id, o.purpose, o.geom, o.stand_in_id, o.cell_x, o.cell_y, o.stand_in_cell_x, o.stand_in_cell_y, o.counted_by,
           o.stands_since,
           CASE WHEN o.geom IS NOT NULL OR o.stand_in_id IS NOT NULL THEN t.id ELSE o.counted_region END AS counted_region
    FROM layers_meter o
    LEFT JOIN layers_region c ON c.id = o.counted_region
    LEFT JOIN LATERAL ({noted}) n ON TRUE
    LEFT JOIN layers_region t ON t.code = COALESCE(n.code, c.code) AND {here_t}
)
