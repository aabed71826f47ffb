-- In an edition that is over: the place noted of an object in it, or else in the next that has one noted.
SELECT p.code
FROM layers_pastplace p
WHERE p.kind = {kind} AND p.object_id = o.id AND p.edition_id >= {edition}
ORDER BY p.edition_id
LIMIT 1
