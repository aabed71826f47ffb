"""After a release only what it touched is checked: its own objects, and those of other datasets that rules hold beside them.

Made before the rows are written, as links that go away then lead to what is concerned; followed after, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from layers.findings.checks import CHECKS, Check
from layers.findings.run import RuleDifference, raise_version, run
from layers.quality import ANY

Cursor = Any

_later: ContextVar[bool] = ContextVar("findings_later", default=False)


@contextmanager
def later() -> Iterator[None]:
    """Releases inside are not checked one by one: whoever loads a whole city runs all rules once behind it (`check_all`)."""
    token = _later.set(True)
    try:
        yield
    finally:
        _later.reset(token)


class Checking:
    """What a change of some rows concerns, before it and after."""

    def __init__(self, cursor: Cursor, dataset: str, ids: Sequence[int] | None) -> None:
        """``ids`` of the rows that will be written or deleted, as far as they are there; None of many."""
        self._dataset = dataset
        self._before = None if ids is None or _later.get() else concerned(cursor, dataset, ids)

    def follow(
        self, cursor: Cursor, release_id: int, ids: Callable[[], Sequence[int]], *, by_hand: bool = False
    ) -> RuleDifference:
        """Check what the rows, as they are written and placed, make different; ``ids`` gives them."""
        if _later.get():
            return RuleDifference()
        checks = [check for check in CHECKS if _reads(check, self._dataset)]
        if self._before is None:
            different = run(cursor, checks, release_id=release_id, by_hand=by_hand)
        else:
            after = concerned(cursor, self._dataset, ids())
            only = {check: sorted({*self._before[check], *found}) for check, found in after.items()}
            different = run(cursor, checks, release_id=release_id, by_hand=by_hand, only=only)
        if different.anything:
            raise_version(release_id)
        return different


def check_all(cursor: Cursor, checks: Sequence[Check] = CHECKS) -> RuleDifference:
    """All rules over all objects, without a release."""
    different = run(cursor, checks)
    if different.anything:
        raise_version()
    return different


def concerned(cursor: Cursor, dataset: str, ids: Sequence[int]) -> dict[Check, list[int]]:
    """Of each check that reads a dataset, which of its objects some rows concern; those that may be any are left out."""
    checks = [
        check
        for check in CHECKS
        if dataset != "region" and _reads(check, dataset) and check.rule.reads.get(dataset) != ANY
    ]
    if not checks:
        return {}
    cursor.execute("CREATE TEMP TABLE IF NOT EXISTS quality_changed (id bigint) ON COMMIT DROP")
    cursor.execute("TRUNCATE quality_changed")
    cursor.execute("INSERT INTO quality_changed SELECT unnest(%s::bigint[])", [list(ids)])
    cursor.execute("ANALYZE quality_changed")
    found: dict[Check, list[int]] = {}
    asked: dict[str, list[int]] = {}
    for check in checks:
        query = check.rule.reads.get(dataset)
        own = list(ids) if check.dataset == dataset else []
        if query is not None and query not in asked:
            cursor.execute(query)
            asked[query] = [row[0] for row in cursor.fetchall()]
        found[check] = own + (asked[query] if query is not None else [])
    return found


def _reads(check: Check, dataset: str) -> bool:
    # Every object is looked up in the divisions.
    return dataset in (check.dataset, "region") or dataset in check.rule.reads
