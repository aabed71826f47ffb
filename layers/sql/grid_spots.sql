-- The unit of every (township, 100 m cell) that something stands in: a join of integers.
-- Division of whole numbers is the floor here: no unit has a negative column or row, because it would have no code.
-- A position whose village reaches a hair beyond its township's outline has no unit there: it belongs to the nearest
-- one of its township, in steps from cell to cell, the lowest code of several.
INSERT INTO grid_spots (edition, township_id, cell_x, cell_y, unit_id)
WITH wanted AS (
    SELECT DISTINCT township_id, cell_x, cell_y FROM ({wanted}) w WHERE cell_x IS NOT NULL AND township_id IS NOT NULL
), exact AS (
    SELECT w.*, u.id AS unit_id
    FROM wanted w
    LEFT JOIN layers_gridunit u
        ON u.size = %(size)s AND u.region_id = w.township_id AND {held_u}
        AND u.col = w.cell_x / %(ratio)s AND u.row = w.cell_y / %(ratio)s
)
SELECT %(edition)s::integer, township_id, cell_x, cell_y, unit_id FROM exact WHERE unit_id IS NOT NULL
UNION ALL
SELECT %(edition)s, e.township_id, e.cell_x, e.cell_y, near.id
FROM exact e
CROSS JOIN LATERAL (
    SELECT u.id
    FROM layers_gridunit u
    WHERE u.size = %(size)s AND u.region_id = e.township_id AND {held_u}
    ORDER BY abs(u.col - e.cell_x / %(ratio)s) + abs(u.row - e.cell_y / %(ratio)s),
             u.code COLLATE "C"
    LIMIT 1
) near
WHERE e.unit_id IS NULL
