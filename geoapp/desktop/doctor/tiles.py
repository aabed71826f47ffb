"""What QGIS asks of vector tiles, and what GDAL's MVT driver asks."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from geoapp.desktop.doctor.probe import DoctorLine, Probe, found


def look(probe: Probe) -> Iterator[DoctorLine]:
    style = probe.ask(f"{probe.root}/styles/map.json").json()
    for name, source in style["sources"].items():
        yield from _source(probe, name, source)


def _source(probe: Probe, name: str, source: dict[str, Any]) -> Iterator[DoctorLine]:
    templates = source.get("tiles", [])
    absolute = bool(templates) and all(one.startswith(("http://", "https://")) for one in templates)
    zooms = {"minzoom", "maxzoom"} <= set(source)
    said = f"zooms {source.get('minzoom')}–{source.get('maxzoom')}" if zooms else "no zooms: 0–14 are taken"
    yield found(f"{name}: style", absolute and zooms, said if absolute else "tiles are not absolute: the port is lost")
    yield _tile(probe, name, source)
    yield _gdal(probe, name)


def _tile(probe: Probe, name: str, source: dict[str, Any]) -> DoctorLine:
    """One tile of the middle; one beyond the zooms must not be an empty success."""
    west, south, east, north = source.get("bounds", (-180, -80, 180, 80))
    z = source["minzoom"]
    x = int(((west + east) / 2 + 180) / 360 * 2**z)
    y = int((1 - math.asinh(math.tan(math.radians((south + north) / 2))) / math.pi) / 2 * 2**z)
    template = source["tiles"][0]
    answer = probe.ask(_at(template, z, x, y), "*/*")
    beyond = probe.ask(_at(template, source["maxzoom"] + 1, x, y), "*/*")
    ok = answer.status in (200, 204) and "ETag" in answer.headers and beyond.status == 404
    return found(
        f"{name}: tile", ok, f"{z}/{x}/{y} {answer.status}, {len(answer.body)} bytes; beyond the zooms {beyond.status}"
    )


def _at(template: str, z: int, x: int, y: int) -> str:
    return template.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))


def _gdal(probe: Probe, name: str) -> DoctorLine:
    """``MVT:…/tiles/NAME/{Z}`` reads the fields from a text in a text: the key ``json``."""
    answer = probe.ask(f"{probe.root}/tiles/{name}/metadata.json")
    if answer.status != 200:
        return found(f"{name}: GDAL MVT", False, f"metadata.json answers {answer.status}: fields are guessed")
    layers = json.loads(answer.json()["json"])["vector_layers"]
    return found(f"{name}: GDAL MVT", bool(layers), f"{len(layers[0]['fields'])} fields")
