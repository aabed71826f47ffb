"""Entering 12,000 permits in the record: beside their import without it, and published afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks import harness
from tests.benchmarks.bench_load import scratch_database

TITLE = "The record: an import of 12,000 permits with and without it"
PERMITS, ROUNDS = 12_000, 5
HEAD = ["what", "s", "of the import without"]


def measure() -> str:
    harness.django_setup()
    with scratch_database(), tempfile.TemporaryDirectory() as folder:
        return _measured(Path(folder))


def _measured(folder: Path) -> str:
    from django.conf import settings

    from layers.record import integrate, verify

    settings.STATE_DIR = folder / "state"
    with_it, entered, published = [], [], []
    for number in range(ROUNDS):
        report = _import(folder, number)
        entered.append(report.steps["record"])
        with_it.append(report.seconds - report.steps["record"])
    # Each import has published by its commit: the same again, from nothing.
    _forget_files(folder / "state")
    published.append(harness.timed(integrate.run))
    verified = harness.timed(verify.verify)
    without = median(with_it)
    lines = [
        [f"import of {PERMITS:,} permits without the record", f"{without:.2f}", "1.00"],
        ["entering them, in the same transaction", f"{median(entered):.2f}", f"{median(entered) / without:.2f}"],
        [
            f"publishing {ROUNDS * (PERMITS + 1):,} entries from nothing",
            f"{published[0]:.2f}",
            f"{published[0] / without:.2f}",
        ],
        [f"verifying {ROUNDS * (PERMITS + 1):,} entries", f"{verified:.2f}", f"{verified / without:.2f}"],
    ]
    return f"{harness.table(HEAD, lines)}\n\nMedians of {ROUNDS} imports, each of which changes all permits."


def _import(folder: Path, number: int) -> Any:
    """The permits of the demo's size, each with another volume than before."""
    from layers.ingest.run import Source, run

    path = folder / "permits.csv"
    lines = [f"P{at:05d},H{at // 2:05d},取水户{at // 2},{1000 + number}" for at in range(PERMITS)]
    path.write_text("code,holder_code,holder_name,permitted_m3_per_year\n" + "\n".join(lines), encoding="utf-8")
    return run("permit", Source(path), commit=True, actor="benchmark")


def _forget_files(state: Path) -> None:
    import shutil

    for log in (state / "record").iterdir():
        shutil.rmtree(log / "tile")
        (log / "checkpoint").unlink()
