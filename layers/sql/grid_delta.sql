-- What the rows of grid_base give to units, or to none, added to the delta of a change.
INSERT INTO grid_delta (edition, month, unit_id, gap, source, purpose, rule, volume_l, records)
SELECT %(edition)s, month, COALESCE(unit_id, 0), gap, source, purpose, rule, %(sign)s * volume_l, %(sign)s * records
FROM (
    SELECT month, unit_id, gap, source, purpose, rule, volume_l, records FROM grid_base WHERE share_kind IS NULL
    UNION ALL
    SELECT month, unit_id, 0, source, purpose, basis, volume_l, records FROM grid_shares
) parts
