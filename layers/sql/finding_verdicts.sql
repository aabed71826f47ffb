-- The newest verdict on the evidence that there is now, where it holds: of findings that have none.
UPDATE layers_finding f
SET state = told.state, verdict_id = told.id
FROM quality_found n
JOIN LATERAL (
    SELECT a.id, a.state
    FROM layers_judgedfinding v JOIN layers_judgement a ON a.id = v.act_id
    WHERE v.finding = n.code AND v.evidence_hash = n.evidence_hash AND a.withdrawn_at IS NULL
    ORDER BY v.act_id DESC LIMIT 1
) told ON TRUE
JOIN layers_judgement act ON act.id = told.id AND (act.until IS NULL OR act.until >= %(today)s)
WHERE f.code = n.code AND f.standing AND f.verdict_id IS NULL
