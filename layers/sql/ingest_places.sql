-- Where the rows of a file lie: those refused after they were read, then one in so many of the others.
WITH lying AS (
    SELECT s.{row} AS row, s.code, s.{geom} AS geom,
        CASE WHEN r.id IS NULL THEN 'refused' WHEN r.target_id IS NULL THEN 'new' WHEN r.writes THEN 'changed' ELSE 'unchanged' END AS kind
    FROM {staged} s LEFT JOIN {rows} r ON r.id = s.{row}
    WHERE s.{geom} IS NOT NULL
), counted AS (
    SELECT lying.*, count(*) OVER () AS many, row_number() OVER (PARTITION BY kind = 'refused' ORDER BY row) AS number FROM lying
)
SELECT ST_X(point), ST_Y(point), row, code, kind, many
FROM counted, ST_PointOnSurface(geom) AS point
WHERE CASE WHEN kind = 'refused' THEN number <= %(most)s / 4 ELSE number %% (many / %(most)s + 1) = 0 END
ORDER BY row
LIMIT %(most)s
