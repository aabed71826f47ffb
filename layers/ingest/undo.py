"""Taking a release back: a new release that applies the inverse, or a refusal that says what stands in its way.

What the release changed becomes what it was, with the release that had made it so; what it deleted is there again; what it made
new goes. Where later releases touched the same rows, or other objects lead to one that would go, nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NoReturn

from django.db import DatabaseError, connection, transaction
from psycopg.sql import SQL, Composable, Identifier, Literal

from layers import placing, registry, standing
from layers.history import keep
from layers.history.needed import leading_to
from layers.history.tables import OWN_HISTORY, KeptTable, written_with
from layers.ingest import undo_divisions, upsert
from layers.ingest.aftermath import Aftermath, months_counted
from layers.ingest.guards import alone, database_refusal
from layers.ingest.refusal import ImportRefused
from layers.link_tables import LinkTable
from layers.models import Release
from layers.record import append as record
from layers.settle import MOVING
from layers.standing import CORRECTION
from layers.words import Words, first_of

Cursor = Any
WAIT_S = 60.0
NAMED = 20  # objects in the way that a refusal names
_NEW, _FORMER = "undo_new", "undo_former"
_STANDINGS = Words(
    "位置改回原来的，按更正处理：现位置的各月都按它统计。这次发布覆盖掉的、更早的位置变动（自哪个月起在哪里）不会恢复，需要时请按原来的"
    "生效月份再导入一次",
    "positions go back as a correction, for all months of where objects stand now. Earlier moves that the release covered (where "
    "something stood until which month) do not come back: import them again with their months where they matter",
)


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a release back did, or would do: objects removed, brought back to what they were, there again."""

    release_id: int
    removed: int
    restored: int
    returned: int
    committed: bool
    new_release_id: int | None = None
    notes: tuple[Words, ...] = ()  # what it does not bring back

    def to_dict(self) -> dict[str, Any]:
        return {
            "of": self.release_id, "removed": self.removed, "restored": self.restored, "returned": self.returned,
            "committed": self.committed, "release": self.new_release_id,
        }  # fmt: skip


