"""What the benchmarks share: timing in turn, percentiles, and tables for the terminal and docs/performance.md."""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs" / "performance.md"


def django_setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoapp.settings")
    import django

    django.setup()


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def timed(work: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_mb(pid: int) -> int:
    """The most memory that a process of this machine has had so far, MB; of PostgreSQL's, with what it touched of the shared."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) // 1024  # type: ignore[index]


def serving_setup() -> None:
    """As a web process is set up: pooled connections, bounded statements, a calm collector."""
    import geoapp.wsgi  # noqa: F401


@dataclass
class Pair:
    """Seconds of the measured thing and of its reference, taken in turn so that a slow moment hits both."""

    ours: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)

    def take(self, ours: Callable[[], object], reference: Callable[[], object]) -> None:
        self.reference.append(timed(reference))
        self.ours.append(timed(ours))

    def row(self, name: str, scale: float = 1000.0, digits: int = 1) -> list[str]:
        """Name, calls, median and 95th percentile of both, ratio of the medians; milliseconds unless told."""
        middle, reference = percentile(self.ours, 0.5), percentile(self.reference, 0.5)
        return [
            name,
            str(len(self.ours)),
            f"{middle * scale:.{digits}f}",
            f"{percentile(self.ours, 0.95) * scale:.{digits}f}",
            f"{reference * scale:.{digits}f}",
            f"{percentile(self.reference, 0.95) * scale:.{digits}f}",
            f"{middle / reference:.1f}" if reference else "–",
        ]


HEAD = ["what", "calls", "p50 ms", "p95 ms", "reference p50 ms", "reference p95 ms", "ratio p50"]


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(rows + ["| " + " | ".join(line) + " |" for line in lines])


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, load at the end {load:.1f}"


def write(section: str, text: str) -> None:
    """Replaces a section of docs/performance.md, from its marker to the next one."""
    whole = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Performance\n"
    block = f"<!-- {section} -->\n{text.strip()}\n<!-- /{section} -->"
    pattern = re.compile(rf"<!-- {section} -->.*?<!-- /{section} -->", re.S)
    whole = pattern.sub(lambda _: block, whole) if pattern.search(whole) else f"{whole.rstrip()}\n\n{block}\n"
    RESULTS.write_text(whole, encoding="utf-8")
