"""How a process that works apart begins. Imports nothing of Django at first: a process may read it before Django is set up."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geoapp import identity, state

BEGINS_S = 5.0  # until a process holds its place among the workers
_begun: dict[str, float] = {}


def become_service() -> None:
    """From here on the service's user, where root began the process: it lays out what others wrote."""
    user = identity.service_user()
    os.environ.update(state.service_environment())
    identity.become(user)


def start(command: str, log: str) -> None:
    """Start ``manage.py command`` as a process that no request, server or terminal takes along when it ends; it writes to that log.

    Whoever asks again while it begins starts no second one.
    """
    from django.conf import settings

    if time.monotonic() - _begun.get(command, -BEGINS_S) < BEGINS_S:
        return
    _begun[command] = time.monotonic()
    logs = Path(settings.STATE_DIR) / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if key != "SHUITU_SERVING"}
    with (logs / log).open("ab") as out:
        subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), command],
            cwd=settings.BASE_DIR, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            start_new_session=True,
        )  # fmt: skip


def until_idle(
    claim: Callable[[], Any], do: Callable[[Any], None], idle_s: float, most: int, look_s: float = 0.5
) -> int:
    """Do what is claimed until nothing has been for ``idle_s`` seconds, ``most`` things at most; → how many were done."""
    done, since = 0, time.monotonic()
    while done < most:
        job = claim()
        if job is not None:
            do(job)
            done, since = done + 1, time.monotonic()
        elif time.monotonic() - since >= idle_s:
            break
        else:
            time.sleep(look_s)
    return done
