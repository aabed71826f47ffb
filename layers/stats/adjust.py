"""Let the sums follow a change of a few records, without summing their months again.

Sums are linear: what the records counted before is taken off, what they count after is put on. For an object changed by
hand that is tenths of a second, where a rebuild of its year reads millions of records. The result is the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from layers.grid import conservation
from layers.models import UsageRecord
from layers.recorded import all_months, summed_months
from layers.sql import load
from layers.stats import rebuild

Cursor = Any

FEW = 20_000  # records; above it a rebuild is no slower

_RECORDED = (
    "INSERT INTO usage_recorded SELECT month, source, purpose, %(sign)s * volume_l FROM layers_usagerecord"
    " WHERE id = ANY(%(records)s)"
)
_SIGNED = (
    "INSERT INTO usage_delta SELECT edition, level, source_sel, purpose_sel, month, code, parent_code, gap, "
    "%(sign)s * volume_l, %(sign)s * records FROM usage_fresh"
)


class Adjustment:
    """Made before the change, with the records it concerns; `apply` after it. Both in the change's transaction.

    The sums must be those of the records as they stand, and stay so meanwhile: hold the imports' lock.
    """

    def __init__(self, cursor: Cursor, records: Iterable[int]) -> None:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('layers_usagesum'))")
        cursor.execute("DROP TABLE IF EXISTS pg_temp.usage_delta, pg_temp.usage_spread")
        cursor.execute(
            "CREATE TEMP TABLE usage_delta (edition integer, level smallint, source_sel smallint, purpose_sel smallint, month date, "
            "code text, parent_code text, gap smallint, volume_l bigint, records integer) ON COMMIT DROP"
        )
        cursor.execute("DROP TABLE IF EXISTS pg_temp.usage_recorded")
        cursor.execute(
            "CREATE TEMP TABLE usage_recorded (month date, source smallint, purpose smallint, volume_l bigint) ON COMMIT DROP"
        )
        self._before = self._count(cursor, records, -1)

    def _count(self, cursor: Cursor, records: Iterable[int], sign: int) -> dict[date, int]:
        """Note what the records count as now; → how many of them each month has."""
        found = dict(UsageRecord.objects.filter(pk__in=list(records)).values_list("pk", "month"))
        months = dict.fromkeys(sorted(set(found.values())), 0)
        for month in found.values():
            months[month] += 1
        if found and sum(months.values()) <= FEW:
            rebuild.make_fresh(cursor, list(months), list(found))
            cursor.execute(_SIGNED, {"sign": sign})
            cursor.execute(_RECORDED, {"sign": sign, "records": list(found)})
            cursor.execute("DROP TABLE usage_fresh")
        return months

    def apply(self, cursor: Cursor, records: Iterable[int]) -> list[date]:
        """Bring the sums to what the records count now; → the months touched."""
        after = self._count(cursor, records, 1)
        months = sorted({*self._before, *after})
        if not months:
            return []
        if self._needs_rebuild(cursor, after, months):
            rebuild.rebuild(cursor, months)
        else:
            conservation.hold_levels_change(cursor)
            cursor.execute(load("adjust_sums"), {"standing": summed_months(cursor)})
        cursor.execute("DROP TABLE IF EXISTS usage_delta, usage_spread")
        return months

    def _needs_rebuild(self, cursor: Cursor, after: dict[date, int], months: list[date]) -> bool:
        """Many records; or a month that comes or goes as a whole, with every combination of its year so far."""
        if max(sum(self._before.values()), sum(after.values())) > FEW:
            return True
        standing = {*summed_months(cursor)} & {*all_months(cursor)}
        return not standing.issuperset(months)
