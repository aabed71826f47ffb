"""What a web process does once an hour by itself: soon, again and again, and whatever goes wrong."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from geoapp.background import hourly


def test_it_goes_on_whatever_fails(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    end, times = threading.Event(), []

    def breaks() -> None:
        raise RuntimeError("the database is away")

    def works() -> None:
        times.append(time.monotonic())
        if len(times) == 3:
            end.set()

    began = time.monotonic()
    thread = hourly.begin(breaks, works, first_s=0.05, every_s=0.1, end=end)
    assert thread.daemon, "it would keep a process from ending"
    thread.join(10)
    assert not thread.is_alive() and len(times) == 3
    assert times[0] - began >= 0.05 and times[2] - times[0] >= 0.2
    assert sum("breaks failed, and is tried again" in record.getMessage() for record in caplog.records) == 3
