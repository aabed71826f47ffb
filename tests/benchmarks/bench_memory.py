"""The most memory of the process that reads a file, by format, against its bound (`IMPORT_READ_MB`); and what it says of a workbook
that would need more. Files of ten columns, except maps.
"""

from __future__ import annotations

import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.benchmarks import harness
from tests.processes import children

TITLE = "Memory of a reading process, by format, against its bound"
ROWS = int(os.environ.get("BENCH_ROWS", "300000"))  # of a workbook; of other files as many times more as is told
HEADINGS = ("编码", "名称", "水源类型", "取水用途", "区划", "经度", "纬度", "备注", "井深", "年份")
HEAD = ["file", "rows", "MB", "s", "most MB", "of its bound", "said"]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def measure() -> str:
    harness.django_setup()
    from django.conf import settings

    bound, lines = settings.IMPORT_READ_BYTES >> 20, []
    with tempfile.TemporaryDirectory() as folder:
        for name, times, make in FILES:
            wanted = int(ROWS * times)
            path = make(Path(folder), wanted)
            began = time.perf_counter()
            rows, most, said = _read(path)
            seconds = time.perf_counter() - began
            lines.append([
                name, f"{rows:,}" if not said else f"{wanted:,}", f"{path.stat().st_size / 1e6:.0f}", f"{seconds:.1f}", f"{most}",
                f"{most / bound:.2f}", said,
            ])  # fmt: skip
            print(" | ".join(lines[-1]), flush=True)
            path.unlink()
    return f"{harness.table(HEAD, lines)}\n\nThe bound: {bound} MB."


def _read(path: Path) -> tuple[int, int, str]:
    """(rows, the most memory in MB, why it was refused)."""
    from layers.ingest.apart import opened_apart
    from layers.ingest.refusal import ImportRefused

    rows = most = 0
    try:
        with opened_apart(path) as table:
            readers = list(children(os.getpid()))
            for chunk in table.chunks():
                rows += len(chunk)
                most = max([most, *map(_peak, readers)])
    except ImportRefused as refusal:
        return rows, most, refusal.en
    return rows, most, ""


def _peak(pid: int) -> int:
    """0 of a process that has ended: its memory was looked at before."""
    with suppress(OSError, TypeError):
        return harness.peak_mb(pid)
    return 0


def _cells(rows: int) -> Iterator[tuple[Any, ...]]:
    for n in range(rows):
        yield f"M{n}", "某某村居民用水", "自备井", "工业", 110101, 116 + n / rows / 10, 40.0, "无", 50 + n % 100, 2000


def _csv(folder: Path, rows: int) -> Path:
    path = folder / "meters.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADINGS) + "\n")
        file.writelines(",".join(map(str, row)) + "\n" for row in _cells(rows))
    return path


def _xlsx(folder: Path, rows: int) -> Path:
    path = folder / "meters.xlsx"

    def line(at: int, row: tuple[Any, ...]) -> str:
        cells = (
            f'<c r="{column}{at}" t="inlineStr"><is><t>{value}</t></is></c>' if isinstance(value, str) else f'<c r="{column}{at}"><v>{value}</v></c>'
            for column, value in zip("ABCDEFGHIJ", row, strict=True)
        )  # fmt: skip
        return f'<row r="{at}">{"".join(cells)}</row>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>')  # fmt: skip
        book.writestr("_rels/.rels", f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>')  # fmt: skip
        book.writestr("xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>')  # fmt: skip
        book.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')  # fmt: skip
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>{line(1, HEADINGS)}'.encode())
            for at, row in enumerate(_cells(rows), 2):
                sheet.write(line(at, row).encode())
            sheet.write(b"</sheetData></worksheet>")
    return path


def _ods(folder: Path, rows: int) -> Path:
    path = folder / "meters.ods"

    def line(row: tuple[Any, ...]) -> bytes:
        cells = (
            f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>' if isinstance(value, str)
            else f'<table:table-cell office:value-type="float" office:value="{value}"/>' for value in row
        )  # fmt: skip
        return f"<table:table-row>{''.join(cells)}</table:table-row>".encode()

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        book.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0"/>')
        with book.open("content.xml", "w", force_zip64=True) as content:
            names = "".join(f' xmlns:{name}="{_ODF}:{name}:1.0"' for name in ("office", "table", "text"))
            content.write(
                f'<office:document-content{names}><office:body><office:spreadsheet><table:table table:name="S">'.encode()
            )
            content.write(line(HEADINGS))
            for row in _cells(rows):
                content.write(line(row))
            content.write(b"</table:table></office:spreadsheet></office:body></office:document-content>")
    return path


def _map(name: str) -> Callable[[Path, int], Path]:
    def make(folder: Path, rows: int) -> Path:
        import geopandas
        import numpy as np

        at = np.linspace(0, 1, rows)
        values = {"code": [f"W{n}" for n in range(rows)], "name": ["某某村机井"] * rows, "depth_m": 100 * at}
        frame = geopandas.GeoDataFrame(values, geometry=geopandas.points_from_xy(116 + at, 40 + at), crs=4490)
        frame.to_file(folder / name, encoding="utf-8")
        return folder / name

    return make


FILES: list[tuple[str, float, Callable[[Path, int], Path]]] = [
    ("CSV", 6, _csv),
    ("GeoPackage", 3, _map("wells.gpkg")),
    ("Shapefile", 3, _map("wells.shp")),
    ("XLSX", 1, _xlsx),
    ("ODS, half as long", 0.5, _ods),
    ("ODS", 1, _ods),
    ("XLSX, three times as long", 3, _xlsx),
]
