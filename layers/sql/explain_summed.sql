-- The parts as they may be told: of places that may not be seen, the sum of a kind and how many they are.
-- Grain: as the parts; of the untold ones (kind, rule, source, purpose).
, marked AS (
    SELECT p.*, p.kind = ANY(%(untold_places)s) OR COALESCE(f.kind = ANY(%(untold_facilities)s), FALSE) AS untold
    FROM parts p
    LEFT JOIN layers_supplyfacility f ON p.kind = %(facility)s AND f.id = p.place_id
), told AS (
    SELECT kind, place_id, rule, source, purpose, volume_l, weight, total, of_l, 1::bigint AS places
    FROM marked WHERE NOT untold
    UNION ALL
    SELECT kind, NULL, rule, source, purpose, sum(volume_l)::bigint, NULL, NULL, NULL, count(DISTINCT place_id)
    FROM marked WHERE untold
    GROUP BY kind, rule, source, purpose
)
