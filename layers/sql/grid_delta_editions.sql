-- What a change moves in each edition, as it is kept: in the months' own editions (0), and in others what is different of that.
CREATE TEMP TABLE grid_delta_kept ON COMMIT DROP AS
WITH own AS (
    SELECT * FROM unnest(%(months)s::date[], %(owns)s::integer[]) AS o (month, own)
)
SELECT 0 AS edition, d.month, d.unit_id, d.gap, d.source, d.purpose, d.rule, d.volume_l, d.records
FROM grid_delta d JOIN own o ON o.month = d.month AND o.own = d.edition
UNION ALL
SELECT d.edition, d.month, d.unit_id, d.gap, d.source, d.purpose, d.rule, d.volume_l, d.records
FROM grid_delta d JOIN own o ON o.month = d.month AND o.own <> d.edition
UNION ALL
SELECT e.edition, d.month, d.unit_id, d.gap, d.source, d.purpose, d.rule, -d.volume_l, -d.records
FROM grid_delta d
JOIN own o ON o.month = d.month AND o.own = d.edition
JOIN unnest(%(editions)s::integer[]) AS e (edition) ON e.edition <> o.own;

DROP TABLE grid_delta;

ALTER TABLE grid_delta_kept RENAME TO grid_delta
