"""The check of a file: its dataset is proposed where none was chosen, a kept reading is found, and a dry run says what would happen."""

from __future__ import annotations

from typing import Any

from geoapp.desk import parcels, profiles, queue, rows, targets
from geoapp.desk.models import CHECKED, REFUSED, UNKNOWN, ImportJob, ReadingProfile
from geoapp.desk.progress import ProgressTold
from layers import access
from layers.ingest import report as reports
from layers.ingest.apart import opened_apart
from layers.ingest.reading import Hints
from layers.ingest.refusal import ImportRefused
from layers.ingest.report import ImportReport
from layers.ingest.returned import try_refused
from layers.ingest.run import run
from layers.ingest.source import Source
from layers.ingest.table import Table
from layers.words import Worded

SHEET_PARAMS = ("sheet", "file-layer")  # of a refusal that lists the sheets or layers there are
WAIT_S = 3600.0  # for an import of the command line: the desk's own wait in the queue
_OF_ROWS = ("refusals", "warnings", "changes")  # of a report: kept in `rows`
_ALLOWED = 200


class _Kept(Exception):
    """The file is of a kind whose reading is kept: begin again by it."""

    def __init__(self, profile: ReadingProfile) -> None:
        super().__init__(profile)
        self.profile = profile


def check(job: ImportJob) -> None:
    """Check a claimed job; it ends `CHECKED`, `REFUSED` with the reason, or `UNKNOWN` when nobody can say what it is."""
    told, given = ProgressTold(job.token), dict(job.how)
    try:
        if not job.target and not _propose(job, told):
            _finish(job, UNKNOWN)
            return
        report = _checked(job, told, given)
    except ImportRefused as refusal:
        _finish(job, REFUSED, error=said(refusal), report={})
        return
    keep_rows(job, report)
    found = without_rows(report.to_dict(0)) | {"placed": report.placed}
    _finish(job, REFUSED if report.refused_as_a_whole else CHECKED, report=found)


def _finish(job: ImportJob, state: int, **changes: Any) -> None:
    read = {"target": job.target, "proposals": job.proposals, "how": job.how, "headings": job.headings}
    queue.finish(job, state, **read, profile=job.profile, **changes)


def _checked(job: ImportJob, told: ProgressTold, given: dict[str, Any]) -> ImportReport:
    """A dry run, by the kept reading of the file's kind unless somebody has said how (``given``), or wants none. A kept reading
    by which the file cannot be read is left aside, and that is said."""
    may_be_kept = _is_open(given)
    rows.clear(parcels.folder_of(job.token))

    def read(report: ImportReport) -> None:
        """The first problems, while what is there is still compared with the file."""
        if report.refused or report.warnings.rows:
            rows.write(parcels.folder_of(job.token), report)

    def opened(table: Table) -> None:
        job.headings = list(table.headings)
        found = profiles.find(job.target, job.headings) if may_be_kept and not job.profile else None
        if found:
            raise _Kept(found)

    while True:
        try:
            return run(
                job.target, source(job), actor=job.user.get_username(), progress=told, wait_s=WAIT_S, opened=opened, read=read,
                **scope(job),
            )  # fmt: skip
        except _Kept as kept:
            profiles.use(job, kept.profile)
        except ImportRefused as refusal:
            if may_be_kept and not job.profile and _by_sheet(job, refusal):
                continue
            if not (may_be_kept and job.profile):
                raise
            misfit = {"name": job.profile.name, **refusal.said.everywhere()}
            job.profile, job.how, may_be_kept = None, {**given, "plain": True, "misfit": misfit}, False


def _is_open(how: dict[str, Any]) -> bool:
    """Whether nobody has said how the file is read, so that a kept reading may be looked for."""
    return not profiles.of_a_kind(how) and not how.get("plain")


def _by_sheet(job: ImportJob, refusal: ImportRefused) -> bool:
    """Of several sheets the one that a kept reading names, if the file was refused for having several."""
    if refusal.param not in SHEET_PARAMS:
        return False
    found = profiles.of_sheets(job.target, [str(one) for one in refusal.allowed or ()])
    if found:
        profiles.use(job, *found)
    return bool(found)


def _propose(job: ImportJob, told: ProgressTold) -> bool:
    """Find what a file is by its headings; whether it is clear."""
    told("read", 0, None)
    job.headings = _head(job)
    if not job.target and _is_open(job.how) and (kept := profiles.find("", job.headings)):
        profiles.use(job, kept)
    found = targets.proposals(job.headings)
    job.proposals = [list(one) for one in found]
    if not job.target and targets.is_clear(found):
        job.target = found[0][0]
    return bool(job.target)


def _head(job: ImportJob) -> list[str]:
    """The headings of a file of which nobody has said what it is."""
    while True:
        hints = Hints(job.how.get("told", {}), targets.all_words())
        try:
            with opened_apart(_path(job), job.how.get("inner") or None, hints) as table:
                return list(table.headings)
        except ImportRefused as refusal:
            if job.profile or not _by_sheet(job, refusal):
                raise


def _path(job: ImportJob) -> Any:
    return parcels.file_of(job.token, job.suffix)


def source(job: ImportJob) -> Source:
    """The file and how it is to be read."""
    how = job.how
    return Source(
        _path(job), name=job.name, layer=how.get("inner") or None, crs=how.get("crs") or None,
        field_map=how.get("field_map", {}), told=how.get("told", {}),
    )  # fmt: skip


def scope(job: ImportJob) -> dict[str, Any]:
    """What of the data the file is to stand for, and how far its sender's right reaches by now, as `run` is told."""
    how = job.how
    return {
        "reach": access.reach_by(job.user, access.IMPORT),
        "closing": bool(how.get("closing")), "effective": how.get("effective", ""),
        "replacing": bool(how.get("replacing")), "within": how.get("within", ""),
    }  # fmt: skip


def keep_rows(job: ImportJob, report: ImportReport) -> None:
    """What the report says of rows, beside the file; and the refused ones as they stood, or at least what is wrong with them."""
    folder = parcels.folder_of(job.token)
    rows.write(folder, report)
    refused = rows.refused_files(folder)
    for path in refused.values():
        path.unlink(missing_ok=True)
    if report.refused and not try_refused(source(job), report, refused):
        for lang, path in refused.items():
            reports.write(report, path, lang)


def said(refusal: ImportRefused) -> dict[str, Any]:
    """A refusal as a job keeps it, its words in every language."""
    allowed = [one.everywhere() if isinstance(one, Worded) else str(one) for one in refusal.allowed or ()][:_ALLOWED]
    return {**refusal.said.everywhere(), "param": refusal.param or "", "allowed": allowed}


def without_rows(report: dict[str, Any]) -> dict[str, Any]:
    """What a job keeps of a report: all but its rows; of changes how many of each field, of cleared values how many."""
    kept = {name: value for name, value in report.items() if name not in _OF_ROWS}
    if changes := report.get("changes"):
        kept["changed_fields"] = changes["by_field"]
        kept["rows"] = {**report["rows"], "cleared": sum(changes["cleared"].values())}
    return kept
