-- The smallest division of any level that covers each of some positions, as (number, code): where no village does, for not
-- every township has villages.
SELECT DISTINCT ON (p.n) p.n, r.code
FROM unnest(%(n)s::int[], %(lon)s::float8[], %(lat)s::float8[]) AS p(n, lon, lat)
JOIN layers_boundary b ON b.valid_to_id IS NULL AND ST_Covers(b.geom, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4490))
JOIN layers_region r ON r.id = b.region_id AND r.valid_to_id IS NULL
ORDER BY p.n, r.level DESC, r.code
