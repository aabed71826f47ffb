-- The given facilities' supply areas, cut small, so that a position is tested against few edges; and the township that
-- a facility is held to: where the sums count it, if they say a township. What of its area lies beyond supplies nothing
-- there. A facility that the sums count by district, or cannot place, is held to none.
CREATE TEMP TABLE grid_area_pieces ON COMMIT DROP AS
SELECT f.id AS facility_id, ST_Subdivide(a.geom, %(vertices)s) AS geom,
       CASE WHEN (%(serves_level)s::smallint[])[f.kind] >= %(township)s
            THEN CASE r.level WHEN %(township)s THEN {own_r} WHEN %(village)s THEN r.parent_id END END AS township_id
FROM layers_supplyarea a
JOIN {facility} f ON f.id = a.facility_id
LEFT JOIN {region} r ON r.id = f.counted_region
WHERE {areas}
