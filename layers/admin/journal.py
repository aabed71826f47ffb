"""A change by hand is a small import: it has a release, raises the version, and what depends on it is made again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

from django.db import connection

from layers import access, placing, registry, settle, versions
from layers.findings.touched import Checking
from layers.history import keep
from layers.ingest.guards import alone
from layers.models import Release
from layers.record import append as record
from layers.settle import Settlement
from layers.standing import Effect

FILE_NAME = "admin"  # stands in a release where an import has its file
WAIT_S = 5.0
NAMED = 50  # objects that a release names
_TOUCHED = "admin_touched"

Action = Literal["add", "change", "delete"]


def claim() -> None:
    """Wait for a running import, and keep others out until the transaction ends.

    Raises `ImportRefused` when one is still running after some seconds. Lifts the time limit of a web request: sums may
    have to be made again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        alone(cursor, WAIT_S)


class ChangeByHand:
    """One change by hand to rows of one dataset, inside one transaction, after `claim`.

    Made before the rows are written (it makes the release that they are to carry), settled after.
    """

    def __init__(
        self, dataset: str, actor: str, action: Action, ids: Sequence[int] = (), names: Iterable[str] = (),
        effect: Effect | None = None,
    ) -> None:  # fmt: skip
        """``effect`` says from which month on a changed position holds (`layers.standing`)."""
        self.dataset = registry.dataset(dataset)
        with connection.cursor() as cursor:
            self._settlement = Settlement(cursor, dataset, ids, effect) if dataset in settle.DATASETS else None
            self._checking = Checking(cursor, dataset, ids)
        named = list(names)
        self.release = Release.objects.create(
            dataset=dataset,
            file_name=FILE_NAME,
            actor=actor[:150],
            rows_new=1 if action == "add" else 0,
            rows_changed=len(ids) if action != "add" else 0,
            report={"admin": {"action": action, "objects": named[:NAMED], "count": len(named)}},
        )
        write = keep.deleted if action == "delete" else keep.changed
        with connection.cursor() as cursor:
            write(cursor, dataset, self.release.pk, keep.these(ids))

    def settle(self, ids: Sequence[int] = ()) -> list[date]:
        """Place the rows, bring sums and grid to what they count now, raise the version; → the months whose sums changed."""
        with connection.cursor() as cursor:
            if ids and self.dataset.placed:
                self._place(cursor, ids)
            months = self._settlement.settle(cursor, ids) if self._settlement else []
            self._checking.follow(cursor, self.release.pk, lambda: ids, by_hand=True)
        versions.bump(self.dataset.name, self.release.pk)
        if months:
            self.release.report["months"] = [f"{month:%Y-%m}" for month in months]
        self.release.report["admin"]["synthetic"] = access.still_synthetic(
            self.dataset, ids, added=bool(self.release.rows_new)
        )
        self.release.save(update_fields=["report"])
        record.released(self.release)
        return months

    def _place(self, cursor: Any, ids: Sequence[int]) -> None:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{_TOUCHED}")
        cursor.execute(f"CREATE TEMP TABLE {_TOUCHED} ON COMMIT DROP AS SELECT unnest(%s::bigint[]) AS id", [list(ids)])
        # Unknown sizes would be taken for thousands of rows, and all pieces of the city walked for one point.
        cursor.execute(f"ANALYZE {_TOUCHED}")
        placing.place(cursor, self.dataset.name, _TOUCHED)
