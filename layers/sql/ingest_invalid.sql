-- Outlines that PostGIS calls invalid, as (row, reason): the table's constraint would refuse the whole import for one.
SELECT id, ST_IsValidReason(geom) FROM {rows} WHERE geom IS NOT NULL AND NOT ST_IsValid(geom) ORDER BY id
