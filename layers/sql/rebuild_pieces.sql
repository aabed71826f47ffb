-- Cut the current outlines of the given villages into pieces of at most 64 vertices, so that a point-in-polygon
-- join tests small polygons with tight boxes. Pieces of outlines that are of no edition go away.
DELETE FROM layers_boundarypiece p
USING layers_boundary b
WHERE p.boundary_id = b.id
  AND (b.id = ANY(%(boundary_ids)s) OR b.valid_to_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM layers_edition e WHERE b.valid_from_id <= e.last_release_id AND b.valid_to_id > e.last_release_id
  ));

INSERT INTO layers_boundarypiece (boundary_id, region_id, geom)
SELECT b.id, b.region_id, piece.geom
FROM layers_boundary b
JOIN layers_region r ON r.id = b.region_id AND r.level = 4 AND r.valid_to_id IS NULL
CROSS JOIN LATERAL (
    SELECT (ST_Dump(cut)).geom AS geom FROM ST_Subdivide(b.geom, 64) AS cut
) piece
WHERE b.id = ANY(%(boundary_ids)s) AND b.valid_to_id IS NULL AND ST_Dimension(piece.geom) = 2;
