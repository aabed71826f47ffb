"""The import of a file that was checked: that very file, once, whatever ends in between.

The release carries the job's token, in the transaction that writes the rows. A worker that takes over a job whose worker was
killed looks for it first, so that what was committed is not committed again.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import ADDITION, LogEntry

from geoapp.desk import parcels, profiles, queue, rows
from geoapp.desk.checking import WAIT_S, keep_rows, said, scope, source, without_rows
from geoapp.desk.models import CHECKED, COMMITTED, REFUSED, ImportJob
from geoapp.desk.progress import ProgressTold
from layers import access
from layers.ingest.places import RowPlace
from layers.ingest.refusal import ImportRefused
from layers.ingest.run import run
from layers.models import Release
from layers.words import Words

CHANGED = Words(
    "文件与检查时不同，已删除；请重新上传",
    "the file is not the one that was checked and was deleted; upload it again",
)


def commit(job: ImportJob) -> None:
    """Import a claimed job; it ends `COMMITTED`, or as it was with the reason."""
    if release := queue.release_of(job):
        _done(job, release, release.report, None)
        return
    path = parcels.file_of(job.token, job.suffix)
    if not parcels.is_what_was_sent(path, job.sha256):
        path.unlink(missing_ok=True)
        queue.finish(job, REFUSED, error={**CHANGED.everywhere(), "allowed": []})
        return
    before = access.read()
    try:
        report = run(
            job.target, source(job), commit=True, actor=job.user.get_username(), progress=ProgressTold(job.token),
            wait_s=WAIT_S, context={"from": "desk", "job": job.token}, **scope(job),
        )  # fmt: skip
    except ImportRefused as refusal:
        if release := queue.release_of(job):  # what broke off was the answer to COMMIT
            _done(job, release, release.report, None)
        else:
            queue.finish(job, CHECKED, error=said(refusal))
        return
    folder = parcels.folder_of(job.token)
    report.places, report.placed = (
        [RowPlace(*one) for one in rows.places(folder)],
        job.report.get("placed", 0),
    )
    keep_rows(job, report)
    if not report.committed:
        queue.finish(job, REFUSED, report=without_rows(report.to_dict(0)))
        return
    after = access.read()
    closes = after.told if before.open and not after.open else None
    release = queue.release_of(job)
    assert release, "committed, and the release bears the job's token"
    _done(job, release, report.to_dict(0), closes)


def _done(job: ImportJob, release: Release, report: dict[str, Any], closes: dict[str, str] | None) -> None:
    """Everything that follows a committed release; may be done twice."""
    told = without_rows(report) | {"placed": job.report.get("placed", 0)}
    if job.report.get("rows") not in (None, told["rows"]):
        told["foreseen"] = job.report["rows"]
    if closes:
        told["closes"] = closes
    _log(job, release)
    if not job.profile:  # what was told, and not what a kept reading said
        profiles.keep(job)
    if queue.finish(job, COMMITTED, report=told, release=release):
        parcels.file_of(job.token, job.suffix).unlink(missing_ok=True)


def _log(job: ImportJob, release: Release) -> None:
    """Among the recent actions of the administration, like every other change."""
    logged = LogEntry.objects.filter(object_id=str(release.pk), content_type__model="release", action_flag=ADDITION)
    if not logged.exists():
        LogEntry.objects.log_actions(
            job.user_id, [release], ADDITION, change_message=f"导入文件 {release.file_name}", single_object=True
        )
