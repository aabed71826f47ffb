"""Many reports into a folder: one process a core, whole files only, and nothing made twice.

The processes make them, root's as the service's user; the one that was asked writes them.

The folder's ``reports.json`` says of each file which data version and code it is of, and how it has to look. A file that is
as it says is kept; everything else is made anew.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from geoapp.reports import apart
from geoapp.reports.ask import Ask
from geoapp.reports.files import CannotWrite, write_whole
from geoapp.reports.process import collected_at_the_end, peak_mb, peak_of_children_mb
from geoapp.reports.progress import chapters
from geoapp.reports.record import Record
from geoapp.reports.trouble import refuse_closed
from layers.errors import ShuituError
from layers.kept.whole import digest
from layers.words import Worded, Words

Step = Callable[[str], None]
ENDED = Words(
    "做它的进程被外部终止（可能内存不足）", "The process that made it was ended from outside: too little memory?"
)


def nobody(step: str) -> None:
    """Who is told how far a report is, where nobody asks."""


@dataclass(frozen=True, slots=True)
class Task:
    """One report in the forms that are missing."""

    ask: Ask
    forms: tuple[str, ...]
    folder: Path
    processes: int = 0  # that a volume may have for its chapters; without any they are printed in the one that makes it


@dataclass(frozen=True, slots=True)
class MadeReport:
    """What became of a task: its files, or why there are none; and the most memory that a process of it ever held."""

    ask: Ask
    files: dict[str, dict[str, Any]]
    error: str = ""
    peak_mb: float = 0.0
    said: Worded | None = None  # the error in every language, where it was told so


def outstanding(asks: Sequence[Ask], forms: Sequence[str], record: Record, stamp: str) -> list[Task]:
    """What has to be made of the reports asked for."""
    folder = record.path.parent
    tasks = [Task(ask, tuple(f for f in forms if not record.holds(ask, f, stamp)), folder) for ask in asks]
    return [task for task in tasks if task.forms]


def run(tasks: Sequence[Task], stamp: str, processes: int, step: Step = nobody) -> Iterator[MadeReport]:
    """Make the reports, each told as it is done; one that fails does not stop the others. What is in the folder is in its list.

    ``step`` hears how far a single report is, as long as it is made in this process.
    """
    if len(tasks) == 1 and not settings.SERVICE_USER:
        made = make(replace(tasks[0], processes=processes), stamp, step)
        if made.files:
            Record(tasks[0].folder).add(made.files)
        yield made
        return
    many = max(1, min(processes, len(tasks)))
    given = [replace(task, processes=processes if len(tasks) == 1 else 0) for task in tasks]
    for task, done in apart.each(partial(_make_apart, stamp=stamp), given, many):
        if done is None:
            yield MadeReport(task.ask, {}, ENDED.in_("en"), said=ENDED)
            continue
        made, held = done
        yield _kept(made, held, task.folder)


def _make_apart(task: Task, stamp: str) -> tuple[MadeReport, dict[str, bytes]]:
    """One report with the contents of its files: who makes it may not be one who can write into the folder.

    What another run has put there meanwhile is not made again.
    """
    held: dict[str, bytes] = {}
    with suppress(CannotWrite):  # of a folder that is nobody's but who asked: it is made
        there = Record(task.folder)
        task = replace(task, forms=tuple(form for form in task.forms if not there.holds(task.ask, form, stamp)))
    return make(task, stamp, _say, write=lambda path, data: held.update({path.name: data})), held


def _say(step: str) -> None:
    """How far a volume is, from a process that nobody else hears."""
    if chapters(step):
        sys.stdout.write(f"  {step}\n")
        sys.stdout.flush()


def _kept(made: MadeReport, held: dict[str, bytes], folder: Path) -> MadeReport:
    """What came of it, once its files are in the folder and its list: one by one, so that none is there and not in the list."""
    files: dict[str, dict[str, Any]] = {}
    try:
        for name, data in held.items():
            write_whole(folder / name, data)
            Record(folder).add({name: made.files[name]})
            files[name] = made.files[name]
    except CannotWrite as error:
        return replace(made, files=files, error=error.detail, said=error.worded)
    return made


def make(
    task: Task,
    stamp: str,
    step: Step = nobody,
    write: Callable[[Path, bytes], None] = write_whole,
) -> MadeReport:
    """One report: figures and drawings once, then each form. ``step`` hears the form that is begun."""
    files: dict[str, dict[str, Any]] = {}
    error = ""
    said: Worded | None = None
    try:
        with collected_at_the_end():
            for name, told in _written(task, stamp, step, write):
                files[name] = told
    except ShuituError as refusal:
        error, said = refusal.detail, refusal.worded
    except OSError as failure:  # openpyxl writes to the system's temporary folder, which may be full too
        refused = CannotWrite(task.folder, failure)
        error, said = refused.detail, refused.worded
    peak = max(peak_mb(), peak_of_children_mb()) if task.ask.atlas else peak_mb()
    return MadeReport(task.ask, files, error, peak, said)


def _written(
    task: Task, stamp: str, step: Step, write: Callable[[Path, bytes], None]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each file of the report, as it is finished, with what the record says of it."""
    # Here and not above: the process that only hands out work needs none of it.
    from geoapp.reports import ahead
    from geoapp.reports.forms import file_name, prepared
    from layers import access
    from layers.db import snapshot

    # As open as both its asking and its making allow: a file is never more open than its stamp says.
    with access.one_moment(stamp) as moment:
        step("figures")
        ahead.begin(task.ask, task.forms, stamp)
        with snapshot():  # all that is read, maps and lists too, is of one moment; making the files takes the longest
            report = prepared(task.ask, task.forms, stamp, step, task.processes)
        for form, make_file in report.makers.items():
            step(form)
            data = make_file()
            refuse_closed(moment)
            name = file_name(task.ask, report.name, form)
            write(task.folder / name, data)
            key = task.ask.key(stamp, (form,))
            yield (
                name,
                {"key": key, "version": report.version, "form": form, "bytes": len(data), "sha256": digest(data)},
            )
