-- Write one month's sums with the year to date: the month's own litres on top of the previous month's year to date.
-- A combination that had litres earlier in the year and has none this month stays, with 0, so that the year to date of
-- a month holds every combination of the year so far. "own" is the fresh sums of a touched month, or the kept ones.
-- The differences of other editions of the divisions add up through a year in the same way.
INSERT INTO layers_usagesum
    (edition, level, source_sel, purpose_sel, month, code, parent_code, gap, volume_l, ytd_l, records, ytd_records)
SELECT edition, level, source_sel, purpose_sel, %(month)s, code, parent_code, gap,
       COALESCE(own.volume_l, 0), COALESCE(before.ytd_l, 0) + COALESCE(own.volume_l, 0), COALESCE(own.records, 0),
       COALESCE(before.ytd_records, 0) + COALESCE(own.records, 0)
FROM (SELECT * FROM {own} WHERE month = %(month)s) own
FULL JOIN (SELECT * FROM layers_usagesum WHERE month = %(before)s) before
    USING (edition, level, source_sel, purpose_sel, code, parent_code, gap)
-- In the order of the index, so that it grows page by page.
ORDER BY level, source_sel, purpose_sel, edition, code, parent_code, gap
