"""Running rules and holding what they find to what they found before. Sets, not rows: a few statements a rule.

The imports' lock must be held, so that nothing changes meanwhile; everything is in the caller's transaction.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from layers import registry, versions, vocab
from layers.findings.checks import CHECKS, Check, Context, context_now, finding, told_of
from layers.models import Release
from layers.quality import Rule
from layers.sql import load

Cursor = Any

# ``quality_only`` has the ids of the objects that are looked at, ``quality_found`` what a rule finds of them. Made once a transaction
# and emptied between rules: each table that is made takes locks until the end.
_TABLES = (
    "CREATE TEMP TABLE IF NOT EXISTS quality_only (id bigint) ON COMMIT DROP",
    "CREATE TEMP TABLE IF NOT EXISTS quality_found (code text, ids bigint[], codes text[], subkey text, geom geometry, region bigint,"
    " quality smallint, evidence jsonb, evidence_hash text, fixes jsonb) ON COMMIT DROP",
)
_MANY = 1_000  # rows of a temporary table that PostgreSQL should know of


@dataclass(slots=True)
class RuleDifference:
    """What a run made different: findings new, with other evidence, gone; by rule too, with how long each took, in seconds."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    by_rule: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        return bool(self.new or self.changed or self.gone)

    def add(self, rule: Rule, counts: tuple[int, int, int], seconds: float) -> None:
        new, changed, gone = counts
        self.new, self.changed, self.gone = self.new + new, self.changed + changed, self.gone + gone
        before = self.by_rule.get(rule.code, (0, 0, 0))
        self.by_rule[rule.code] = (before[0] + new, before[1] + changed, before[2] + gone)
        self.seconds[rule.code] = self.seconds.get(rule.code, 0.0) + seconds


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would make different: findings that it would add, and that it would take away."""

    rule: str
    would_add: int
    would_remove: int


def run(
    cursor: Cursor, checks: Iterable[Check] = CHECKS, *, release_id: int | None = None, by_hand: bool = False,
    only: Mapping[Check, Sequence[int]] | None = None,
) -> RuleDifference:  # fmt: skip
    """Run checks over all objects, or those of ``only`` that a release has touched; → what is different now.

    ``by_hand`` says that the release is an edit: what is gone went by it. A check that was never run as the rule is now, or in another
    context, is run over all objects whatever ``only`` says.
    """
    return _Run(cursor, release_id, by_hand).all(checks, only)


def due(cursor: Cursor) -> list[Check]:
    """The checks that were never run as the rule is now, or in another context."""
    one = _Run(cursor)
    return [check for check in CHECKS if one.is_due(check)]


def tried(cursor: Cursor, checks: Iterable[Check]) -> list[Trial]:
    """What rules would make different, all objects looked at, without anything being written."""
    one = _Run(cursor)
    found: dict[str, tuple[int, int]] = {}
    for check in checks:
        one.find(check, whole=True)
        cursor.execute(load("finding_tried"), {"rule": check.rule.id, "dataset": check.dataset})
        add, remove = cursor.fetchone()
        before = found.get(check.rule.code, (0, 0))
        found[check.rule.code] = (before[0] + add, before[1] + remove)
    return [Trial(code, add, remove) for code, (add, remove) in found.items()]


def raise_version(release_id: int | None = None) -> None:
    """Findings are others than they were: by a release, or between two."""
    newest = release_id or Release.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is not None:
        versions.bump(registry.FINDING.name, newest)


def make_tables(cursor: Cursor) -> None:
    """The temporary tables that the statements of this room read and write."""
    for text in _TABLES:
        cursor.execute(text)


class _Run:
    """One run, inside its transaction."""

    def __init__(self, cursor: Cursor, release_id: int | None = None, by_hand: bool = False) -> None:
        self.cursor = cursor
        self.release_id, self.by_hand = release_id, by_hand
        self.context: Context = context_now(cursor)
        make_tables(cursor)
        cursor.execute("SELECT rule, dataset, version, context::text FROM layers_rulerun")
        self.runs = {(rule, of): (version, json.loads(context)) for rule, of, version, context in cursor.fetchall()}
        cursor.execute("SELECT DISTINCT rule, dataset FROM layers_finding WHERE standing")
        self.standing = set(cursor.fetchall())

    def is_due(self, check: Check) -> bool:
        as_now = check.rule.version, told_of(check.rule, self.context)
        return self.runs.get((check.rule.id, check.dataset)) != as_now

    def all(self, checks: Iterable[Check], only: Mapping[Check, Sequence[int]] | None) -> RuleDifference:
        different, over_all = RuleDifference(), []
        for check in checks:
            began = time.perf_counter()
            whole = only is None or check not in only or self.is_due(check)
            ids = None if whole or only is None else list(only[check])
            if ids is not None and not ids:
                continue
            counts = self._hold(check, ids)
            seconds = time.perf_counter() - began
            different.add(check.rule, counts, seconds)
            if whole:
                over_all.append((check, seconds))
        self._note(over_all)
        return different

    def _note(self, over_all: Sequence[tuple[Check, float]]) -> None:
        if over_all:
            rows = [
                (
                    check.rule.id,
                    check.dataset,
                    check.rule.version,
                    json.dumps(told_of(check.rule, self.context)),
                    seconds,
                )
                for check, seconds in over_all
            ]
            self.cursor.execute(load("finding_runs"), dict(zip(("rules", "datasets", "versions", "contexts", "seconds"), map(list, zip(*rows, strict=True)), strict=True)))  # fmt: skip

    def _hold(self, check: Check, ids: list[int] | None) -> tuple[int, int, int]:
        """Find, and write what differs; → how many are new, have other evidence, are gone."""
        known = (check.rule.id, check.dataset) in self.standing
        if ids is None:
            found = self.find(check, whole=True)
        else:
            # An object may have left one finding of several, or come into another: all of both are looked at.
            self._only([*ids, *(self._beside(check, ids) if known else ())])
            found = self.find(check, whole=False)
            if found and self._and_others():
                found = self.find(check, whole=False)
        if not (found or known):
            return 0, 0, 0
        told = {
            "rule": check.rule.id, "version": check.rule.version, "severity": check.rule.severity, "dataset": check.dataset,
            "of_person": check.rule.of_person, "release": self.release_id, "whole": ids is None, "open": vocab.OPEN,
            "today": timezone.localdate(),
            "by": vocab.BY_EDIT if self.by_hand else vocab.BY_DATA, "by_rule": vocab.BY_RULE,
        }  # fmt: skip
        counts = []
        for name in ("finding_gone", "finding_new", "finding_changed"):
            self.cursor.execute(load(name), told)
            counts.append(self.cursor.rowcount)
        gone, new, changed = counts
        if new or changed:
            self.cursor.execute(load("finding_verdicts"), told)
        return new, changed, gone

    def find(self, check: Check, *, whole: bool) -> int:
        """What the rule finds, each with its identity, in ``quality_found``; → how many."""
        self.cursor.execute("TRUNCATE quality_found")
        given = {**self.context, **check.rule.given, "rule_code": check.rule.code, "dataset": check.dataset}
        self.cursor.execute(finding(check, whole=whole), given)
        found = int(self.cursor.rowcount)
        if found > _MANY:
            self.cursor.execute("ANALYZE quality_found")
        return found

    def _only(self, ids: Sequence[int]) -> None:
        self.cursor.execute("TRUNCATE quality_only")
        self.cursor.execute("INSERT INTO quality_only SELECT DISTINCT unnest(%s::bigint[])", [list(ids)])
        self.cursor.execute("ANALYZE quality_only")

    def _and_others(self) -> bool:
        """Look at the other objects of what was found too; → whether there are any."""
        self.cursor.execute(
            "INSERT INTO quality_only SELECT DISTINCT unnest(ids) FROM quality_found EXCEPT SELECT id FROM quality_only"
        )
        return bool(self.cursor.rowcount)

    def _beside(self, check: Check, ids: Sequence[int]) -> list[int]:
        """The other objects of findings that some objects are in."""
        self.cursor.execute(
            "SELECT DISTINCT unnest(object_ids) FROM layers_finding"
            " WHERE standing AND rule = %s AND dataset = %s AND object_ids && %s::bigint[]",
            [check.rule.id, check.dataset, list(ids)],
        )
        return [row[0] for row in self.cursor.fetchall()]
