"""Who makes the reports: a process that is started when there is work, and ends when there is none.

It is no child of the request: it outlives the browser, the request and the web server. Whoever asks for a report or looks at
the list, and the start of the server, starts one when jobs wait and none runs.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

from geoapp.reports import bulk, queue
from geoapp.reports.models import ReportJob

log = logging.getLogger(__name__)
IDLE_S = 20.0
# A process makes so many reports, then another takes over (see `bulk.REPORTS_A_PROCESS`).
REPORTS = 12


class Cancelled(Exception):
    """The job was deleted while it was being made."""


def ensure() -> None:
    """Start a worker when jobs wait and one may be started."""
    most = settings.REPORT_WORKERS
    if most and queue.workers_needed(most):
        start()


def start() -> None:
    """Start a worker that no server and no terminal takes along when it ends."""
    logs = Path(settings.STATE_DIR) / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if key != "SHUITU_SERVING"}
    with (logs / "reports.log").open("ab") as out:
        subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "report_worker"],
            cwd=settings.BASE_DIR, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            start_new_session=True,
        )  # fmt: skip


def work(idle_s: float = IDLE_S, most: int = REPORTS) -> int:
    """Make what waits until nothing has for ``idle_s``; → how many jobs were taken. Nothing when all places are taken."""
    slot = queue.take_slot(max(1, settings.REPORT_WORKERS))
    if not slot:
        return 0
    try:
        return _work(idle_s, most)
    finally:
        queue.unlock(queue.SLOT_LOCKS, slot)


def _work(idle_s: float, most: int) -> int:
    taken, since = 0, time.monotonic()
    while taken < most:
        job = queue.claim()
        if job is not None:
            do(job)
            taken, since = taken + 1, time.monotonic()
        elif time.monotonic() - since >= idle_s:
            break
        else:
            time.sleep(0.5)
    return taken


def do(job: ReportJob) -> None:
    """Make one job; whatever goes wrong is its error, and no half file is left."""
    forms = tuple(job.formats.split(","))
    steps = ("figures", *forms)

    def step(name: str) -> None:
        if not queue.tell(job, name, steps.index(name) / len(steps)):
            raise Cancelled

    folder = queue.folder_of(job.key)
    try:
        made = bulk.make(bulk.Task(queue.ask_of(job), forms, folder), job.stamp, step)
        queue.finish(job, files=made.files, error=made.error)
        queue.prune()
    except Cancelled:
        shutil.rmtree(folder, ignore_errors=True)
        queue.unlock(queue.JOB_LOCKS, job.pk)
    except Exception:
        log.exception("report %s of %s failed", job.pk, job.region)
        with contextlib.suppress(Exception):  # of a database that is gone: the job stays and is taken again
            queue.finish(job, error="A fault of the server; its log tells more.")
