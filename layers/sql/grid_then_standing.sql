(
    -- Where objects stood before they were moved, as that counts in an edition that is over.
    SELECT o.id, o.kind, o.object_id, o.since, o.until, o.rule, o.geom, o.cell_x, o.cell_y, o.declared_region_id,
           CASE WHEN o.geom IS NOT NULL THEN t.id END AS found_region_id,
           CASE WHEN o.geom IS NOT NULL THEN t.id ELSE o.counted_region END AS counted_region
    FROM layers_paststanding o
    LEFT JOIN layers_region c ON c.id = o.counted_region
    LEFT JOIN LATERAL ({noted}) n ON TRUE
    LEFT JOIN layers_region t ON t.code = COALESCE(n.code, c.code) AND {here_t}
)
