"""Who makes the reports: a process that is started when there is work, and ends when there is none.

It is no child of the request: it outlives the browser, the request and the web server. Whoever asks for a report or looks at
the list, and the start of the server, starts one when jobs wait and none runs.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Sequence

from django.conf import settings

from geoapp import audit
from geoapp.background import locks, process
from geoapp.reports import bulk, queue, record
from geoapp.reports.atlas.plan import count
from geoapp.reports.files import CannotWrite
from geoapp.reports.models import IssuedReport, ReportJob
from geoapp.reports.official import work as issued
from geoapp.reports.process import collected_at_the_end
from geoapp.reports.progress import chapters
from geoapp.reports.trouble import SERVER_FAULT
from layers.stats.regions import region_index

log = logging.getLogger(__name__)
IDLE_S = 20.0
# A process makes so many reports, then another takes over (see `apart.REPORTS_A_PROCESS`).
REPORTS = 12
STEP_MOST = 20  # characters of what is told of a step


class Cancelled(Exception):
    """The job was deleted while it was being made."""


def ensure() -> None:
    """Start a worker when jobs wait and one may be started."""
    most = settings.REPORT_WORKERS
    if most and needed(most):
        start()


def needed(most: int) -> bool:
    """Whether something waits that no running worker has, and there is room for one more."""
    return queue.workers_needed(most) or (issued.waiting() and locks.taken(locks.REPORT_SLOTS) < most)


def start() -> None:
    """A worker that outlives whoever asks for it."""
    process.start("report_worker", "reports.log")


def work(idle_s: float = IDLE_S, most: int = REPORTS) -> int:
    """Make what waits until nothing has for ``idle_s``; → how many jobs were taken. Nothing when all places are taken."""
    slot = locks.take_slot(locks.REPORT_SLOTS, max(1, settings.REPORT_WORKERS))
    if not slot:
        return 0
    try:
        return process.until_idle(_claim, _do, idle_s, most)
    finally:
        locks.unlock(locks.REPORT_SLOTS, slot)


def _claim() -> IssuedReport | ReportJob | None:
    """What somebody waits for to sign it comes first."""
    return issued.claim() or queue.claim()


def _do(job: IssuedReport | ReportJob) -> None:
    errand = f"issued:{job.pk}" if isinstance(job, IssuedReport) else queue.errand(job)
    with collected_at_the_end(), audit.on_behalf(errand, channel="report"):
        issued.do(job) if isinstance(job, IssuedReport) else do(job)


def do(job: ReportJob) -> None:
    """Make one job; whatever goes wrong is its error, and no half file is left."""
    forms = tuple(job.formats.split(","))
    steps = ("figures", *forms)

    def step(name: str) -> None:
        if not queue.tell(job, name[:STEP_MOST], _done(name, steps)):
            raise Cancelled

    folder = queue.folder_of(job.key)
    try:
        ask = queue.ask_of(job)
        record.refuse_unfit(folder, forms * count(ask, region_index(ask.within())))
        task = bulk.Task(ask, forms, folder, settings.REPORT_WORKERS)
        made = bulk.make(task, job.stamp, step)
        queue.finish(job, files=made.files, error=made.error if made.said is None else made.said.in_(job.lang))
        queue.prune()
    except Cancelled:
        shutil.rmtree(folder, ignore_errors=True)
        locks.unlock(locks.REPORT_JOBS, job.pk)
    except CannotWrite as error:
        queue.finish(job, error=error.told(job.lang))
    except Exception:
        log.exception("report %s of %s failed", job.pk, job.region)
        with contextlib.suppress(Exception):  # of a database that is gone: the job stays and is taken again
            queue.finish(job, error=SERVER_FAULT.in_(job.lang))


def _done(step: str, steps: Sequence[str]) -> float:
    """How much of it is: of a volume by its chapters."""
    printed = chapters(step)
    return 0.95 * printed.fraction if printed else steps.index(step) / len(steps)
