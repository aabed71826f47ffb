"""Verdicts in the record (`layers.record`): each act with what it says, of how many findings, on what evidence, and whether it was taken back;
with commitments to who gave it and why.
"""

from __future__ import annotations

from layers.record.kinds import Fact, Kind
from layers.vocab import FINDING_STATE
from layers.words import Words

_STATE = " ".join(f"WHEN {term.id} THEN '{term.code}'" for term in FINDING_STATE)

KIND = Kind(
    "verdict",
    Words("数据问题的结论", "Verdicts on findings"),
    (
        Fact("state", Words("结论", "Verdict")),
        Fact("findings", Words("问题数", "Findings")),
        Fact("digest", Words("问题与依据的指纹", "Fingerprint of the findings and their evidence")),
        Fact("by", Words("操作人", "By"), personal=True),
        Fact("reason", Words("理由", "Reason"), personal=True),
        Fact("at", Words("时间", "Time")),
        Fact("until", Words("有效期至", "Holds until")),
        Fact("withdrawn_by", Words("撤回人", "Taken back by"), personal=True),
        Fact("withdrawn_at", Words("撤回时间", "Taken back at")),
    ),
    f"SELECT j.id, j.id::text AS subject, CASE j.state {_STATE} END AS state, of.findings, of.digest, j.by, j.reason, j.at, j.until,"
    " j.withdrawn_by, j.withdrawn_at FROM layers_judgement j CROSS JOIN LATERAL (SELECT count(*) AS findings,"
    " encode(sha256(convert_to(string_agg(f.finding || f.evidence_hash, ';' ORDER BY f.finding), 'UTF8')), 'hex') AS digest"
    " FROM layers_judgedfinding f WHERE f.act_id = j.id) of",
)  # fmt: skip
