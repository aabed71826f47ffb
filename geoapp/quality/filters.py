"""Which findings are wanted: text of an address → typed values → conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.utils import timezone

from geoapp.quality.rows import FindingAt
from layers import vocab
from layers.errors import BadParameter
from layers.models import Finding
from layers.quality import BY_CODE, RULES, Rule
from layers.words import Words

T = TypeVar("T")

FILTERS = ("severity", "rule", "region", "state", "dataset", "age", "object")
PARAMS = (*FILTERS, "at", "lang")
AGES = (7, 30, 90, 365)
ANY = "any"  # state: whatever was said of them
DATASETS = tuple(dict.fromkeys(name for rule in RULES for name in rule.datasets))
_OBJECT_MOST = 40
_REGION_MOST = 12  # digits


@dataclass(frozen=True, slots=True)
class WantedFindings:
    """Findings with these values; nothing where all are wanted. ``at`` is where the page begins."""

    given: Mapping[str, str]
    rule: Rule | None = None
    severity: int | None = None
    state: int | None = vocab.OPEN
    region: str = ""
    dataset: str = ""
    days: int | None = None
    object: str = ""
    at: FindingAt | None = None

    def of(self, rows: QuerySet[Finding]) -> QuerySet[Finding]:
        """Those of some rows."""
        exact = {"rule": self.rule.id if self.rule else None, "severity": self.severity, "state": self.state}
        rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
        if self.dataset:
            rows = rows.filter(dataset=self.dataset)
        if self.region:
            rows = rows.filter(region__code__startswith=self.region)
        if self.days is not None:
            rows = rows.filter(first_seen__gte=timezone.now() - timedelta(days=self.days))
        if self.object:
            # Any of its objects may begin so: their codes, each on a line of its own.
            lines = Func(F("objects_named"), Value("\n"), function="array_to_string", output_field=TextField())
            rows = rows.alias(lines=lines).filter(
                Q(lines__istartswith=self.object) | Q(lines__icontains=f"\n{self.object}")
            )
        return rows

    def address(self, **changes: str) -> str:
        """The query of the same filters, at the first page, and what is changed of them."""
        told = {**{name: self.given.get(name, "") for name in (*FILTERS, "lang")}, **changes}
        return urlencode({name: text for name, text in told.items() if text})

    @property
    def here(self) -> str:
        """The query of this very page."""
        return self.address(at=str(self.at) if self.at else "")


def parse(given: Mapping[str, str]) -> WantedFindings:
    """`BadParameter` for what cannot be read. The place of a page that cannot be is the first."""
    told = {name: given.get(name, "").strip() for name in PARAMS}
    state = told["state"]
    return WantedFindings(
        told,
        rule=_among("rule", told, BY_CODE),
        severity=_among("severity", told, {term.code: term.id for term in vocab.SEVERITY}),
        state=None if state == ANY
        else _among("state", told, {term.code: term.id for term in vocab.FINDING_STATE}) or vocab.OPEN,
        region=_region(told["region"]),
        dataset=_among("dataset", told, {name: name for name in DATASETS}) or "",
        days=_among("age", told, {str(days): days for days in AGES}),
        object=told["object"][:_OBJECT_MOST],
        at=FindingAt.read(told["at"]),
    )  # fmt: skip


def _among(name: str, told: Mapping[str, str], known: Mapping[str, T]) -> T | None:
    text = told[name]
    if not text:
        return None
    if text not in known:
        raise BadParameter(
            Words("{name} 没有 {text!r} 这个值。", "{name} has no value {text!r}.", name=name, text=text[:40]),
            param=name, allowed=list(known),
        )  # fmt: skip
    return known[text]


def _region(text: str) -> str:
    if text and not (text.isascii() and text.isdigit() and len(text) <= _REGION_MOST):
        raise BadParameter(
            Words("{text!r} 不是区划代码。", "{text!r} is no code of a division.", text=text[:40]), param="region"
        )
    return text
