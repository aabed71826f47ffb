"""What was found wrong with objects of a person who is made nameless: it goes with their codes."""

from __future__ import annotations

from collections.abc import Sequence

from layers.models import Finding, JudgedFinding


def forget(dataset: str, ids: Sequence[int]) -> int:
    """Delete the findings of some objects that are over, those under their former codes among them; → how many. Acts of verdicts stay,
    without the evidence."""
    over = Finding.objects.filter(dataset=dataset, standing=False, object_ids__overlap=list(ids))
    JudgedFinding.objects.filter(finding__in=list(over.values_list("code", flat=True))).update(evidence={})
    return over.delete()[0]
