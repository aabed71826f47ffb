, stood AS (
    -- Where meters and facilities stood before they were moved. Grain: (kind, object, months).
    SELECT s.id, s.kind, s.object_id, s.since, s.until, COALESCE(p.code, r.code, '') AS code,
           CASE WHEN s.geom IS NOT NULL THEN %(outside)s ELSE %(unassigned)s END AS otherwise
    FROM layers_paststanding s
    LEFT JOIN layers_region r ON r.id = s.counted_region
    LEFT JOIN past p ON p.kind = %(past)s AND p.object_id = s.id
)
