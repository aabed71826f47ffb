-- The units of a size that a drawn shape takes, by a point in their middle (of a square its centre), and those that its line goes
-- through. Only of these the point is looked for: it always lies in its unit.
SELECT unit_id, region, is_cut, NOT is_cut OR ST_Covers(shape, ST_PointOnSurface(geom)) AS is_in FROM (
    SELECT u.id AS unit_id, r.code AS region, u.geom, a.shape, NOT ST_Covers(a.shape, u.geom) AS is_cut
    FROM (SELECT %(shape)s::geometry AS shape) a
    JOIN layers_gridunit u ON ST_Intersects(u.geom, a.shape)
    JOIN layers_region r ON r.id = u.region_id
    WHERE u.size = %(size)s AND {held} AND NOT r.code = ANY(%(whole)s)
) units
