-- Usage of the given months (of the given records only, if any are given) by the finest region each can be counted at.
-- Grain: (month, region or gap, source, purpose). Every record falls into exactly one row.
--   a meter counts in its counted region (where it stands, else where its user does, else where it is declared to be);
--   a position that no village covers, its own or its user's, is outside the city;
--   a facility counts at the level its kind serves (a plant says nothing of the village it stands in);
--   a region counts as itself.
CREATE TEMP TABLE usage_base ON COMMIT DROP AS
WITH meter_place AS (
    SELECT id, counted_region AS region_id,
           CASE WHEN counted_region IS NOT NULL THEN 0 WHEN counted_by = ANY(%(by_position)s) THEN %(outside)s
                ELSE %(unassigned)s END AS gap
    FROM layers_meter
), facility_place AS (
    SELECT id, counted_region AS region_id,
           CASE WHEN counted_region IS NOT NULL THEN 0 WHEN geom IS NOT NULL THEN %(outside)s ELSE %(unassigned)s END AS gap,
           (%(serves_level)s::smallint[])[kind] AS serves_level
    FROM layers_supplyfacility
)
SELECT u.month,
       CASE WHEN u.region_id IS NOT NULL THEN u.region_id WHEN u.meter_id IS NOT NULL THEN m.region_id ELSE f.region_id END
           AS region_id,
       COALESCE(m.gap, f.gap, 0) AS gap,
       COALESCE(f.serves_level, 4) AS finest_level,
       u.source,
       u.purpose,
       sum(u.volume_l)::bigint AS volume_l,
       count(*)::integer AS records
FROM layers_usagerecord u
LEFT JOIN meter_place m ON m.id = u.meter_id
LEFT JOIN facility_place f ON f.id = u.facility_id
WHERE u.month = ANY(%(months)s) AND (%(records)s::bigint[] IS NULL OR u.id = ANY(%(records)s))
GROUP BY 1, 2, 3, 4, 5, 6
