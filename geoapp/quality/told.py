"""A finding in words, for the page and for files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from geoapp.quality import rows
from geoapp.quality.objects import SHOWN, Objects
from layers import access, languages, names, registry, vocab
from layers.findings import said
from layers.models import Finding
from layers.quality import BY_ID
from layers.reach import Reach

ZOOM = 16
SEVERITIES, STATES = vocab.SEVERITY.by_id, vocab.FINDING_STATE.by_id


def region(finding: Finding, lang: str) -> tuple[str, str]:
    """Code and name; nothing of what lies in none."""
    if finding.region is None:
        return "", ""
    code = finding.region.code
    return code, names.division(code, finding.region.name).in_(lang)


def on_map(finding: Finding, lang: str) -> str:
    """The map at the spot of the fault, with the layer that it is in."""
    if finding.geom is None:
        return ""
    layer = access.of_object(finding)
    spot = f"/?map={ZOOM}/{finding.geom.y:.6f}/{finding.geom.x:.6f}&layers={layer.id if layer else ''}"
    return languages.address(spot, lang)


class Telling:
    """Findings told to one asker: with what was said of them and by whom only where ``known`` is who asks."""

    def __init__(self, findings: Iterable[Finding], user: Any, lang: str, reach: Reach) -> None:
        self._objects = Objects(findings, user, lang)
        self._lang, self._reach, self._known = lang, reach, user.is_authenticated

    def row(self, finding: Finding) -> dict[str, Any]:
        lang, rule = self._lang, BY_ID[finding.rule]
        code, name = region(finding, lang)
        return {
            "code": finding.code,
            "value": f"{finding.code}-{finding.evidence_hash}",
            "severity": SEVERITIES[finding.severity].code,
            "severity_told": SEVERITIES[finding.severity].in_(lang),
            "rule": rule,
            "dataset": registry.dataset(finding.dataset),
            "objects": self._objects.of(finding),
            "more": max(0, len(finding.objects_named) - SHOWN),
            "evidence": said.evidence(finding).in_(lang),
            "fixes": [each.in_(lang) for each in said.fixes(finding)],
            "region": name,
            "region_code": code,
            "since": timezone.localtime(finding.first_seen),
            "state": STATES[finding.state].code,
            "state_told": STATES[finding.state].in_(lang),
            "open": finding.state == vocab.OPEN,
            "verdict": finding.verdict if self._known else None,
            "until": finding.verdict.until if finding.verdict else None,
            "map": on_map(finding, lang),
            "mine": rows.holds(self._reach, finding),
        }

    def objects(self, finding: Finding) -> list[Any]:
        return self._objects.of(finding)
