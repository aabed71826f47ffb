-- From the finest divisions to all of them, and from single sources and purposes to all of them; months apart.
-- 1. reach: each base row's divisions by level, as {divisions} has them, and its reporting unit: that of the finest which
--    names one. What {divisions} does not have counts in the division above it.
-- 2. levelled: each base row once a level, under its division there or, where it is only known at a higher level,
--    under none with the reason. Within a level the rows partition the records.
-- 3. the grouping sets add "all" (0) to source and purpose.
INSERT INTO usage_fresh (edition, level, source_sel, purpose_sel, month, code, parent_code, gap, volume_l, records)
WITH reach AS (
    -- A record measured at, or counted at most at, a coarser level than its division is lifted to that level.
    SELECT b.month, b.source, b.purpose, b.volume_l, b.records,
           CASE WHEN b.gap = 0 AND c.code IS NULL THEN %(unassigned)s ELSE b.gap END AS gap,
           c.code AS city, d.code AS district,
           CASE WHEN b.finest_level >= 3 THEN t.code END AS township,
           CASE WHEN b.finest_level >= 4 THEN v.code END AS village,
           COALESCE(v.unit, t.unit, d.unit, c.unit) AS unit
    FROM usage_base b
    LEFT JOIN {divisions} c ON c.level = 1 AND starts_with(b.code, c.code) -- of 2, 4 or 6 digits
    LEFT JOIN {divisions} d ON d.level = 2 AND d.code = left(b.code, 6) AND c.code IS NOT NULL
    LEFT JOIN {divisions} t ON t.level = 3 AND t.code = left(b.code, 9) AND c.code IS NOT NULL
    LEFT JOIN {divisions} v ON v.level = 4 AND v.code = b.code AND c.code IS NOT NULL
), levelled AS (
    SELECT at.level, r.month, r.source, r.purpose,
           COALESCE(at.code, '') AS code,
           COALESCE(at.parent_code, '') AS parent_code,
           CASE WHEN at.code IS NOT NULL THEN 0 WHEN r.gap > 0 THEN r.gap ELSE %(coarser)s END AS gap,
           sum(r.volume_l) AS volume_l,
           sum(r.records) AS records
    FROM reach r
    CROSS JOIN LATERAL (VALUES
        (1, r.city, NULL),
        (2, r.district, r.city),
        (3, r.township, COALESCE(r.district, r.city)),
        (4, r.village, COALESCE(r.township, r.district, r.city)),
        (5, r.unit, r.city)
    ) AS at (level, code, parent_code)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
)
SELECT %(edition)s, level,
       CASE WHEN grouping(source) = 0 THEN source ELSE 0 END AS source_sel,
       CASE WHEN grouping(purpose) = 0 THEN purpose ELSE 0 END AS purpose_sel,
       month, code, parent_code, gap, %(sign)s * sum(volume_l), %(sign)s * sum(records)
FROM levelled
GROUP BY level, month, code, parent_code, gap,
    GROUPING SETS ((source), ()),
    GROUPING SETS ((purpose), ())
