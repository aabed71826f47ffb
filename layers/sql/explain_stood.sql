-- The objects of a table that counted in the regions in an edition of the divisions that is over: those noted elsewhere than in the
-- next edition by their note, all others as today has it; with the months from which they stand there.
SELECT {columns}, o.stands_since AS since, NULL::date AS until
FROM {table} o JOIN inside i ON i.id = o.counted_region
WHERE NOT EXISTS (
    SELECT FROM layers_pastplace p WHERE p.kind = {kind} AND p.object_id = o.id AND p.edition_id >= %(edition)s
)
UNION ALL
SELECT {columns}, o.stands_since, NULL
FROM (
    SELECT DISTINCT ON (object_id) object_id, code FROM layers_pastplace
    WHERE kind = {kind} AND edition_id >= %(edition)s
    ORDER BY object_id, edition_id
) p
JOIN {table} o ON o.id = p.object_id
WHERE p.code LIKE ANY(%(prefixes)s)
