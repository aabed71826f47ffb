-- A calendar year as the sum of those of its months that are there; the same grain as a month otherwise.
INSERT INTO layers_usagesum
    (level, span, source_sel, purpose_sel, month, code, parent_code, gap, volume_l, records)
SELECT level, 12, source_sel, purpose_sel, date_trunc('year', month)::date, code, parent_code, gap,
       sum(volume_l), sum(records)
FROM layers_usagesum
WHERE span = 1 AND date_trunc('year', month)::date = ANY(%(years)s)
GROUP BY 1, 3, 4, 5, 6, 7, 8
