-- The outline that each of the given facilities supplies, with the township that it is held to (see grid_area_pieces).
SELECT f.id,
       CASE WHEN (%(serves_level)s::smallint[])[f.kind] >= %(township)s
            THEN CASE r.level WHEN %(township)s THEN {own_r} WHEN %(village)s THEN r.parent_id END END,
       ST_AsBinary(layers_plane(a.geom))
FROM (
    SELECT facility_id, CASE count(*) WHEN 1 THEN (array_agg(geom))[1] ELSE ST_Union(geom) END AS geom
    FROM layers_supplyarea a
    WHERE {areas}
    GROUP BY facility_id
) a
JOIN {facility} f ON f.id = a.facility_id
LEFT JOIN {region} r ON r.id = f.counted_region
ORDER BY f.id
