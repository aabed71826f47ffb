-- Of the objects in standing_before: where one stood last that counts as where it stands now, in the divisions of every edition and
-- in the cells of every size, it was not moved but measured better. Its months are those of today's position again.
CREATE TEMP TABLE standing_same ON COMMIT DROP AS
SELECT p.id, p.kind, p.object_id, p.since
FROM standing_before b
JOIN ({now}) n USING (kind, object_id)
JOIN layers_paststanding p ON (p.kind, p.object_id) = (n.kind, n.object_id) AND p.until = n.stands_since
WHERE (p.counted_region, p.cell_x, p.cell_y, p.geom IS NULL)
    IS NOT DISTINCT FROM (n.counted_region, n.cell_x, n.cell_y, n.geom IS NULL)
  AND NOT EXISTS (
    SELECT FROM (
        SELECT edition_id, code FROM layers_pastplace WHERE kind = %(past)s AND object_id = p.id
    ) AS was
    FULL JOIN (
        SELECT edition_id, code FROM layers_pastplace WHERE kind = p.kind AND object_id = p.object_id
    ) AS is_now USING (edition_id, code)
    WHERE was.code IS NULL OR is_now.code IS NULL
);

UPDATE layers_meter m SET stands_since = s.since
FROM standing_same s WHERE s.kind = %(meter)s AND s.object_id = m.id;

UPDATE layers_supplyfacility f SET stands_since = s.since
FROM standing_same s WHERE s.kind = %(facility)s AND s.object_id = f.id;

DELETE FROM layers_paststanding p USING standing_same s WHERE s.id = p.id;

-- What is deleted has stood nowhere.
DELETE FROM layers_paststanding p
USING standing_before b
WHERE (p.kind, p.object_id) = (b.kind, b.object_id) AND NOT EXISTS (
    SELECT FROM ({now}) n WHERE (n.kind, n.object_id) = (p.kind, p.object_id)
);

DELETE FROM layers_pastplace l
WHERE l.kind = %(past)s AND NOT EXISTS (SELECT FROM layers_paststanding p WHERE p.id = l.object_id)
