-- What the shared rows of grid_base (or of what is being explained: the same statement serves both) give to units, by largest remainder: each unit gets the whole litres of its quota
-- v · w / W, and the litres left go one each to the largest remainders, of equal ones to the lowest unit code. A
-- negative sum is shared as its positive one and turned. All in whole numbers: v · w / W is taken as
-- (v div W) · w + (v mod W) · w / W, whose products stay below W² and so within a bigint.
-- Grain: (base row, unit); a part of nothing too, so that a unit of a place with a record has one.
WITH wanted AS (
    SELECT DISTINCT b.share_kind, b.share_id, b.purpose
    FROM {base} b
    WHERE b.share_kind IS NOT NULL
), chosen AS (
    -- The weights of the purpose, or those of every purpose.
    SELECT w.*, CASE WHEN EXISTS (
        SELECT FROM layers_gridweight g
        WHERE g.size = %(size)s AND g.place_kind = w.share_kind AND g.place_id = w.share_id AND g.purpose = w.purpose AND {held_g}
    ) THEN w.purpose ELSE 0 END AS weighed_purpose
    FROM wanted w
), quotas AS (
    SELECT b.id, b.month, b.source, b.purpose, b.share_kind, b.share_id, b.volume_l, b.records,
           w.unit_id, w.nth AS unit_nth, w.basis, w.weight, w.total,
           abs(b.volume_l) / w.total * w.weight + abs(b.volume_l) %% w.total * w.weight / w.total AS litres,
           abs(b.volume_l) %% w.total * w.weight %% w.total AS remainder
    FROM {base} b
    JOIN chosen c USING (share_kind, share_id, purpose)
    JOIN layers_gridweight w
        ON w.size = %(size)s AND w.place_kind = c.share_kind AND w.place_id = c.share_id
        AND w.purpose = c.weighed_purpose AND {held_w}
), ranked AS (
    SELECT q.*,
           row_number() OVER by_remainder AS nth,
           -- Summed as double precision, which of whole numbers is exact up to 2^53 (nine million km³) and takes half the time.
           abs(q.volume_l) - (sum(q.litres::double precision) OVER (PARTITION BY q.id))::bigint AS left_over
    FROM quotas q
    WINDOW by_remainder AS (PARTITION BY q.id ORDER BY q.remainder DESC, q.unit_nth)
)
SELECT id, month, source, purpose, share_kind, share_id, unit_id, basis, weight, total, records,
       sign(volume_l)::integer * (litres + (nth <= left_over)::integer)::bigint AS volume_l
FROM ranked
