"""The one way in: `run(target, source)` reads a file, checks it, writes what is sound and reports.

A dry run does everything in a transaction and undoes it, so that its report is the truth and not a forecast. It writes into a
twin of the table (`layers.ingest.rehearsal`) where that tells the same, and leaves out the sums: they cannot refuse anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connection, transaction
from psycopg.sql import SQL, Composable, Identifier

from layers import place
from layers.history import keep as history
from layers.ingest import (
    beyond,
    changes,
    city,
    crs,
    divisions,
    footers,
    holders,
    links,
    places,
    regions,
    rehearsal,
    replace,
    resolve,
    staging,
    upsert,
    usage,
)  # fmt: skip
from layers.ingest import report as reports
from layers.ingest.aftermath import Aftermath, months_counted
from layers.ingest.apart import opened_apart
from layers.ingest.arrange import Arranged, arrange, hints
from layers.ingest.columns import ColumnMap
from layers.ingest.effective import effect_of
from layers.ingest.guards import (
    alone,
    alone_in,
    alone_rehearsing,
    beside_others,
    came_between,
    database_refusal,
    sha256,
)
from layers.ingest.positions import datum, kept, moved, outside, whole
from layers.ingest.positions.decide import COORDINATES, Positions, decide, first_rows
from layers.ingest.positions.readings import Reading
from layers.ingest.readers import look
from layers.ingest.reading import Choice, refuse_unknown, require_answers, told_value, with_doubt
from layers.ingest.refusal import ImportRefused
from layers.ingest.report import ImportReport
from layers.ingest.rows import GEOM, sound_rows
from layers.ingest.source import Source
from layers.ingest.spec import Spec, spec_for
from layers.ingest.table import Chunk, Table
from layers.ingest.upsert import Outcome
from layers.models import Release
from layers.place import Place
from layers.reach import WHOLE, Reach
from layers.record import append as record
from layers.shapes import DRAWN
from layers.words import Words

Progress = Callable[[str, int, int | None], None]
"""Told (step, done, of how many or None); the steps are those of `layers.ingest.steps`. What it raises ends the import, and undoes it."""

WAIT_S = 60.0
TRIES = 3  # of a transaction that another one made the database end
_MANY_ROWS = 10_000


def run(
    target: str,
    source: Source,
    *,
    commit: bool = False,
    actor: str = "",
    progress: Progress | None = None,
    closing: bool = False,
    effective: str = "",
    replacing: bool = False,
    within: str = "",
    reach: Reach = WHOLE,
    context: Mapping[str, Any] | None = None,
    wait_s: float = WAIT_S,
    opened: Callable[[Table], None] | None = None,
    read: Callable[[ImportReport], None] | None = None,
) -> ImportReport:
    """Import a file into a dataset or layer; → what was, or for a dry run would be, done.

    ``closing`` closes the divisions of the file's levels that the file lacks; ``effective`` is the month from which divisions
    (see `regions.import_regions`) or changed positions (`effective.effect_of`) hold. ``replacing`` takes out what the file lacks
    of its scope, ``within`` of one region (`layers.ingest.replace`). ``reach`` is how far the clerk's right does
    (`layers.ingest.beyond`). ``context`` is kept with the release's
    report. One import is committed at a time, and no file of its dataset checked meanwhile; another is waited for ``wait_s`` seconds.
    ``opened`` is told the file's head before its rows are read, and ``read``, once they are, what is wrong with each by itself;
    what they raise ends the import. Raises `ImportRefused` when the
    file as a whole cannot be imported; the database is then as it was. Rows that are refused do not hold up the others.
    """
    spec = spec_for(target)
    for left in reversed(range(TRIES)):
        one = _Import(
            spec, source, commit, actor, progress, closing, effective, replacing, within, reach, context or {}, wait_s,
            opened, read,
        )  # fmt: skip
        try:
            return one.run()
        except DatabaseError as error:
            if not (left and came_between(error)):
                raise database_refusal(error) from error
    raise AssertionError("the last try returns or raises")


@dataclass(slots=True)
class _Import:
    """One run, told what `run` is. The steps are methods so that each can be read, and timed, by itself."""

    spec: Spec
    source: Source
    commit: bool
    actor: str
    progress: Progress | None
    closing: bool
    effective: str
    replacing: bool
    within: str
    reach: Reach
    context: Mapping[str, Any]
    wait_s: float
    opened: Callable[[Table], None] | None
    read: Callable[[ImportReport], None] | None
    aftermath: Aftermath = field(init=False)
    report: ImportReport = field(init=False)
    city: city.Proposal | None = field(init=False, default=None)  # of the first file of boundaries

    def __post_init__(self) -> None:
        self.aftermath = Aftermath(self.spec.name, effect_of(self.spec, self.effective))
        self.report = ImportReport(
            self.spec.target, self.spec.name, self.source.shown, actor=self.actor[:150], wanted_commit=self.commit,
            told=dict(self.source.told),
        )  # fmt: skip

    def run(self) -> ImportReport:
        began = time.perf_counter()
        refuse_unknown(self.source.told)
        beyond.refuse_whole(self.spec, self.reach)
        if self.replacing:
            replace.refuse_impossible(self.spec, self.within)
            beyond.refuse_replacing(self.reach, self.within)
        look(self.source.path)  # what is wrong at first sight need not wait for other imports
        with transaction.atomic(), connection.cursor() as cursor:
            self._transact(cursor)
        self.report.seconds = time.perf_counter() - began
        return self.report

    def _arrange(self, table: Table) -> Arranged:
        found = arrange(table, self.spec, self.source, self.source.shown)
        fields = [f for f in self.spec.dataset.fields if f.imported]
        self.report.format = table.format
        self.report.columns = found.columns
        self.report.absent = [
            f.name for f in fields if f.name not in found.columns.fields and f.name not in self.spec.scope
        ]
        self.report.notes += [*table.notes, *found.notes]
        self.report.choices += [*table.choices, *found.choices]
        self.report.verdicts.refused.cells = self.report.verdicts.warned.cells = found.cells
        return found

    def _positions(self, cursor: Any, table: Table, found: Arranged) -> tuple[Iterator[Chunk], Positions | None]:
        """The chunks, and how the positions in them are read; None where the file has none."""
        said = crs.of_positions(self.spec.geometry, self.source.crs, table, found.columns)
        if said is None:
            return found.chunks(), None
        first, chunks = first_rows(found.chunks())
        positions = decide(cursor, self.spec, found.columns, said, first, self.source.told)
        self.report.crs = positions.reading.name
        self.report.choices += positions.choices
        plain = Reading(crs.parse(crs.STORED))
        if found.columns.geometry and not self.source.crs and positions.reading == plain:
            self.report.notes.append(
                Words(
                    "未指定坐标系，坐标列按 EPSG:4490 经纬度处理", "no CRS was told: coordinates are taken as EPSG:4490"
                )
            )
        return chunks, positions

    def _transact(self, cursor: Any) -> None:
        # A web process bounds its statements; an import takes what it takes.
        cursor.execute("SET LOCAL statement_timeout = 0")
        with self._timed("wait"):
            if self.report.wanted_commit:
                alone(cursor, self.wait_s, self._waits)
                alone_in(self.spec.name, cursor, self.wait_s, self._waits)
            else:
                beside_others(self.spec.name, cursor, self.wait_s, self._waits)
        with (
            self._timed("read"),
            opened_apart(self.source.path, self.source.layer, hints(self.spec, self.source)) as table,
        ):
            if self.opened:
                self.opened(table)
            found = self._arrange(table)
            chunks, positions = self._positions(cursor, table, found)
            release = self._release()
            spread = whole.Spread()
            names = self._stage(cursor, spread.watch(chunks) if positions else chunks, found.columns, positions)
        if self.read:
            self.read(self.report)
        if positions:
            self._ask_of_the_whole(whole.question(cursor, self.spec, found.columns, positions, spread))
        self._look_at_the_whole(cursor, found, names)
        if self.spec.geometry_required and GEOM not in names:
            kept.keep_outlines(cursor, self.spec, self.report.refusals)
            self.report.notes.append(kept.NOTE)
            names.append(GEOM)
        self._require_answers()
        with self._timed("write"):
            outcome = self._write(cursor, names, release.pk)
        if not self.report.wanted_commit:
            self.report.places, self.report.placed = places.sample(cursor, self.spec, names)
        self._tell("constraints", self.report.read)
        with self._timed("constraints"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        self._note(outcome, release)
        self._require_answers()
        if not self.report.wanted_commit or self.report.refused_as_a_whole:
            transaction.set_rollback(True)
            return
        with self._timed("sums"):
            self._settle(cursor, outcome, release)
        self.report.committed = True

    def _require_answers(self) -> None:
        """Before anything is kept: what the reading left open must have been said."""
        if self.report.wanted_commit:
            require_answers(self.report.choices, self.source.told)

    def _look_at_the_whole(self, cursor: Any, found: Arranged, names: list[str]) -> None:
        """What only the whole file tells: months that may be two, totals, divisions told by name, the year made use of."""
        verdicts = self.report.verdicts
        staging.settle_points(cursor, verdicts)
        self.report.notes += found.last_notes()
        if found.footers.totals:
            self.report.notes += footers.compare(cursor, found.footers, names, found.numbers(), verdicts)
        if found.line_totals:
            column, _ = next(iter(found.numbers().values()))
            footers.compare_lines(cursor, found.line_totals, column, names, verdicts)
        if self.spec.name == "region":
            self.city = city.of_file(cursor, names, self.source.told)
            self.report.choices += self.city.choices if self.city else ()
        else:
            self.report.choices += divisions.resolve(cursor, self.spec, names, verdicts)
        if "year" in verdicts.used and found.year and not found.wide:
            self.report.choices.append(found.year.choice())

    def _ask_of_the_whole(self, choice: Choice | None) -> None:
        """A doubt of the whole file behind what its first rows asked; where that was answered, it is said."""
        if choice and choice.name in self.source.told:
            self.report.notes.append(choice.why)
        elif choice:
            self.report.choices = with_doubt(self.report.choices, choice)

    def _release(self) -> Release:
        self.report.file_sha256 = sha256(self.source.path)
        return Release.objects.create(
            dataset=self.spec.name, file_name=self.source.shown, file_sha256=self.report.file_sha256,
            actor=self.report.actor,
        )  # fmt: skip

    def _stage(self, cursor: Any, chunks: Iterator[Chunk], found: ColumnMap, positions: Positions | None) -> list[str]:
        """Read, check and copy the file chunk by chunk; → the staged columns."""
        names: list[str] = []
        for chunk in chunks:
            rows = sound_rows(chunk, self.spec, found, positions, self.report.verdicts)
            if not names:
                names = list(rows.column_names)
                staging.make_staging(cursor, self.spec, names)
            staging.copy_rows(cursor, rows)
            self.report.read += len(chunk) + len(chunk.ragged)
            self._tell("read", self.report.read)
        if not self.report.read:
            raise ImportRefused("文件中没有数据行", "the file holds no rows")
        return names

    def _write(self, cursor: Any, names: list[str], release_id: int) -> Outcome:
        self._tell("write", self.report.read)
        cursor.execute("ANALYZE import_staged")
        refusals = self.report.refusals
        if self.spec.name == "region":
            return regions.import_regions(
                cursor, self.spec, names, refusals, release_id,
                here=self._place(cursor), closing=self.closing, effective=self.effective,
                rehearsing=not self.report.wanted_commit,
            )  # fmt: skip
        renamed: list[int] = []
        if self.spec.name == "permit":
            beyond.refuse_renaming(cursor, names, self.reach, refusals)
            if self.report.wanted_commit:
                history.changed(cursor, "holder", release_id, holders.renaming(names))
            else:
                holders.rehearse(cursor)
            renamed = holders.write_holders(cursor, names, release_id, refusals)
        keep = told_value(self.source.told, "blank", (changes.CLEAR, changes.KEEP)) == changes.KEEP
        resolve.make_rows(cursor, self.spec, names, keep=keep)
        beyond.hide_references(cursor, self.spec, names, self.reach)
        resolve.refuse_unknown(cursor, self.spec, names, refusals)
        resolve.refuse_duplicates(cursor, self.spec, refusals)
        if self.spec.geometry in DRAWN and GEOM in names:
            resolve.refuse_invalid(cursor, refusals)
        beyond.refuse_beyond(cursor, self.spec, names, self.reach, refusals)
        if self.spec.name == "usage":
            self.report.changes = usage.find_changes(cursor)
            usage.warn_of_leaps(cursor, self.spec, self.report.verdicts)
            usage.warn_of_region_leaps(cursor, self.spec, self.report.verdicts)
            self._announce(cursor, usage.same_records)
            target = self._target(cursor, usage.changed_records(), release_id)
            return self._replace(cursor, usage.write_usage(cursor, target, release_id), target, release_id)
        holders.mark_renamed(cursor, renamed)
        given = links.make_links(cursor, self.spec, names, refusals, self.reach)
        self._ask_moved(cursor, names)
        self._announce(cursor, upsert.targets)
        self.report.changes = changes.find(cursor, self.spec, names, self.report.verdicts, keep=keep)
        relinked = links.relinked(self.spec, given, keep=keep)
        target = self._target(cursor, SQL("{} UNION {}").format(upsert.changing(), relinked), release_id)
        outcome = upsert.upsert(cursor, target, names, given, release_id, keep=keep)
        if self.spec.dataset.placed and GEOM in names:
            outside.warn(cursor, target, self.report.warnings)
        outcome.months = months_counted(cursor, self.spec.name)
        return self._replace(cursor, outcome, target, release_id)

    def _place(self, cursor: Any) -> Place:
        """The place whose divisions are written; the first file's is declared with them."""
        return self.city.declare(cursor) if self.city else place.read(cursor)

    def _target(self, cursor: Any, changing: Composable, release_id: int) -> Spec:
        """Where the rows are written, ``changing`` being the ids of those that are there. A commit keeps what they were before,
        so that the release can be taken back; a dry run leaves the table alone."""
        if not self.report.wanted_commit:
            twin = rehearsal.of(cursor, self.spec, changing)
            if not twin.rehearsed:
                alone_rehearsing(self.spec.name, cursor, self.wait_s, self._waits)
            return twin
        history.changed(cursor, self.spec.name, release_id, changing)
        return self.spec

    def _replace(self, cursor: Any, outcome: Outcome, target: Spec, release_id: int) -> Outcome:
        """Take out what the file lacks."""
        if self.replacing:
            replace.refuse_outside(cursor, target, self.within)
            outcome.months = sorted({*outcome.months, *replace.months_gone(cursor, self.spec)})
            self.report.gone_names = replace.remove(cursor, self.spec, release_id, outcome, rehearsed=target.rehearsed)
        return outcome

    def _written(self, cursor: Any) -> list[int]:
        return usage.same_records(cursor) if self.spec.name == "usage" else upsert.touched(cursor)

    def _ask_moved(self, cursor: Any, names: list[str]) -> None:
        """Now that every row is there: whether those that move known objects move them as one."""
        asked = {choice.name for choice in self.report.choices} | set(self.source.told)
        if not self.spec.dataset.placed or GEOM not in names or {COORDINATES, datum.SHIFT} & asked:
            return
        if choice := moved.question(cursor, self.spec, self.report.crs):
            self.report.choices.append(choice)
            self._require_answers()

    def _announce(self, cursor: Any, targets: Callable[[Any], list[int]]) -> None:
        """Before the rows are written: note what they would replace counts as now."""
        if self.replacing:
            replace.refuse_incomplete(self.report)
        gone = replace.find(cursor, self.spec, self.within) if self.replacing else 0
        if self.report.wanted_commit:
            cursor.execute(SQL("SELECT count(*) FROM {}").format(Identifier(resolve.ROWS)))
            count = cursor.fetchone()[0] + gone
            self.aftermath.expect(cursor, count, lambda: targets(cursor) + (replace.gone(cursor) if gone else []))

    def _note(self, outcome: Outcome, release: Release) -> None:
        report = self.report
        report.new, report.changed, report.unchanged = outcome.new, outcome.changed, outcome.unchanged
        report.closed, report.gone = outcome.closed, outcome.gone
        report.links_added, report.links_removed = outcome.links_added, outcome.links_removed
        report.months = outcome.months
        report.notes += outcome.notes
        report.choices += [
            choice for choice in (changes.blank_choice(report.changes, self.spec), reports.plausible(report)) if choice
        ]
        report.release_id = release.pk
        report.version_raised = outcome.anything

    def _settle(self, cursor: Any, outcome: Outcome, release: Release) -> None:
        """Sums, versions and the release's own record, in the transaction that changed the rows."""
        report = self.report
        if outcome.new + outcome.changed > _MANY_ROWS:
            # The sums, and whoever asks before autovacuum comes by, are planned on these statistics.
            cursor.execute(SQL("ANALYZE {}").format(Identifier(self.spec.table)))
        if outcome.anything:
            self.aftermath.follow(
                cursor, release.pk, self._tell, months=outcome.months, moved=outcome.moved,
                ids=lambda: self._written(cursor),
            )  # fmt: skip
        release.rows_new, release.rows_changed = report.new, report.changed
        release.rows_unchanged, release.rows_refused = report.unchanged, report.refused
        report.committed = True
        release.report = report.to_dict() | ({"context": dict(self.context)} if self.context else {})
        release.save()
        self._tell("record", report.new + report.changed)
        with self._timed("record"):
            record.released(release)

    def _tell(self, step: str, done: int) -> None:
        if self.progress:
            self.progress(step, done, None if step in ("wait", "read") else done)

    def _waits(self) -> None:
        self._tell("wait", 0)

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.report.steps[step] = time.perf_counter() - began
