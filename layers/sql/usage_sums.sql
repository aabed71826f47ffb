-- From the finest regions to all of them, and from single sources and purposes to all of them; months apart.
-- 1. lineage: each region's ancestors by level (and its reporting unit: its township's, else its district's bureau).
-- 2. levelled: each base row once a level, under its region there or, where it is only known at a higher level,
--    under none with the reason. Within a level the rows partition the records.
-- 3. the grouping sets add "all" (0) to source and purpose.
CREATE TEMP TABLE usage_fresh ON COMMIT DROP AS
WITH RECURSIVE lineage AS (
    SELECT id, level, code AS city, NULL::text AS district, NULL::text AS township, NULL::text AS village,
           reporting_unit_id
    FROM layers_region WHERE level = 1
    UNION ALL
    SELECT r.id, r.level, l.city,
           CASE WHEN r.level = 2 THEN r.code ELSE l.district END,
           CASE WHEN r.level = 3 THEN r.code ELSE l.township END,
           CASE WHEN r.level = 4 THEN r.code ELSE l.village END,
           COALESCE(r.reporting_unit_id, l.reporting_unit_id)
    FROM layers_region r JOIN lineage l ON r.parent_id = l.id
), reach AS (
    -- A record measured at, or counted at most at, a coarser level than its region is lifted to that level.
    SELECT b.month, b.source, b.purpose, b.volume_l, b.records,
           CASE WHEN b.gap = 0 AND l.id IS NULL THEN %(unassigned)s ELSE b.gap END AS gap,
           l.city, l.district,
           CASE WHEN b.finest_level >= 3 THEN l.township END AS township,
           CASE WHEN b.finest_level >= 4 THEN l.village END AS village,
           u.code AS unit
    FROM usage_base b
    LEFT JOIN lineage l ON l.id = b.region_id
    LEFT JOIN layers_reportingunit u ON u.id = l.reporting_unit_id
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
SELECT level,
       CASE WHEN grouping(source) = 0 THEN source ELSE 0 END AS source_sel,
       CASE WHEN grouping(purpose) = 0 THEN purpose ELSE 0 END AS purpose_sel,
       month, code, parent_code, gap, sum(volume_l)::bigint AS volume_l, sum(records)::integer AS records
FROM levelled
GROUP BY level, month, code, parent_code, gap,
    GROUPING SETS ((source), ()),
    GROUPING SETS ((purpose), ())
