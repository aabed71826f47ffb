"""Who checks and imports the files: processes that are started when there is work, and end when there is none.

None is a child of a request: it outlives the browser, the request and the web server. Whoever uploads or looks at the desk, and
the start of the server, starts one when a file waits.
"""

from __future__ import annotations

import contextlib
import logging

from django.conf import settings
from django.db import Error as DatabaseError

from geoapp import audit
from geoapp.background import locks, process
from geoapp.desk import parcels, queue
from geoapp.desk.models import COMMITTING, ImportJob
from geoapp.desk.progress import GivenUp
from layers.later import later

log = logging.getLogger(__name__)
check, commit = later("geoapp.desk.checking.check"), later("geoapp.desk.committing.commit")
COMMAND, LOG = "desk_worker", "imports.log"
IDLE_S = 300.0  # the next file of a clerk finds a worker that has begun already
LOOK_S = 0.2
JOBS = 50  # then another process takes over: its memory goes with it


def ensure() -> None:
    """Start a worker when files wait and one may be started."""
    most = settings.IMPORT_WORKERS
    if most and queue.workers_needed(most):
        process.start(COMMAND, LOG)


def expect() -> None:
    """Somebody is at the desk: have a worker begun by the time that a file is there."""
    if settings.IMPORT_WORKERS and not locks.taken(locks.IMPORT_SLOTS):
        process.start(COMMAND, LOG)


def work(idle_s: float = IDLE_S, most: int = JOBS) -> int:
    """Do what waits until nothing has for ``idle_s`` seconds; → how many jobs were taken. Nothing when all places are taken."""
    slot = locks.take_slot(locks.IMPORT_SLOTS, max(1, settings.IMPORT_WORKERS))
    if not slot:
        return 0
    try:
        return process.until_idle(queue.claim, do, idle_s, most, LOOK_S)
    finally:
        locks.unlock(locks.IMPORT_SLOTS, slot)


def do(job: ImportJob) -> None:
    """One job; whatever goes wrong is told on its page, and its file stays."""
    imported = queue.is_import(job)
    try:
        with audit.on_behalf(queue.errand(job), job.user_id, job.user.get_username(), "desk"):
            _do(job)
    except GivenUp:
        parcels.discard(job.token)
    except DatabaseError:  # away, or ended this session: the job stays as it is, and is taken again
        log.exception("file %s: the database", job.pk)
    except Exception:
        log.exception("file %s (%s, %s) failed", job.pk, job.name, job.target)
        queue.fail(
            job,
            "服务器出错，原因已记入日志；文件还在，可以再试",
            "a fault of the server, which its log tells; the file is there, try again",
        )
    finally:
        with contextlib.suppress(DatabaseError):
            queue.let_go(job, imported=imported)


def _do(job: ImportJob) -> None:
    importing = job.state == COMMITTING
    if job.attempts > queue.ATTEMPTS and not (importing and queue.release_of(job)):
        times = queue.ATTEMPTS
        queue.fail(
            job,
            "开始了 {times} 次，都没有完成；文件还在，可以再试",
            "begun {times} times and never finished; the file is there, try again",
            times=times,
        )
    elif importing:
        commit(job)
    else:
        check(job)
