-- One page of the parts, the largest first, each page with the count and sum of all.
SELECT t.n, t.litres, t.above, p.kind, COALESCE(m.code, f.code, r.code), COALESCE(m.name, f.name, r.name),
       p.rule, p.source, p.purpose, p.volume_l, p.weight, p.total, p.of_l, p.places,
       COALESCE(m.position_quality, f.position_quality), COALESCE(f.kind, r.level)
FROM (SELECT count(*) AS n, COALESCE(sum(volume_l), 0)::bigint AS litres, (
    SELECT sum(e.volume_l)::bigint FROM parts e JOIN layers_supplyfacility s ON e.kind = %(facility)s AND s.id = e.place_id
    WHERE (%(serves_level)s::smallint[])[s.kind] < %(township)s
) AS above FROM told) t
LEFT JOIN (
    SELECT * FROM told
    ORDER BY abs(volume_l) DESC, kind, place_id, rule, source, purpose
    LIMIT %(limit)s OFFSET %(offset)s
) p ON TRUE
LEFT JOIN layers_meter m ON p.kind = %(meter)s AND m.id = p.place_id
LEFT JOIN layers_supplyfacility f ON p.kind = %(facility)s AND f.id = p.place_id
LEFT JOIN layers_region r ON p.kind = %(region)s AND r.id = p.place_id
ORDER BY abs(p.volume_l) DESC, p.kind, p.place_id, p.rule, p.source, p.purpose
