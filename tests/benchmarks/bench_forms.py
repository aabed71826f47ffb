"""The most memory of a process that makes a report, form by form, against the bound of each; and of the bound volume of all districts."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from geoapp.reports.process import set_up
from tests.benchmarks import harness

TITLE = "Memory of a process that makes a report, by form, against its bound"
BOUND_MB = 600
PERIOD = "2019"
REGIONS = (("11", "北京市"), ("110108", "海淀区"), ("110118", "密云区"))
HEAD = ["report", "form", "MB", "s", "most MB", "of its bound"]


def measure() -> str:
    harness.django_setup()
    from geoapp.reports.ask import EVERY, FORMATS

    asked = [(code, name, form) for code, name in REGIONS for form in FORMATS]
    lines = []
    for code, name, form in [*asked, (EVERY, "各区合订本", "pdf")]:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=set_up) as pool:
            size, seconds, most, error = pool.submit(one, code, form).result()
        lines.append(
            [name, form, f"{size / 1e6:.2f}", f"{seconds:.1f}", f"{most:.0f}", f"{most / BOUND_MB:.2f}", error]
        )
        print(" | ".join(lines[-1]), flush=True)
    return harness.table([*HEAD, "said"], lines) + f"\n\nThe bound: {BOUND_MB} MB, of each process."


def one(code: str, form: str) -> tuple[int, float, float, str]:
    """(bytes, seconds, the most MB of a process of it, why there is none), in a process that has made none before."""
    from geoapp.reports import bulk
    from geoapp.reports.ask import EVERY, Ask, data_stamp
    from geoapp.reports.official.letterhead import dressed
    from layers.periods import parse_period

    volume = code == EVERY
    ask = Ask("" if volume else code, parse_period(PERIOD), atlas=code if volume else "")
    with tempfile.TemporaryDirectory() as folder:
        task = bulk.Task(dressed(ask), (form,), Path(folder), (os.cpu_count() or 1) if volume else 0)
        began = time.perf_counter()
        made = bulk.make(task, data_stamp())
        seconds = time.perf_counter() - began
    return sum(each["bytes"] for each in made.files.values()), seconds, made.peak_mb, made.error
