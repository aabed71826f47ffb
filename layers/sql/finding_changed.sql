-- Findings that stand, and of which something else is said than before: on other evidence no verdict holds any more.
UPDATE layers_finding f
SET rule_version = %(version)s, severity = %(severity)s, object_ids = n.ids, geom = n.geom, region_id = n.region, position_quality = n.quality, fixes = n.fixes,
    evidence = n.evidence, evidence_hash = n.evidence_hash,
    state = CASE WHEN f.evidence_hash = n.evidence_hash THEN f.state ELSE %(open)s END,
    verdict_id = CASE WHEN f.evidence_hash = n.evidence_hash THEN f.verdict_id END
FROM quality_found n
WHERE n.code = f.code AND f.standing
  AND (f.rule_version, f.severity, f.object_ids, f.region_id, f.position_quality, f.evidence_hash, f.fixes::text, ST_AsBinary(f.geom))
      IS DISTINCT FROM (%(version)s, %(severity)s, n.ids, n.region, n.quality, n.evidence_hash, n.fixes::text, ST_AsBinary(n.geom))
