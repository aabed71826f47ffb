-- The village that covers each of some positions, as (number, code); of several the one with the lowest code.
SELECT DISTINCT ON (p.n) p.n, r.code
FROM unnest(%(n)s::int[], %(lon)s::float8[], %(lat)s::float8[]) AS p(n, lon, lat)
JOIN layers_boundarypiece piece ON ST_Covers(piece.geom, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4490))
JOIN layers_region r ON r.id = piece.region_id AND r.valid_to_id IS NULL
JOIN layers_boundary b ON b.id = piece.boundary_id AND b.valid_to_id IS NULL
ORDER BY p.n, r.code
