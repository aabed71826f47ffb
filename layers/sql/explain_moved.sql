UNION ALL
-- And those that stood there before they were moved, in the months in which they did.
SELECT {columns}, o.since, o.until
FROM (
    SELECT s.object_id AS id, s.rule AS counted_by, s.found_region_id, {of_kind} AS kind, s.since, s.until, s.counted_region,
           (SELECT p.code FROM layers_pastplace p WHERE p.kind = %(past)s AND p.object_id = s.id
                AND p.edition_id >= %(edition)s ORDER BY p.edition_id LIMIT 1) AS noted
    FROM layers_paststanding s
    WHERE s.kind = {kind}
) o
WHERE CASE WHEN o.noted IS NULL THEN o.counted_region IN (SELECT id FROM inside) ELSE o.noted LIKE ANY(%(prefixes)s) END
