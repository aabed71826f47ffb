"""Steps of signed reports in the record (`layers.record`): when, which step, of what content; with commitments to who, why and the
number: a report may be secret, and the record is not.
"""

from __future__ import annotations

from layers.record.kinds import Fact, Kind
from layers.words import Words

KIND = Kind(
    "report_step",
    Words("报告签署步骤", "Steps of signed reports"),
    (
        Fact("report", Words("报告", "Report")),
        Fact("number", Words("编号", "Number"), personal=True),
        Fact("action", Words("步骤", "Step")),
        Fact("by", Words("签署人", "Signed by"), personal=True),
        Fact("at", Words("时间", "Time")),
        Fact("reason", Words("原因", "Reason"), personal=True),
        Fact("digest", Words("内容指纹", "Fingerprint of the content")),
    ),
    "SELECT e.id, e.id::text AS subject, e.report_id AS report, r.told AS number, e.action, e.by, "
    "e.at, e.reason, e.digest FROM reports_issuedevent e JOIN reports_issuedreport r ON r.id = e.report_id",
)