def undo(release_id: int, *, commit: bool = False, actor: str = "", wait_s: float = WAIT_S) -> Undone:
    """Take a release back; → what was, or for a dry run would be, done. `ImportRefused` says why it cannot be."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            alone(cursor, wait_s)
            done = _Undo(cursor, _release(release_id), actor).run()
            if not commit:
                transaction.set_rollback(True)
                return replace(done, committed=False, new_release_id=None)
            return done
    except DatabaseError as error:
        raise database_refusal(error) from error


def _release(release_id: int) -> Release:
    found = Release.objects.filter(pk=release_id).first()
    if found is None:
        raise ImportRefused(
            "没有第 {release_id} 号发布", "there is no release {release_id}", param="release", release_id=release_id
        )
    return found


_Done = tuple[int, int, int, Sequence[date], tuple[Words, ...]]
"""Objects removed, brought back, there again; the months whose sums are others; what is not brought back."""


def _untold(step: str, done: int) -> None:
    """Nobody follows the steps of an undoing."""


class _Undo:
    """One undoing, inside its transaction."""

    def __init__(self, cursor: Cursor, of: Release, actor: str) -> None:
        self.cursor = cursor
        self.of = of
        self.tables = [] if of.dataset in OWN_HISTORY else written_with(of.dataset)
        self.new = Release.objects.create(
            dataset=of.dataset, file_name=f"撤销 #{of.pk}（{of.file_name}）"[:255], actor=actor[:150]
        )

    def run(self) -> Undone:
        self._refuse_twice()
        removed, restored, returned, months, notes = (
            self._divisions() if self.of.dataset in OWN_HISTORY else self._rows()
        )
        done = Undone(self.of.pk, removed, restored, returned, True, self.new.pk, notes)
        self.new.rows_new, self.new.rows_changed = returned, removed + restored
        self.new.report = {"undo": done.to_dict(), "months": [f"{month:%Y-%m}" for month in months]}
        self.new.save()
        self._mark(self.of, self.new.pk)
        if again := self.of.report.get("undo"):  # what it had taken back holds again
            self._mark(Release.objects.get(pk=again["of"]), None)
        record.released(self.new, undone=self.of.pk)
        return done

    def _divisions(self) -> _Done:
        """Of divisions, whose former states are rows of their own."""
        if not undo_divisions.stage(self.cursor, self.of.pk):
            self._refuse_nothing()
        for one in undo_divisions.hindrances(self.cursor, self.of.pk, again="undo" in self.of.report):
            self._refuse(one.named, one.why)
        outcome = undo_divisions.take_back(self.cursor, self.of.pk, self.new.pk)
        aftermath = Aftermath(self.of.dataset)
        aftermath.follow(self.cursor, self.new.pk, _untold, months=outcome.months, moved=outcome.moved, ids=list)
        return outcome.closed, outcome.changed, outcome.new, outcome.months, tuple(outcome.notes)

    def _rows(self) -> _Done:
        """Of everything else: rows become what was kept of them."""
        self._refuse_without_history()
        removed = restored = returned = 0
        # A move that is taken back never was: its months go back too. Taken back again, it holds from the next month on.
        aftermath = Aftermath(self.of.dataset, None if self.of.report.get("undo") else CORRECTION)
        for table in self.tables:
            self._find(table)
        for table in self.tables:
            self._refuse_touched_later(table)
            self._refuse_needed(table)
        self._before(aftermath)
        months = self._months()
        for table in self.tables:
            self._keep(table)
        # What leads to others goes first and comes back last: of a permit and its holder, the permit.
        for table in self.tables:
            removed += self._remove(table)
        for table in reversed(self.tables):
            changed, there_again = self._restore(table)
            restored, returned = restored + changed, returned + there_again
        if not removed + restored + returned:
            self._refuse_nothing()
        if registry.dataset(self.of.dataset).placed:
            placing.place(self.cursor, self.of.dataset, upsert.TOUCHED)
        months = sorted({*months, *self._months()})
        aftermath.follow(
            self.cursor,
            self.new.pk,
            _untold,
            months=months,
            moved={},
            ids=lambda: upsert.touched(self.cursor),
        )
        return removed, restored, returned, months, self._notes()

    def _refuse_nothing(self) -> NoReturn:
        raise ImportRefused(
            "第 {pk} 号发布没有改动任何数据，无可撤销", "release {pk} changed nothing", param="release", pk=self.of.pk
        )

    def _notes(self) -> tuple[Words, ...]:
        moves = self.of.dataset in MOVING and standing.any_moved(self.cursor)
        return (_STANDINGS,) if moves else ()

    def _mark(self, release: Release, by: int | None) -> None:
        release.report["undone"] = by
        release.save(update_fields=["report"])

    def _refuse_twice(self) -> None:
        """Taken back already, and that not taken back itself."""
        if by := self.of.report.get("undone"):
            raise ImportRefused(
                "第 {pk} 号发布已由第 {by} 号发布撤销",
                "release {pk} has been taken back already, by release {by}",
                param="release",
                pk=self.of.pk,
                by=by,
            )

    def _refuse_without_history(self) -> None:
        """A release of the time before states were kept does not say what it changed."""
        changed = self.of.rows_changed or self.of.report.get("rows", {}).get("closed")
        self.cursor.execute("SELECT EXISTS (SELECT FROM layers_formerstate WHERE release_id = %s)", [self.of.pk])
        if changed and not self.cursor.fetchone()[0]:
            raise ImportRefused(
                "第 {pk} 号发布时还没有保存改动前的内容，不能撤销",
                "what release {pk} changed was not kept at its time: it cannot be taken back",
                param="release",
                pk=self.of.pk,
            )

    def _find(self, table: KeptTable) -> None:
        """Temporary tables: the ids of what the release made new, and of the states that it ended."""
        for name, query in (
            (
                _NEW,
                SQL(
                    "SELECT t.id FROM {table} t WHERE t.release_id = {release} AND NOT EXISTS (SELECT FROM layers_formerstate f "
                    "WHERE f.release_id = {release} AND f.dataset = {name} AND f.object_id = t.id)"
                ),
            ),
            (
                _FORMER,
                SQL(
                    "SELECT object_id AS id, deleted FROM layers_formerstate WHERE release_id = {release} AND dataset = {name}"
                ),
            ),
        ):
            temp = _temp(name, table)
            self.cursor.execute(SQL("DROP TABLE IF EXISTS pg_temp.{}").format(temp))
            self.cursor.execute(
                SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS {}").format(
                    temp,
                    query.format(table=Identifier(table.table), release=Literal(self.of.pk), name=Literal(table.name)),
                )
            )
            self.cursor.execute(SQL("ANALYZE {}").format(temp))

    def _refuse_touched_later(self, table: KeptTable) -> None:
        """A state that this release made and another ended, unless that was taken back; a code that is taken again."""
        self.cursor.execute(
            SQL(
                "SELECT COALESCE(f.row->>'code', f.object_id::text), f.release_id FROM layers_formerstate f "
                "WHERE f.dataset = %s AND f.made_by = %s AND f.release_id <> %s AND NOT EXISTS "
                "(SELECT FROM {} t WHERE t.id = f.object_id AND t.release_id = f.made_by) ORDER BY f.release_id DESC, 1"
            ).format(Identifier(table.table)),
            [table.name, self.of.pk, self.of.pk],
        )
        self._refuse_for(
            [f"{code}（#{later}）" for code, later in self.cursor.fetchall()],
            Words(
                "以后的发布又改动了其中 {count} 个对象，请先撤销那些发布：{named}",
                "later releases changed {count} of its objects: take those back first: {named}",
            ),
        )
        if "code" in table.columns:
            self.cursor.execute(
                SQL(
                    "SELECT t.code FROM layers_formerstate f JOIN {} t ON t.code = f.row->>'code' "
                    "WHERE f.release_id = %s AND f.dataset = %s AND f.deleted ORDER BY 1"
                ).format(Identifier(table.table)),
                [self.of.pk, table.name],
            )
            self._refuse_for(
                [code for (code,) in self.cursor.fetchall()],
                Words(
                    "它删除的 {count} 个对象的编码已另有对象：{named}",
                    "the codes of {count} objects that it deleted are taken again: {named}",
                ),
            )

    def _refuse_needed(self, table: KeptTable) -> None:
        """What others lead to stays, and with it the release; but not for what the release made or changed itself."""
        besides = {t.table: SQL("{} UNION {}").format(_all(_NEW, t), _all(_FORMER, t)) for t in self.tables}
        found: list[str] = []
        for name, needed in leading_to(table, _all(_NEW, table), besides):
            self.cursor.execute(SQL("SELECT count(*) FROM ({}) n").format(needed))
            if count := self.cursor.fetchone()[0]:
                found.append(f"{name} {count:,}")
        self._refuse_for(
            found,
            Words(
                "它新增的对象已被引用，不能删除：{named}",
                "others lead to objects that it made, which cannot go: {named}",
            ),
        )

    def _refuse_for(self, found: Sequence[str], why: Words) -> None:
        if found:
            self._refuse(found, why)

    def _refuse(self, found: Sequence[str], why: Words) -> NoReturn:
        named = first_of(found, NAMED, Words("……", ", …"))
        raise ImportRefused(
            "不能撤销第 {pk} 号发布：{why}", "release {pk} cannot be taken back: {why}",
            param="release", allowed=found[:NAMED], pk=self.of.pk, why=why.of(count=len(found), named=named),
        )  # fmt: skip

    def _before(self, aftermath: Aftermath) -> None:
        """Name the rows of the dataset that are written or deleted, and what they count as now."""
        main = self.tables[0]
        touched = Identifier(upsert.TOUCHED)
        self.cursor.execute(SQL("DROP TABLE IF EXISTS pg_temp.{}").format(touched))
        self.cursor.execute(
            SQL(
                "CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT id, FALSE AS is_new FROM {} UNION ALL SELECT id, FALSE FROM {}"
            ).format(touched, _temp(_NEW, main), _temp(_FORMER, main))
        )
        self.cursor.execute(SQL("ANALYZE {}").format(touched))
        self.cursor.execute(SQL("SELECT count(*) FROM {}").format(touched))
        aftermath.expect(self.cursor, self.cursor.fetchone()[0], lambda: upsert.touched(self.cursor))

    def _keep(self, table: KeptTable) -> None:
        """So that the undoing can be undone."""
        for which, deleted in ((_all(_NEW, table), True), (_all(_FORMER, table), False)):
            write: Callable[..., int] = keep.deleted if deleted else keep.changed
            write(self.cursor, table.name, self.new.pk, which)

    def _remove(self, table: KeptTable) -> int:
        for link in (*table.links, *table.linked_from):
            self.cursor.execute(
                SQL("DELETE FROM {} x WHERE x.{} IN (SELECT id FROM {})").format(
                    Identifier(link.table), Identifier(link.mine), _temp(_NEW, table)
                )
            )
        self.cursor.execute(
            SQL("DELETE FROM {} t WHERE t.id IN (SELECT id FROM {})").format(
                Identifier(table.table), _temp(_NEW, table)
            )
        )
        return int(self.cursor.rowcount)

    def _restore(self, table: KeptTable) -> tuple[int, int]:
        """→ (brought back to what they were, there again)."""
        columns = [column for column in table.columns if column != "id"]
        parts = {
            "table": Identifier(table.table),
            "columns": SQL(", ").join(map(Identifier, columns)),
            "theirs": SQL(", ").join(SQL("r.{}").format(Identifier(column)) for column in columns),
            "set": SQL(", ").join(SQL("{0} = r.{0}").format(Identifier(column)) for column in columns),
            "former": SQL(
                "layers_formerstate f, jsonb_populate_record(NULL::{}, f.row) r WHERE f.release_id = {} AND f.dataset = {}"
            ).format(Identifier(table.table), Literal(self.of.pk), Literal(table.name)),
        }
        self.cursor.execute(
            SQL("INSERT INTO {table} (id, {columns}) SELECT r.id, {theirs} FROM {former} AND f.deleted").format(**parts)
        )
        returned = int(self.cursor.rowcount)
        self.cursor.execute(
            SQL("UPDATE {table} t SET {set} FROM {former} AND NOT f.deleted AND t.id = r.id").format(**parts)
        )
        restored = int(self.cursor.rowcount)
        for link in table.links:
            self._relink(table, link, f"links,{link.name}")
        for link in table.linked_from:
            self._relink(table, link, f"linked_from,{link.table}")
        return restored, returned

    def _relink(self, table: KeptTable, link: LinkTable, path: str) -> None:
        """The links of the former states, where the row says any and who is linked is still there."""
        parts = {"links": Identifier(link.table), "mine": Identifier(link.mine), "theirs": Identifier(link.theirs)}
        said = SQL("f.release_id = {} AND f.dataset = {} AND f.row #> {} IS NOT NULL").format(
            Literal(self.of.pk), Literal(table.name), Literal(f"{{{path}}}")
        )
        self.cursor.execute(
            SQL("DELETE FROM {links} x USING layers_formerstate f WHERE {said} AND x.{mine} = f.object_id").format(
                said=said, **parts
            )
        )
        self.cursor.execute(
            SQL(
                "INSERT INTO {links} ({mine}, {theirs}) SELECT f.object_id, o.id::bigint FROM layers_formerstate f, "
                "jsonb_array_elements_text(f.row #> {path}) AS o(id) WHERE {said} AND EXISTS (SELECT FROM {other} t "
                "WHERE t.id = o.id::bigint)"
            ).format(said=said, path=Literal(f"{{{path}}}"), other=Identifier(link.others), **parts)
        )

    def _months(self) -> list[Any]:
        """Of the records, or of what is counted at the objects, as they are now."""
        if self.of.dataset != "usage":
            return months_counted(self.cursor, self.of.dataset)
        self.cursor.execute(
            SQL("SELECT DISTINCT month FROM layers_usagerecord WHERE id IN (SELECT id FROM {})").format(
                Identifier(upsert.TOUCHED)
            )
        )
        return [row[0] for row in self.cursor.fetchall()]


def _temp(name: str, table: KeptTable) -> Identifier:
    return Identifier(f"{name}_{table.name}")


def _all(name: str, table: KeptTable) -> Composable:
    return SQL("SELECT id FROM {}").format(_temp(name, table))
