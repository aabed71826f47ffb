-- The divisions of an edition by code, each with the reporting unit it names (its own; see usage_sums). What was closed
-- by a correction within the edition is among them: what was used there was used.
CREATE TEMP TABLE {table} ON COMMIT DROP AS
SELECT DISTINCT ON (r.code) r.code, r.level, u.code AS unit
FROM layers_region r
LEFT JOIN layers_reportingunit u ON u.id = r.reporting_unit_id
WHERE r.valid_from_id <= %(last)s AND (r.valid_to_id IS NULL OR r.valid_to_id > %(first)s)
ORDER BY r.code, r.valid_to_id DESC NULLS FIRST
