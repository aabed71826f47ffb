"""The queue of reports, in the database: asking, claiming, telling how far it is.

A worker holds a session lock of PostgreSQL on the job it makes. When the worker ends, however it ends, the lock is gone,
and the job is anybody's again: no time-out has to be guessed, and no report is made twice at once.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from geoapp import audit
from geoapp.background import locks
from geoapp.reports.ask import ATLAS, Ask, data_stamp, parse_atlas, selection_of
from geoapp.reports.atlas.plan import regions
from geoapp.reports.atlas.words import name_of as called
from geoapp.reports.models import DONE, FAILED, QUEUED, RUNNING, ReportJob
from geoapp.reports.official.letterhead import dressed
from geoapp.reports.trouble import never_finished
from layers import place, vocab
from layers.errors import Busy
from layers.kept.whole import is_as_told
from layers.periods import parse_period
from layers.stats.answer import coverage
from layers.stats.query import available_months
from layers.stats.regions import RegionIndex, region_index

NAME_MOST = 60  # characters of a name in the list
MOST_WAITING = 200
MOST_WAITING_OF_ONE = 6  # of one asker, so that nobody takes all places
KEPT = 200  # finished reports; older ones go, with their files
REMEMBERED = timedelta(hours=1)  # for so long a finished report counts when its asker's turn is looked for
ATTEMPTS = 3  # of a job whose workers die: one that exhausts the memory would otherwise do so for ever


def folder_of(key: str) -> Path:
    return Path(settings.STATE_DIR) / "reports" / key


def ask_for(ask: Ask, forms: tuple[str, ...], asker: str = "") -> ReportJob:
    """The job of this report: the one there is, or a new one. `NotFound` for what cannot be reported, `Busy`.

    ``asker`` is an address or an account: askers take turns, and each has a few places.
    """
    coverage(ask.period, available_months())
    index = region_index(ask.within())
    ask = dressed(ask.of_kind(index))
    name = _name(ask, index)
    stamp = data_stamp()
    told = {
        "region": ask.code, "name": name, "unit": ask.unit, "period": str(ask.period), "lang": ask.lang, "boundaries": ask.boundaries,
        "site": ask.site, "formats": ",".join(forms), "stamp": stamp,
        "asker": asker, "area": ask.region if ask.atlas else ask.area, "selected": ask.selected, "letterhead": ask.letterhead,
    }  # fmt: skip
    with transaction.atomic():
        job = ReportJob.objects.select_for_update().filter(key=ask.key(stamp, forms)).first()
        if job is None:
            _refuse_too_many(asker)
            return ReportJob.objects.get_or_create(key=ask.key(stamp, forms), defaults=told)[0]
        if job.status == FAILED or (job.status == DONE and not _is_whole(job)):
            _refuse_too_many(asker)
            job.status, job.progress, job.attempts, job.error, job.files = QUEUED, 0.0, 0, "", {}
            job.asker = asker
            job.save()
        return job


def errand(job: ReportJob) -> str:
    return f"report:{job.pk}"


def about(job: ReportJob) -> dict[str, object]:
    """What a line of the audit says of a report."""
    return {"name": job.name, "period": job.period, "lang": job.lang, "formats": job.formats, "stamp": job.stamp}


def _name(ask: Ask, index: RegionIndex) -> str:
    """What the report is of; `NotFound` for what there is not."""
    if ask.atlas:
        regions(ask, index)
        return called(ask, index, ask.lang)[:NAME_MOST]
    if ask.area:
        return ask.area_name(index)[:NAME_MOST]
    ask.parts_level(index)
    found = index.info(ask.code, vocab.REPORTING_UNIT if ask.unit else index.by_code[ask.code].level)
    return place.read().called(found.code, found.name, ask.lang, unit=ask.unit)[:NAME_MOST]


def _refuse_too_many(asker: str) -> None:
    waiting = list(ReportJob.objects.filter(status__in=(QUEUED, RUNNING)).values_list("asker", flat=True))
    if len(waiting) >= MOST_WAITING:
        raise Busy(f"{MOST_WAITING} reports are waiting: try again when some are done.")
    if asker and waiting.count(asker) >= MOST_WAITING_OF_ONE:
        raise Busy(f"{MOST_WAITING_OF_ONE} reports of yours are waiting: try again when some are done.")


def _in_turns(waiting: Iterable[ReportJob]) -> list[ReportJob]:
    """Whoever had the fewest reports lately comes first; among these the oldest job."""
    lately = ReportJob.objects.filter(status__in=(DONE, FAILED)).exclude(asker="")
    seen = Counter(lately.values_list("asker", flat=True))
    ordered = []
    for job in waiting:
        ordered.append((seen[job.asker], job.pk, job))
        seen[job.asker] += 1
    return [job for _, _, job in sorted(ordered, key=lambda one: one[:2])]


def _is_whole(job: ReportJob) -> bool:
    return bool(job.files) and all(file_of(job, told["form"]) for told in job.files.values())


def file_of(job: ReportJob, form: str) -> Path | None:
    """The finished file of a form, if it is what was written: its length and SHA-256 are with the job."""
    for name, told in job.files.items():
        path = folder_of(job.key) / name
        if told["form"] == form and is_as_told(path, told["bytes"], told["sha256"]):
            return path
    return None


def again(job: ReportJob) -> ReportJob:
    """A job of which a file is not what was written, queued again; of the data of today, if they are others by now."""
    new = ask_for(ask_of(job), tuple(job.formats.split(",")), job.asker)
    if new.pk != job.pk:
        delete(job)
    return new


def chapters_of(job: ReportJob) -> str:
    """What a volume has chapters of, as an address says it; empty of any other report."""
    return job.area.removeprefix(f"{ATLAS}/") if job.area.startswith(f"{ATLAS}/") else ""


def ask_of(job: ReportJob) -> Ask:
    chapters = chapters_of(job)
    atlas, _ = parse_atlas(chapters) if chapters else ("", False)
    area = "" if chapters else job.area
    return Ask(
        job.region, parse_period(job.period), job.lang, job.unit, job.boundaries, job.site, area, selection_of(job.selected),
        job.letterhead,
        atlas,
    )  # fmt: skip


def claim() -> ReportJob | None:
    """The job whose turn it is of those that nobody makes, now ours and locked; None when there is none."""
    with transaction.atomic():
        waiting = ReportJob.objects.select_for_update(skip_locked=True).filter(status__in=(QUEUED, RUNNING))
        for job in _in_turns(waiting.order_by("id")[:MOST_WAITING]):
            if not locks.try_lock(locks.REPORT_JOBS, job.pk):
                continue
            if job.attempts >= ATTEMPTS:
                finish(job, error=never_finished(ATTEMPTS).in_(job.lang))
                continue
            job.status, job.attempts, job.progress = RUNNING, job.attempts + 1, 0.0
            job.save(update_fields=["status", "attempts", "progress"])
            return job
    return None


def tell(job: ReportJob, step: str, progress: float) -> bool:
    """Write how far it is; False when the job was deleted meanwhile."""
    return bool(ReportJob.objects.filter(pk=job.pk).update(step=step, progress=progress))


def finish(job: ReportJob, *, files: dict[str, dict[str, object]] | None = None, error: str = "") -> None:
    """Done or failed; the lock goes with it, and what is too old."""
    done = bool(files) and not error
    with transaction.atomic():
        found = ReportJob.objects.filter(pk=job.pk).update(
            status=DONE if done else FAILED, files=files or {}, error=error[:300], progress=1.0 if done else 0.0, step="",
            finished_at=timezone.now(),
        )  # fmt: skip
        if found:
            told = {**about(job), **({} if done else {"error": error})}
            audit.write(
                "report_made",
                result="done" if done else "failed",
                object=job.region or job.name,
                errand=errand(job),
                detail=told,
            )
    if not found or not done:
        shutil.rmtree(folder_of(job.key), ignore_errors=True)
    locks.unlock(locks.REPORT_JOBS, job.pk)


def delete(job: ReportJob) -> None:
    """The job and its files; a worker that is at it stops at its next step."""
    job.delete()
    shutil.rmtree(folder_of(job.key), ignore_errors=True)


def prune() -> None:
    """Let the oldest finished reports go, and who asked for the others be forgotten."""
    before = timezone.now() - REMEMBERED
    ReportJob.objects.filter(finished_at__lt=before).exclude(asker="").update(asker="")
    for job in ReportJob.objects.filter(status__in=(DONE, FAILED)).order_by("-id")[KEPT:]:
        delete(job)


def workers_needed(most: int) -> bool:
    """Whether jobs wait that no running worker has, and there is room for one more."""
    if not ReportJob.objects.filter(status__in=(QUEUED, RUNNING)).exists():
        return False
    return locks.taken(locks.REPORT_SLOTS) < most
