-- The regions of a reporting unit: their own unit, else the nearest above them, as the sums find it (usage_sums).
SELECT id FROM (
    WITH RECURSIVE lineage AS (
        SELECT id, reporting_unit_id FROM layers_region WHERE level = 1
        UNION ALL
        SELECT r.id, COALESCE(r.reporting_unit_id, l.reporting_unit_id)
        FROM layers_region r JOIN lineage l ON r.parent_id = l.id
    )
    SELECT l.id FROM lineage l JOIN layers_reportingunit u ON u.id = l.reporting_unit_id WHERE u.code = %(unit_code)s
) of_unit
