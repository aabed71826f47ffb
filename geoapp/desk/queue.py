"""The order of the desk: who is asked for what, whose turn it is, and what becomes of a job whose worker has ended.

A worker holds a session lock on its job, and for an import the one turn that there is: imports are made one at a time, so that a
place among the workers is never spent on waiting. Checks go on side by side, of one dataset too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from geoapp import audit
from geoapp.background import locks
from geoapp.desk import parcels
from geoapp.desk.models import (
    CHECKED,
    CHECKING,
    COMMITTED,
    COMMITTING,
    FAILED,
    QUEUED,
    TO_COMMIT,
    WAITING,
    WORKED_ON,
    ImportJob,
)
from layers.models import Release
from layers.words import Words

KEPT = timedelta(days=7)  # from the last change; then the row goes, and its file
STRAY_S = 24 * 3600.0
ATTEMPTS = 3  # of a job whose workers die
MOST_WAITING = 200  # looked at for whose turn it is
MOST_OF_ONE = 20  # files of one clerk that wait
COMMITS = 0  # the turn of imports


def put(**told: Any) -> ImportJob:
    """A file that has come, to be checked."""
    with transaction.atomic():
        job = ImportJob.objects.create(asked_at=timezone.now(), **told)
        _audit_asked(job, QUEUED)
    return job


def ask(job: ImportJob, state: int, among: Iterable[int], **changes: Any) -> bool:
    """Put a job into the queue (`QUEUED` or `TO_COMMIT`), if it is in one of the states ``among``: of two clicks one does."""
    with transaction.atomic():
        found = ImportJob.objects.filter(pk=job.pk, state__in=tuple(among)).update(
            state=state, asked_at=timezone.now(), changed_at=timezone.now(), attempts=0, error={}, **changes
        )
        if found:
            _audit_asked(job, state)
    if found:
        parcels.clear_progress(job.token)
    return bool(found)


def _audit_asked(job: ImportJob, state: int) -> None:
    """Who asks, and from where: what the worker does of it is told as theirs."""
    told = {
        "file": job.name,
        "sha256": job.sha256,
        "bytes": job.size,
        "to": "import" if state == TO_COMMIT else "check",
    }
    audit.write("import_asked", object=job.target, errand=errand(job), detail=told)


def errand(job: ImportJob) -> str:
    return f"file:{job.pk}"


def _audit_end(job: ImportJob, state: int, changes: Mapping[str, Any]) -> None:
    """What came of a check, or of an import that was refused or broke off; of one that was made its release tells."""
    if state == COMMITTED or job.state not in WORKED_ON:
        return
    importing = job.state == COMMITTING
    good = state == CHECKED and not importing
    failed = "import_committed" if importing else "import_checked"
    refused = "import_refused" if importing else "import_checked"
    report, error = changes.get("report") or {}, changes.get("error") or {}
    audit.write(
        failed if state == FAILED else refused, result="done" if good else "failed" if state == FAILED else "refused",
        object=job.target, rows=report.get("rows", {}).get("read"), errand=errand(job),
        detail={"file": job.name, **({"why": {k: error[k] for k in ("zh", "en") if k in error}} if error else {})},
    )  # fmt: skip


def give_up(job: ImportJob) -> bool:
    """The job and its file; not while it is being imported. A worker that checks it stops at its next step."""
    found, _ = ImportJob.objects.filter(pk=job.pk).exclude(state__in=(TO_COMMIT, COMMITTING)).delete()
    if found:
        parcels.discard(job.token)
    return bool(found)


def is_full_for(user_id: int) -> bool:
    """Whether a clerk has as many files waiting as one may have."""
    return ImportJob.objects.filter(user_id=user_id, state__in=WAITING).count() >= MOST_OF_ONE


def ahead(job: ImportJob) -> int:
    """How many wait before it or are being worked on, of those that it waits for."""
    if job.state not in WAITING:
        return 0
    with_it = (TO_COMMIT, COMMITTING) if is_import(job) else (QUEUED, CHECKING)
    return ImportJob.objects.filter(state__in=with_it, asked_at__lt=job.asked_at).exclude(pk=job.pk).count()


def claim() -> ImportJob | None:
    """The first job whose turn it is and that nobody has, now ours and locked; None when there is none."""
    with transaction.atomic():
        waiting = ImportJob.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state__in=(*WAITING, *WORKED_ON)
        )
        for job in waiting.order_by("asked_at")[:MOST_WAITING]:
            if not locks.try_lock(locks.IMPORT_JOBS, job.pk):
                continue
            if is_import(job) and not locks.try_lock(locks.IMPORT_TURNS, COMMITS):
                locks.unlock(locks.IMPORT_JOBS, job.pk)
                continue
            job.state = COMMITTING if is_import(job) else CHECKING
            job.attempts += 1
            job.save(update_fields=["state", "attempts"])
            return job
    return None


def is_import(job: ImportJob) -> bool:
    """Whether it waits for other imports, or is one; a check waits for nobody."""
    return job.state in (TO_COMMIT, COMMITTING)


def let_go(job: ImportJob, *, imported: bool) -> None:
    """The locks of a claimed job; ``imported`` says what it was when it was claimed."""
    if imported:
        locks.unlock(locks.IMPORT_TURNS, COMMITS)
    locks.unlock(locks.IMPORT_JOBS, job.pk)


def finish(job: ImportJob, state: int, **changes: Any) -> bool:
    """What came of a claimed job; False when it was given up meanwhile."""
    with transaction.atomic():
        found = ImportJob.objects.filter(pk=job.pk).update(state=state, changed_at=timezone.now(), **changes)
        for name, value in changes.items():
            setattr(job, name, value)
        _audit_end(job, state, changes)
    job.state = state
    if found:
        parcels.clear_progress(job.token)
    else:
        parcels.discard(job.token)
    return bool(found)


def fail(job: ImportJob, zh: str, en: str, /, **values: object) -> None:
    finish(job, FAILED, error={**Words(zh, en, **values).everywhere(), "allowed": []})


def release_of(job: ImportJob) -> Release | None:
    """What was committed of it, whatever became of who did."""
    since = Release.objects.filter(made_at__gte=job.created_at)  # reports are large: those before need not be read
    return since.filter(report__context__job=job.token).order_by("-pk").first()


def workers_needed(most: int) -> bool:
    """Whether more jobs wait than there are workers without one, and there is room for one more."""
    waiting = set(
        ImportJob.objects.filter(state__in=(*WAITING, *WORKED_ON)).values_list("pk", flat=True)[:MOST_WAITING]
    )
    workers = locks.taken(locks.IMPORT_SLOTS) if waiting else 0
    if not waiting or workers >= most:
        return False
    held = locks.held(locks.IMPORT_JOBS)
    return len(waiting - held) > workers - len(held)


def sweep() -> None:
    """Let go what nobody has touched for a week, and folders of no job."""
    old = ImportJob.objects.filter(changed_at__lt=timezone.now() - KEPT).exclude(state__in=(*WAITING, *WORKED_ON))
    for job in old[:100]:
        give_up(job)
    known = set(ImportJob.objects.values_list("token", flat=True))
    for token in parcels.strays(known, STRAY_S):
        parcels.discard(token)


def goes_at(job: ImportJob) -> Any:
    """When its file is deleted."""
    return job.changed_at + KEPT
