-- A condition: the supply areas whose box has one of the given positions in it.
a.id IN (
    SELECT n.id
    FROM (
        SELECT COALESCE(m.geom, s.geom) AS geom
        FROM layers_meter m
        LEFT JOIN layers_wateruser s ON s.id = m.stand_in_id
        WHERE {meters}
        UNION ALL
        SELECT u.geom FROM layers_wateruser u WHERE {users}
    ) p
    JOIN layers_supplyarea n ON n.geom && p.geom
)
