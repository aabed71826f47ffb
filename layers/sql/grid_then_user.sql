(
    -- Users as they stand in an edition that is over. Nothing is counted at them alone, so nobody notes it: the village is found
    -- as in place.sql.
    SELECT o.id, o.geom, o.cell_x, o.cell_y, v.id AS found_region_id
    FROM layers_wateruser o
    LEFT JOIN LATERAL (
        SELECT t.id
        FROM layers_boundarypiece p
        JOIN layers_boundary b ON b.id = p.boundary_id AND {here_b}
        JOIN layers_region t ON t.id = p.region_id AND {here_t}
        WHERE ST_Covers(p.geom, o.geom)
        ORDER BY t.code
        LIMIT 1
    ) v ON TRUE
)
