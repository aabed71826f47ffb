-- What counts the same in two editions after all is in no difference between them.
WITH taken AS (DELETE FROM usage_fresh WHERE edition > 0 RETURNING *)
INSERT INTO usage_fresh (edition, level, source_sel, purpose_sel, month, code, parent_code, gap, volume_l, records)
SELECT edition, level, source_sel, purpose_sel, month, code, parent_code, gap, sum(volume_l), sum(records)
FROM taken
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
HAVING sum(volume_l) <> 0 OR sum(records) <> 0
