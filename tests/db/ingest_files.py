"""Small files for import tests, and a small city that is made by importing them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from layers.ingest.refusal import Fault
from layers.ingest.report import ImportReport
from layers.ingest.run import Source, run
from layers.words import in_language

CITY, DISTRICT, OTHER_DISTRICT = "11", "110101", "110102"
TOWNSHIP, VILLAGES = "110101001", ("110101001001", "110101001002")
WEST, SOUTH = 116.0, 39.0
PLACE = "11@4548"  # what the first file of boundaries is told of the city


def square(x: float, y: float, width: float = 0.1, height: float = 0.1) -> dict[str, Any]:
    """A GeoJSON MultiPolygon with its lower left corner x, y degrees from the city's."""
    w, s, e, n = WEST + x, SOUTH + y, WEST + x + width, SOUTH + y + height
    return {"type": "MultiPolygon", "coordinates": [[[[w, s], [e, s], [e, n], [w, n], [w, s]]]]}


def region(code: str, name: str, geometry: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    """A division as a GeoJSON feature; its level follows from the code's digits."""
    level = {2: "city", 6: "district", 9: "township", 12: "village"}[len(code)]
    return {"type": "Feature", "properties": {"code": code, "name": name, "level": level, **more}, "geometry": geometry}


def geojson(path: Path, features: Sequence[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}, ensure_ascii=False), "utf-8")
    return path


def csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """A CSV of indented lines."""
    lines = [line.strip() for line in text.strip().splitlines()]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def regions() -> list[dict[str, Any]]:
    """A city 0.2° wide and 0.1° high: a western district with one township of two villages, an eastern one without."""
    return [
        region(CITY, "北京市", square(0, 0, 0.2)),
        region(DISTRICT, "东城区", square(0, 0), reporting_unit=DISTRICT),
        region(OTHER_DISTRICT, "西城区", square(0.1, 0), reporting_unit=OTHER_DISTRICT),
        region(TOWNSHIP, "东华门街道", square(0, 0)),
        region(VILLAGES[0], "多福巷社区", square(0, 0, 0.05)),
        region(VILLAGES[1], "银闸社区", square(0.05, 0, 0.05)),
    ]


def load(target: str, path: Path, **options: Any) -> ImportReport:
    """Import and commit; what the file is read with (``crs``, ``layer``, ``field_map``, ``told``) may be among the options."""
    said = ("crs", "layer", "field_map", "told")
    given = {name: options.pop(name) for name in said if name in options}
    if target == "region":
        given["told"] = {"place": PLACE, **given.get("told", {})}
    source = Source(path, **given)
    return run(target, source, commit=options.pop("commit", True), actor="tester", **options)


def small_city(folder: Path) -> None:
    """Reporting units and regions."""
    load("reporting_unit", csv(folder / "units.csv", "code,name\n110101,东城区水务局\n110102,西城区水务局"))
    load("region", geojson(folder / "regions.geojson", regions()))


def right(fault: Fault, lang: str = "zh") -> str:
    """What would have been right, or more of a fault, in a language."""
    return str(in_language(fault.expected, lang))


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.refused


def reasons(report: ImportReport) -> list[tuple[int, str, str]]:
    """(row, field, reason) of each refusal in the order of the file."""
    return [(refusal.row, refusal.field, refusal.reason) for refusal in report.refusals.first(1000)]
