"""Many reports into a folder: one process a core, whole files only, and nothing made twice.

The processes make them, root's as the service's user; the one that was asked writes them.

The folder's ``reports.json`` says of each file which data version and code it is of, and how it has to look. A file that is
as it says is kept; everything else is made anew.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from geoapp.reports.ask import Ask
from geoapp.reports.files import CannotWrite, write_whole
from geoapp.reports.process import collected_at_the_end, peak_mb, set_up
from layers.errors import ShuituError
from layers.kept.whole import clear_parts, digest, is_as_told

RECORD = "reports.json"
# A process ends after so many reports: WeasyPrint keeps some of what it took (Kozea/WeasyPrint#1104).
REPORTS_A_PROCESS = 8


@dataclass(frozen=True, slots=True)
class Task:
    """One report in the forms that are missing."""

    ask: Ask
    forms: tuple[str, ...]
    folder: Path


@dataclass(frozen=True, slots=True)
class MadeReport:
    """What became of a task: its files, or why there are none; and the most memory that its process ever held."""

    ask: Ask
    files: dict[str, dict[str, Any]]
    error: str = ""
    peak_mb: float = 0.0


class Record:
    """The folder's list of finished files; written whole after each report."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / RECORD
        try:
            self.files: dict[str, dict[str, Any]] = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            self.files = {}

    def add(self, files: dict[str, dict[str, Any]]) -> None:
        self.files |= files
        write_whole(self.path, (json.dumps(self.files, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())

    def holds(self, ask: Ask, form: str, stamp: str) -> bool:
        """Whether there is a file of this report, whole and of this version."""
        key = ask.key(stamp, (form,))
        return any(
            told["key"] == key and is_as_told(self.path.parent / name, told["bytes"], told["sha256"])
            for name, told in self.files.items()
        )


def outstanding(asks: Sequence[Ask], forms: Sequence[str], folder: Path, stamp: str) -> list[Task]:
    """What has to be made of the reports asked for."""
    record = Record(folder)
    tasks = [Task(ask, tuple(f for f in forms if not record.holds(ask, f, stamp)), folder) for ask in asks]
    return [task for task in tasks if task.forms]


def run(tasks: Sequence[Task], stamp: str, processes: int) -> Iterator[MadeReport]:
    """Make the reports, each told as it is done; one that fails does not stop the others."""
    if not tasks:
        return
    record = Record(tasks[0].folder)
    if len(tasks) == 1 and not settings.SERVICE_USER:
        made = make(tasks[0], stamp)
        if made.files:
            record.add(made.files)
        yield made
        return
    with _pool(min(processes, len(tasks))) as pool:
        waiting = [pool.submit(_make_apart, task, stamp) for task in tasks]
        try:
            for done in as_completed(waiting):
                made = _kept(*done.result(), tasks[0].folder)
                if made.files:
                    record.add(made.files)
                yield made
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _pool(processes: int) -> ProcessPoolExecutor:
    """Processes begun anew: a fork would share the database's connection, and the threads of numpy."""
    return ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), initializer=set_up, max_tasks_per_child=REPORTS_A_PROCESS
    )


def _make_apart(task: Task, stamp: str) -> tuple[MadeReport, dict[str, bytes]]:
    """One report with the contents of its files: who makes it may not be one who can write into the folder."""
    held: dict[str, bytes] = {}
    return make(task, stamp, write=lambda path, data: held.update({path.name: data})), held


def _kept(made: MadeReport, held: dict[str, bytes], folder: Path) -> MadeReport:
    """What came of it, once its files are in the folder."""
    try:
        for name, data in held.items():
            write_whole(folder / name, data)
    except CannotWrite as error:
        return replace(made, files={}, error=error.detail)
    return made


def make(
    task: Task,
    stamp: str,
    step: Callable[[str], None] = lambda form: None,
    write: Callable[[Path, bytes], None] = write_whole,
) -> MadeReport:
    """One report: figures and drawings once, then each form. ``step`` hears the form that is begun."""
    files: dict[str, dict[str, Any]] = {}
    error = ""
    clear_parts(task.folder)
    try:
        with collected_at_the_end():
            for name, told in _written(task, stamp, step, write):
                files[name] = told
    except ShuituError as refusal:
        error = refusal.detail
    except OSError as failure:  # openpyxl writes to the system's temporary folder, which may be full too
        error = CannotWrite(task.folder, failure).detail
    return MadeReport(task.ask, files, error, peak_mb())


def _written(
    task: Task, stamp: str, step: Callable[[str], None], write: Callable[[Path, bytes], None]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each file of the report, as it is finished, with what the record says of it."""
    # Here and not above: the process that only hands out work needs none of it.
    from geoapp.reports.forms import file_name, prepared
    from layers import access
    from layers.db import snapshot

    # As open as both its asking and its making allow: a file is never more open than its stamp says.
    with access.one_moment(stamp) as moment:
        step("figures")
        with snapshot():  # all that is read, maps and lists too, is of one moment; making the files takes the longest
            report = prepared(task.ask, task.forms)
        for form, make_file in report.makers.items():
            step(form)
            data = make_file()
            if moment.closed_meanwhile():
                raise ShuituError("Personal data were closed while this report was made: ask for it again.")
            name = file_name(task.ask, report.name, form)
            write(task.folder / name, data)
            key = task.ask.key(stamp, (form,))
            yield (
                name,
                {"key": key, "version": report.version, "form": form, "bytes": len(data), "sha256": digest(data)},
            )
