"""What is wrong with an object, as far as whoever asks is told of findings."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from layers import filters, vocab
from layers.built import of_findings
from layers.findings import said
from layers.quality import BY_ID
from layers.registry import Layer


def of_object(layer: Layer, found: Any) -> list[dict[str, Any]]:
    """Its standing findings, the gravest first; none of those of layers of findings that are not seen."""
    rows = [
        one
        for each in of_findings()
        for one in filters.base(each).filter(dataset=layer.dataset.name, object_ids__contains=[found.pk])
    ]
    return [_finding(one) for one in sorted(rows, key=lambda one: (one.severity, one.rule, one.code))]


def _finding(one: Any) -> dict[str, Any]:
    rule = BY_ID[one.rule]
    return {
        "code": one.code,
        "rule": rule.code,
        "title": rule.everywhere(),
        "severity": vocab.SEVERITY.by_id[one.severity].code,
        "state": vocab.FINDING_STATE.by_id[one.state].code,
        "since": timezone.localdate(one.first_seen).isoformat(),
        "evidence": said.evidence(one).everywhere(),
        "remedy": rule.remedy.everywhere(),
        "fixes": [each.everywhere() for each in said.fixes(one)],
        "objects": list(one.objects_named),
    }
