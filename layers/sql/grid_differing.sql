-- Whose litres may lie elsewhere in one edition of the divisions than in another: places that stand in a unit or in none
-- (grid_direct), and places that others share by (grid_shared; null: of every purpose).
CREATE TEMP TABLE grid_direct ON COMMIT DROP AS
SELECT DISTINCT p.kind, p.place_id AS id
FROM layers_gridplace p
WHERE p.size = %(size)s AND (p.first_edition > 0 OR p.last_edition < %(ever)s)
  AND (%(own)s BETWEEN p.first_edition AND p.last_edition) <> (%(other)s BETWEEN p.first_edition AND p.last_edition);

CREATE TEMP TABLE grid_shared ON COMMIT DROP AS
SELECT w.place_kind AS share_kind, w.place_id AS share_id, NULL::smallint[] AS purposes
FROM layers_gridweight w
WHERE w.size = %(size)s AND (w.first_edition > 0 OR w.last_edition < %(ever)s)
  AND (%(own)s BETWEEN w.first_edition AND w.last_edition) <> (%(other)s BETWEEN w.first_edition AND w.last_edition)
UNION
SELECT p.share_kind, p.share_id, NULL
FROM grid_direct d
JOIN layers_gridplace p ON p.size = %(size)s AND p.kind = d.kind AND p.place_id = d.id AND p.share_kind IS NOT NULL
