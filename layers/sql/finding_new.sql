-- Findings that were not there: for the first time, or again.
INSERT INTO layers_finding AS f (
    code, rule, rule_version, severity, dataset, of_person, object_ids, objects_named, name, subkey, geom, region_id, position_quality, evidence,
    evidence_hash, fixes, standing, first_release_id, first_seen, last_release_id, ended_at, ended_by, state, verdict_id)
SELECT n.code, %(rule)s, %(version)s, %(severity)s, %(dataset)s, %(of_person)s, n.ids, n.codes,
       left(array_to_string(n.codes, '、'), 200), n.subkey, n.geom, n.region, n.quality, n.evidence, n.evidence_hash, n.fixes,
       TRUE, %(release)s, now(), NULL, NULL, NULL, %(open)s, NULL
FROM quality_found n
WHERE NOT EXISTS (SELECT FROM layers_finding old WHERE old.code = n.code AND old.standing)
ON CONFLICT (code) DO UPDATE
SET rule_version = EXCLUDED.rule_version, severity = EXCLUDED.severity, object_ids = EXCLUDED.object_ids,
    objects_named = EXCLUDED.objects_named, name = EXCLUDED.name, geom = EXCLUDED.geom, region_id = EXCLUDED.region_id, position_quality = EXCLUDED.position_quality,
    evidence = EXCLUDED.evidence, evidence_hash = EXCLUDED.evidence_hash, fixes = EXCLUDED.fixes, standing = TRUE,
    last_release_id = NULL, ended_at = NULL, ended_by = NULL, state = EXCLUDED.state, verdict_id = NULL
