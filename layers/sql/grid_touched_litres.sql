-- Whose litres may lie elsewhere after a change: places that stand in a unit or in none (grid_direct), and places that
-- others share by (grid_shared), with the purposes concerned, or all (null). More than what changes is no harm: what
-- they gave is taken off, what they give is put on. Where a touched meter may share from now on is in it beforehand.
CREATE TEMP TABLE grid_direct ON COMMIT DROP AS
SELECT t.kind, t.id FROM grid_touched t WHERE t.kind IN (%(meter)s, %(facility)s, %(region)s);

CREATE TEMP TABLE grid_shared ON COMMIT DROP AS
SELECT share_kind, share_id, CASE WHEN bool_and(purpose IS NOT NULL) THEN array_agg(purpose) END AS purposes
FROM (
    SELECT p.share_kind, p.share_id, NULL::smallint AS purpose
    FROM grid_direct d
    JOIN layers_gridplace p ON p.size = %(size)s AND p.kind = d.kind AND p.place_id = d.id AND p.share_kind IS NOT NULL
    UNION
    SELECT %(facility)s, d.id, NULL FROM grid_direct d WHERE d.kind = %(facility)s
    UNION
    SELECT %(region)s, r.id, NULL
    FROM grid_direct d
    JOIN (
        SELECT %(meter)s AS kind, id, counted_region FROM layers_meter m WHERE {meters}
        UNION ALL SELECT %(facility)s, id, counted_region FROM layers_supplyfacility f WHERE {facilities}
        UNION ALL SELECT kind, object_id, counted_region FROM layers_paststanding s WHERE {standings}
    ) o ON o.kind = d.kind AND o.id = d.id
    JOIN layers_region c ON c.id = o.counted_region
    JOIN layers_region r ON r.code IN (c.code, left(c.code, 9))
    WHERE c.level >= %(township)s
    UNION
    SELECT c.place_kind, c.place_id, NULLIF(c.purpose, 0) FROM grid_weights_changed c
) shared
GROUP BY share_kind, share_id
