-- A calendar year as the sum of those of its months that are there; the same grain as a month otherwise.
INSERT INTO layers_usagesum
    (level, span, source_sel, purpose_sel, month, code, parent_code, gap, volume_l, records)
SELECT level, 12, source_sel, purpose_sel, %(year)s, code, parent_code, gap, sum(volume_l), sum(records)
FROM layers_usagesum
WHERE span = 1 AND month >= %(year)s AND month < %(next_year)s
GROUP BY level, source_sel, purpose_sel, code, parent_code, gap
ORDER BY level, source_sel, purpose_sel, code, parent_code, gap
