"""Files for the desk and what a clerk does with them, over HTTP; the worker is called in the test, or is a real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from geoapp.desk import worker
from geoapp.desk.models import ImportJob
from tests.factories import A

DESK = "/desk/"
WELLS = f"""code,name,use,metering,depth_m,region,lon,lat,备注
W1,一号井,农业,水表,50,{A},116.005,40.005,甲
W2,=二号井,钓鱼,水表,60,{A},116.005,40.005,乙
W3,三号井,监测,无计量,,{A},,,丙
"""


def sent(text: str | bytes = WELLS, name: str = "wells.csv", target: str = "well", **options: Any) -> dict[str, Any]:
    content = text.encode() if isinstance(text, str) else text
    return {"target": target, "file": SimpleUploadedFile(name, content), **options}


def upload(client: Client, *args: Any, **options: Any) -> str:
    """Put a file on the desk and have it checked; → the address of its page."""
    answer = client.post(DESK, sent(*args, **options))
    assert answer.status_code == 302, answer.content.decode()
    worker.work(idle_s=0)
    return str(answer["Location"])


def act(client: Client, address: str, action: str, **given: Any) -> Any:
    """Press a button of a job's page, and see the page when the worker has done with it."""
    answer = client.post(address, {"action": action, **given}, follow=True)
    worker.work(idle_s=0)
    return client.get(address) if answer.redirect_chain else answer


def commit(client: Client, address: str) -> Any:
    return act(client, address, "commit")


def job_of(address: str) -> ImportJob:
    return ImportJob.objects.get(token=address.strip("/").split("/")[1])


def environment() -> dict[str, str]:
    """In which a process works on the tests' own database and files."""
    told = connection.get_connection_params()
    port = told.get("port") or 5432
    url = f"postgresql://{told['user']}:{told.get('password', '')}@/{told['dbname']}?host={str(told['host']).replace('/', '%2F')}&port={port}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "geoapp.settings",
        "DATABASE_URL": url,
        "SHUITU_STATE": str(settings.STATE_DIR),
        "SECRET_KEY": settings.SECRET_KEY,  # who it hands work to may be a user who cannot read a test's files
    }


def start_worker(idle_s: float = 0) -> subprocess.Popen[bytes]:
    """A real worker, on the tests' own database; as the tests' user, whose files are on the desk."""
    program = f"import django; django.setup(); from geoapp.desk import worker; worker.work({idle_s})"
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def eventually(what: Callable[[], Any], seconds: float = 20.0) -> Any:
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)
    return found


def kept() -> list[Path]:
    """Uploaded files that lie on the server."""
    return sorted(path for path in Path(settings.STATE_DIR, "uploads").glob("*/*") if path.stem == "data")
