-- Some usage records as they are now, each with its place.
INSERT INTO {into} (kind, place_id, id, month, source, purpose, volume_l)
SELECT CASE WHEN u.meter_id IS NOT NULL THEN %(meter)s WHEN u.facility_id IS NOT NULL THEN %(facility)s ELSE %(region)s END,
       COALESCE(u.meter_id, u.facility_id, u.region_id), u.id, u.month, u.source, u.purpose, u.volume_l
FROM layers_usagerecord u
WHERE u.id = ANY(%(records)s)
