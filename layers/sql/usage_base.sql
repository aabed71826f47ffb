-- Usage of the given months by the finest division each record can be counted at, as objects stood in one edition of the
-- divisions. Of all records; or of the given ones; or, if "moved" is, of those that count elsewhere in another edition.
-- Grain: (month, code or gap, finest level, source, purpose). Every record falls into exactly one row.
--   a meter counts in its counted region (where it stands, else where its user does, else where it is declared to be);
--   a position that no village covers, its own or its user's, is outside the city;
--   a facility counts at the level its kind serves (a plant says nothing of the village it stands in);
--   a region counts as itself.
--   what was moved counts in the months before where it stood in them ("usage_stood": left out where nothing ever was).
CREATE TEMP TABLE usage_base ON COMMIT DROP AS
WITH past AS (
    -- In an edition that is over: the place noted of it, or else of the next that has one noted.
    SELECT DISTINCT ON (kind, object_id) kind, object_id, code
    FROM layers_pastplace WHERE edition_id >= %(edition)s ORDER BY kind, object_id, edition_id
), meter_place AS (
    SELECT m.id, COALESCE(p.code, r.code, '') AS code,
           CASE WHEN m.counted_by = ANY(%(by_position)s) THEN %(outside)s ELSE %(unassigned)s END AS otherwise
    FROM layers_meter m
    LEFT JOIN layers_region r ON r.id = m.counted_region
    LEFT JOIN past p ON p.kind = %(meter)s AND p.object_id = m.id
), facility_place AS (
    SELECT f.id, COALESCE(p.code, r.code, '') AS code,
           CASE WHEN f.geom IS NOT NULL THEN %(outside)s ELSE %(unassigned)s END AS otherwise,
           (%(serves_level)s::smallint[])[f.kind] AS serves_level
    FROM layers_supplyfacility f
    LEFT JOIN layers_region r ON r.id = f.counted_region
    LEFT JOIN past p ON p.kind = %(facility)s AND p.object_id = f.id
){stood}, counted AS (
    SELECT u.month, COALESCE({s_code}m.code, f.code, r.code) AS code, COALESCE({s_otherwise}m.otherwise, f.otherwise, 0) AS otherwise,
           COALESCE(f.serves_level, 4) AS finest_level, u.source, u.purpose, u.volume_l,
           CASE {s_kind}WHEN u.meter_id IS NOT NULL THEN %(meter)s WHEN u.facility_id IS NOT NULL THEN %(facility)s END AS kind,
           COALESCE({s_id}u.meter_id, u.facility_id) AS object_id
    FROM layers_usagerecord u
    LEFT JOIN meter_place m ON m.id = u.meter_id
    LEFT JOIN facility_place f ON f.id = u.facility_id
    LEFT JOIN layers_region r ON r.id = u.region_id{from_stood}
    WHERE u.month = ANY(%(months)s) AND (%(records)s::bigint[] IS NULL OR u.id = ANY(%(records)s))
)
SELECT month, code, CASE WHEN code = '' THEN otherwise ELSE 0 END AS gap, finest_level, source, purpose,
       sum(volume_l)::bigint AS volume_l, count(*)::integer AS records
FROM counted
WHERE NOT %(moved)s
   OR (kind, object_id) IN (SELECT kind, object_id FROM usage_moved)
   OR code IN (SELECT code FROM usage_renamed)
GROUP BY 1, 2, 3, 4, 5, 6
