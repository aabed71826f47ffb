-- Known points that the rows of an import move: longitude and latitude in the file and as they are kept.
SELECT ST_X(r.geom), ST_Y(r.geom), ST_X(t.geom), ST_Y(t.geom)
FROM {rows} r
JOIN {table} t ON t.id = r.target_id
WHERE r.writes AND NOT ST_DWithin(r.geom, t.geom, %(still_deg)s)
ORDER BY r.id
LIMIT %(most)s
