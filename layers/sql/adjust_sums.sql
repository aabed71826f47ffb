-- Add what a few records count differently (usage_delta: minus before, plus after) to the sums that stand, and to the
-- year to date of every later month of their years; "standing" are the months that have sums. The result is the rows a
-- rebuild would write: a combination stays, with 0, in the months after its first record of a year, and is not there before it.
CREATE TEMP TABLE usage_spread ON COMMIT DROP AS
WITH net AS (
    SELECT edition, level, source_sel, purpose_sel, code, parent_code, gap, month,
           sum(volume_l)::bigint AS volume_l, sum(records)::integer AS records
    FROM usage_delta
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    HAVING sum(volume_l) <> 0 OR sum(records) <> 0
), standing AS (
    SELECT unnest(%(standing)s::date[]) AS month
)
SELECT n.edition, n.level, n.source_sel, n.purpose_sel, n.code, n.parent_code, n.gap, s.month,
       COALESCE(sum(n.volume_l) FILTER (WHERE n.month = s.month), 0)::bigint AS volume_l,
       sum(n.volume_l)::bigint AS ytd_l,
       COALESCE(sum(n.records) FILTER (WHERE n.month = s.month), 0)::integer AS records,
       sum(n.records)::integer AS ytd_records
FROM net n
JOIN standing s ON s.month >= n.month AND date_trunc('year', s.month) = date_trunc('year', n.month)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;

ANALYZE usage_spread;

UPDATE layers_usagesum t
SET volume_l = t.volume_l + s.volume_l, ytd_l = t.ytd_l + s.ytd_l, records = t.records + s.records,
    ytd_records = t.ytd_records + s.ytd_records
FROM usage_spread s
WHERE (t.edition, t.level, t.source_sel, t.purpose_sel, t.month, t.code, t.parent_code, t.gap)
    = (s.edition, s.level, s.source_sel, s.purpose_sel, s.month, s.code, s.parent_code, s.gap);

-- Not by ON CONFLICT, which would hold what is taken off against the checks of a row that is never inserted.
INSERT INTO layers_usagesum
    (edition, level, source_sel, purpose_sel, month, code, parent_code, gap, volume_l, ytd_l, records, ytd_records)
SELECT edition, level, source_sel, purpose_sel, month, code, parent_code, gap, volume_l, ytd_l, records, ytd_records
FROM usage_spread s
WHERE NOT EXISTS (
    SELECT FROM layers_usagesum t
    WHERE (t.edition, t.level, t.source_sel, t.purpose_sel, t.month, t.code, t.parent_code, t.gap)
        = (s.edition, s.level, s.source_sel, s.purpose_sel, s.month, s.code, s.parent_code, s.gap)
)
ORDER BY edition, level, source_sel, purpose_sel, month, code, parent_code, gap;

DELETE FROM layers_usagesum t
USING usage_spread s
WHERE (t.edition, t.level, t.source_sel, t.purpose_sel, t.month, t.code, t.parent_code, t.gap)
    = (s.edition, s.level, s.source_sel, s.purpose_sel, s.month, s.code, s.parent_code, s.gap)
  AND NOT EXISTS (
    SELECT FROM unnest(%(standing)s::date[]) AS m (month)
    JOIN layers_usagesum e
        ON (e.month, e.edition, e.level, e.source_sel, e.purpose_sel, e.code, e.parent_code, e.gap)
        = (m.month, t.edition, t.level, t.source_sel, t.purpose_sel, t.code, t.parent_code, t.gap)
    WHERE m.month BETWEEN date_trunc('year', t.month)::date AND t.month AND (e.records <> 0 OR e.volume_l <> 0)
  )
