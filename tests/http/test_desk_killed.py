"""kill -9 of whoever works on a file, at moments of a fixed seed: the old state or the new one, and a page that is true.

`python -m tests.running.killed MINUTES` does the same to a whole installation, the web server and PostgreSQL's own processes included.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import connection
from django.test import Client

from geoapp.background import locks
from geoapp.desk.models import (
    CHECKED,
    CHECKING,
    COMMITTED,
    COMMITTING,
    QUEUED,
    READABLE,
    TO_COMMIT,
    WAITING,
    WORKED_ON,
    ImportJob,
)
from layers.models import Release, Well
from tests import factories as make
from tests.desk_files import DESK, end, eventually, job_of, sent, start_worker
from tests.factories import A
from tests.processes import children

ROWS = 3_000
MOMENTS_S = 0.5  # how long after its beginning work is interrupted, at most


class Worker:
    """A worker that is there again whenever it is looked for, as the desk's pages see to."""

    def __init__(self) -> None:
        self.process = start_worker(60)

    def there(self) -> subprocess.Popen[bytes]:
        if self.process.poll() is not None:
            self.process = start_worker(60)
        return self.process

    def kill(self) -> None:
        end(self.process)

    def kill_reader(self) -> None:
        for child in children(self.process.pid):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def kill_backend(self) -> None:
        """PostgreSQL's process is ended by a word: killed, it would take along everybody else's of the cluster."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND pid <> pg_backend_pid()",
                [locks.IMPORT_SLOTS],
            )


VICTIMS: dict[str, Callable[[Worker], None]] = {
    "reader": Worker.kill_reader,
    "backend": Worker.kill_backend,
    "worker": Worker.kill,
}


def ask(client: Client, address: str, wanted: int) -> None:
    """What a clerk does who wants the file to be checked, or imported, and sees where it stands."""
    state = job_of(address).state
    if state == CHECKED and wanted == TO_COMMIT:
        client.post(address, {"action": "commit"})
    elif state in READABLE:
        client.post(address, {"action": "retry"})
    ImportJob.objects.filter(state__in=(*WAITING, *WORKED_ON), attempts__gt=1).update(attempts=1)  # or it is given up


def is_true(client: Client, address: str, releases: int) -> None:
    """All rows or none, with their release or without; and the page says which."""
    before = job_of(address).state
    with connection.cursor() as cursor:  # at one moment: whoever was not hit goes on
        cursor.execute("SELECT (SELECT count(*) FROM layers_well), (SELECT count(*) FROM layers_release)")
        there, released = cursor.fetchone()
    page = client.get(address)
    assert there in (0, ROWS)
    assert released == releases + bool(there)
    assert page.status_code == 200
    assert page.context["slug"] in ("committing", "committed") if there else before != COMMITTED
    if page.context["slug"] == "refused":
        told = page.context["error"]
        assert "终止" in told or "数据库正在停止" in told, (
            "only the end of the reader, or of the database's process, refuses this file"
        )


@pytest.mark.django_db(transaction=True)
def test_the_old_state_or_the_new_whoever_is_killed(admin: Client) -> None:
    make.make_grid()
    moments = random.Random(20191231)
    lines = "".join(f"K{n},农业,水表,{A},116.005,40.005\n" for n in range(ROWS))
    address = str(admin.post(DESK, sent(f"code,use,metering,region,lon,lat\n{lines}"))["Location"])
    releases = Release.objects.count()
    worker = Worker()
    try:
        for wanted, at_work in ((QUEUED, CHECKING), (TO_COMMIT, COMMITTING)):
            for victim in VICTIMS:
                ask(admin, address, wanted)
                eventually(lambda now=at_work: worker.there() and job_of(address).state in (now, *READABLE, COMMITTED))
                time.sleep(moments.uniform(0, MOMENTS_S))
                VICTIMS[victim](worker)
                is_true(admin, address, releases)
        until = time.monotonic() + 60
        while job_of(address).state != COMMITTED:
            assert time.monotonic() < until, job_of(address)
            ask(admin, address, TO_COMMIT)
            worker.there()
            time.sleep(0.1)
            is_true(admin, address, releases)
    finally:
        end(worker.process)
    assert (Well.objects.count(), Release.objects.count()) == (ROWS, releases + 1)
    assert job_of(address).release_id == Release.objects.latest("pk").pk
