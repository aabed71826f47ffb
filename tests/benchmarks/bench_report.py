"""Reports: a region's PDF against WeasyPrint's bare time for as many pages of plain text; all districts; memory."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from geoapp.reports.process import collected_at_the_end, set_up
from tests.benchmarks import harness

TITLE = "Reports: PDF of a region against as many pages of plain text by bare WeasyPrint"
PERIOD = "2019"
HEAD = [
    "region",
    "pages",
    "MB",
    "figures s",
    "drawings s",
    "PDF s",
    "together s",
    "CPU s",
    "plain text s",
    "ratio",
    "peak memory MB",
]
REGIONS = (
    ("110101", "东城区"),
    ("110118", "密云区"),
    ("110108", "海淀区"),
    ("110108015", "燕园街道"),
    ("11", "北京市"),
)


def measure() -> str:
    harness.django_setup()
    lines = []
    for code, name in REGIONS:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=set_up) as pool:
            lines.append([name, *pool.submit(one, code).result()])
    return harness.table(HEAD, lines) + "\n\n" + everything()


def one(code: str) -> list[str]:
    """A region's report as the command makes it, in a process that has made none before; its peak before the reference."""
    import pypdfium2
    import weasyprint

    from geoapp.reports import bulk
    from geoapp.reports.ask import Ask, data_stamp
    from layers.periods import parse_period

    marks: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        task = bulk.Task(Ask(code, parse_period(PERIOD)), ("pdf",), Path(folder))
        stamp, cpu = data_stamp(), time.process_time()
        with collected_at_the_end():  # as the worker: the file is there for whoever waits before that
            made = bulk.make(task, stamp, lambda step: marks.append(time.perf_counter()))
            marks.append(time.perf_counter())
        cpu = time.process_time() - cpu
        data = next(Path(folder).glob("*.pdf")).read_bytes()
    pages = len(pypdfium2.PdfDocument(data))
    text = "<p>" + "一页普通的文字，没有表格，没有图。" * 60 + "</p>"
    page = f"<style>p{{break-after:page;font:9.5pt 'Noto Sans CJK SC'}}</style>{text * pages}"
    plain = harness.timed(lambda: weasyprint.HTML(string=page).write_pdf())
    steps = [after - before for before, after in itertools.pairwise(marks)]
    whole = marks[-1] - marks[0]
    return [
        str(pages), f"{len(data) / 1e6:.2f}", *(f"{step:.2f}" for step in steps), f"{whole:.2f}", f"{cpu:.2f}",
        f"{plain:.2f}", f"{whole / plain:.1f}", f"{made.peak_mb:.0f}",
    ]  # fmt: skip


def everything() -> str:
    """All districts by the command, as anybody runs it."""
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        command = [sys.executable, "manage.py", "report", "--all", "--period", PERIOD, "--out", folder]
        told = subprocess.run(command, cwd=harness.ROOT, check=True, capture_output=True, text=True).stdout
        took = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        files = list(Path(folder).glob("*.pdf"))
        again = harness.timed(lambda: subprocess.run(command, cwd=harness.ROOT, check=True, capture_output=True))
    peak = re.search(r"(\d+) MB\s*$", told)[1]  # type: ignore[index]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (
        f"`manage.py report --all`: {len(files)} districts in {took:.1f} s on {os.cpu_count()} cores ({cpu:.1f} s of CPU),"
        f" none of its processes above {peak} MB; asked again, all kept: {again:.1f} s."
    )
