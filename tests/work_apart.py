"""What tests have done in processes of their own; a process that is begun anew finds it by its name."""

from __future__ import annotations

import os
import signal
import sys
import time


def ends_itself(thing: str) -> str:
    """Its capitals; of ``kill`` nothing."""
    if thing == "kill":
        time.sleep(0.2)  # so that others are at work
        os.kill(os.getpid(), signal.SIGKILL)
    return thing.upper()


def late(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def goes_on(_: int) -> None:
    """Says who it is, and is not done for a long time."""
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    time.sleep(600)
