"""The divisions that a statement of the grid speaks in: today's, or those of an edition that is over.

Units, weights and whereabouts are true in some editions (`InEditions`); objects count in an edition that is over where they did
then (`layers.editions`). Both are named here once, as parts of statements: ``held_w`` that a row ``w`` is true in the edition,
``here_r`` that a division ``r`` is one of it, and ``meter``, ``facility`` and so on for the tables as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import sql

from layers import editions, vocab
from layers.editions import EditionSpan
from layers.models.grid import EVER
from layers.sql import load

Cursor = Any

_HELD = ("u", "w", "g", "p")  # aliases in statements: units, weights twice, places
_HERE = ("r", "b", "t")  # divisions, their outlines, townships
_TABLES = {
    "meter": ("layers_meter", vocab.PLACE_METER),
    "facility": ("layers_supplyfacility", vocab.PLACE_FACILITY),
    "standing": ("layers_paststanding", vocab.PLACE_PAST),
    "user": ("layers_wateruser", 0),
    "region": ("layers_region", 0),
}
_THEN = "({0}.valid_from_id <= {last} AND ({0}.valid_to_id IS NULL OR {0}.valid_to_id > {last}))"


@dataclass(frozen=True, slots=True)
class Within:
    """One edition of the divisions; ``alone``, where there have never been others: then nothing is asked of which it is."""

    edition: EditionSpan
    alone: bool = False

    @property
    def id(self) -> int:
        return self.edition.id

    @property
    def over(self) -> bool:
        return not self.edition.current

    @property
    def parts(self) -> dict[str, sql.Composable]:
        """The parts of statements by name."""
        here = {f"here_{alias}": self._here(alias) for alias in _HERE}
        return {
            **here,
            **{f"held_{alias}": self.held(alias) for alias in _HELD},
            **{name: self._table(name, *of, here) for name, of in _TABLES.items()},
            # The township of the edition that a township's row stands for.
            "own_r": sql.SQL("r.township_id" if self.over else "r.id"),
        }

    def held(self, alias: str) -> sql.Composable:
        """Whether a row of that alias is true in the edition."""
        if self.alone:
            return sql.SQL("TRUE")
        return sql.SQL("{} BETWEEN {a}.first_edition AND {a}.last_edition").format(
            sql.Literal(self.id), a=sql.Identifier(alias)
        )

    def _here(self, alias: str) -> sql.Composable:
        if not self.over:
            return sql.SQL("{}.valid_to_id IS NULL").format(sql.Identifier(alias))
        return sql.SQL(_THEN).format(sql.Identifier(alias), last=sql.Literal(self.edition.last))

    def _table(self, name: str, table: str, kind: int, here: dict[str, sql.Composable]) -> sql.Composable:
        if not self.over:
            return sql.Identifier(table)
        noted = sql.SQL(load("grid_then_noted")).format(kind=sql.Literal(kind), edition=sql.Literal(self.id))
        return sql.SQL(load(f"grid_then_{name}")).format(noted=noted, **here)


class Every:
    """All editions as the grid needs them: those that are over first, today's last."""

    def __init__(self, cursor: Cursor) -> None:
        self._known = editions.read(cursor)
        alone = not self._known.past
        self.all = tuple(Within(edition, alone) for edition in self._known.all)
        self.over, self.today = self.all[:-1], self.all[-1]
        self.ids = [one.id for one in self.all]

    @property
    def newest(self) -> int:
        """The number of today's edition; 0 before there is any."""
        return self.today.id if self.today.id < EVER else 0

    def of(self, month: date) -> Within:
        """The one that a month speaks in."""
        return self.all[self._known.all.index(self._known.of(month))]

    def others(self, month: date) -> Sequence[Within]:
        own = self.of(month)
        return [one for one in self.all if one != own]

    @property
    def terms(self) -> dict[str, Any]:
        """For statements that find from which to which edition something is the same."""
        return {"editions": self.ids, "oldest": self.ids[0], "current": self.today.id, "ever": EVER}
