-- What a rule finds, each with its objects' codes and its identity: the rule, the codes in order, and what else tells it apart.
INSERT INTO quality_found
SELECT upper(encode(substring(sha256(convert_to(concat_ws('|', %(rule_code)s, %(dataset)s, array_to_string(named.codes, ','), f.subkey), 'UTF8')) FOR 16), 'hex')) AS code,
       f.ids, named.codes, f.subkey, f.geom, f.region, named.quality, f.evidence, md5(f.evidence::text) AS evidence_hash, f.fixes
FROM ({statement}) f
CROSS JOIN LATERAL (
    SELECT array_agg(({code})::text ORDER BY ({code})::text) AS codes, {quality} AS quality FROM {table} o WHERE o.id = ANY (f.ids)
) named
