"""Reading a file in a process of its own against reading it in this one: what the process costs, and what a pipe gives back.

In the import the difference is smaller still, as the process reads on while the rows before are checked and copied.
"""

from __future__ import annotations

import os
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks import harness
from tests.benchmarks.harness import Pair

TITLE = "Reading: a file in a process apart against the same in this one"
ROWS = int(os.environ.get("BENCH_ROWS", "375000"))  # a month's records
TURNS = 5
HEAD = ["file", "rows", "apart s", "here s", "apart / here", "rows/s apart"]


def measure() -> str:
    harness.django_setup()
    from layers.ingest.apart import opened_apart
    from layers.ingest.readers import opened

    lines = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for words, rows, make in FILES:
            path = make(folder, rows)
            pair = Pair()
            for _ in range(TURNS):
                pair.take(lambda p=path: _all(opened_apart, p), lambda p=path: _all(opened, p))  # type: ignore[misc]
            apart, here = (harness.percentile(seconds, 0.5) for seconds in (pair.ours, pair.reference))
            lines.append(
                [words, f"{rows:,}", f"{apart:.2f}", f"{here:.2f}", f"{apart / here:.2f}", f"{rows / apart:,.0f}"]
            )
            print(" | ".join(lines[-1]), flush=True)
            path.unlink()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**10
    return f"{harness.table(HEAD, lines)}\n\nMost memory of a reading process: {peak:,.0f} MB."


def _all(opened: Callable[[Path], Any], path: Path) -> int:
    with opened(path) as table:
        return sum(len(chunk) for chunk in table.chunks())


def _csv(folder: Path, rows: int) -> Path:
    path = folder / "usage.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("month,meter,source,purpose,correction_no,volume_l\n")
        file.writelines(f"2019-01,110101-M-{n:08d},self_built_well,residential,0,{n * 7919}\n" for n in range(rows))
    return path


def _workbook(folder: Path, rows: int) -> Path:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("水表")
    sheet.append(["水务码", "名称", "水源类型", "取水用途", "所在区", "经度", "纬度"])
    for n in range(rows):
        sheet.append([f"M{n}", "某某村居民用水", "自备井", "工业", 110101, 116 + n / rows, 40.0])
    book.save(folder / "meters.xlsx")
    return folder / "meters.xlsx"


def _geopackage(folder: Path, rows: int) -> Path:
    import geopandas
    import numpy as np

    at = np.linspace(0, 1, rows)
    values = {"code": [f"W{n}" for n in range(rows)], "name": ["机井"] * rows, "depth_m": 100 * at}
    frame = geopandas.GeoDataFrame(values, geometry=geopandas.points_from_xy(116 + at, 40 + at), crs=4490)
    frame.to_file(folder / "wells.gpkg")
    return folder / "wells.gpkg"


FILES: list[tuple[str, int, Callable[[Path, int], Path]]] = [
    ("a line of CSV: the start of the process", 1, _csv),
    ("usage records, CSV", ROWS, _csv),
    ("wells, GeoPackage", ROWS // 4, _geopackage),
    ("meters, XLSX", ROWS // 8, _workbook),
]
