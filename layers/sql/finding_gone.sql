-- Findings that are found no more, of all objects or of those looked at.
UPDATE layers_finding f
SET standing = FALSE, ended_at = now(), last_release_id = %(release)s,
    ended_by = CASE WHEN f.rule_version <> %(version)s THEN %(by_rule)s ELSE %(by)s END
WHERE f.standing AND f.rule = %(rule)s AND f.dataset = %(dataset)s
  AND (%(whole)s OR f.object_ids && ARRAY(SELECT id FROM quality_only))
  AND NOT EXISTS (SELECT FROM quality_found n WHERE n.code = f.code)
