"""Every address there is, those behind the log-in (the administration, the desk) apart, with what it may be asked: read from the URL resolver, so that a new one is
walked too, or fails until it is said how to ask it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from layers import registry
from layers.export import FORMATS
from layers.features.query import FeatureQuery
from layers.versions import as_of
from tests.factories import CITY, DISTRICT, SOUTH, SOUTHERN, WEST, A

ZOOM = 14
REGIONS = (CITY, DISTRICT, SOUTHERN, A)
Place = tuple[int, int, int]  # z, x, y
# tests/http/test_rights_behind.py walks them
BEHIND_THE_LOG_IN = ("account", "admin", "audit", "desk")


def patterns() -> list[URLPattern]:
    """Every address that has a name."""
    return [each for each in _walk(get_resolver()) if each.name]


def behind_the_log_in() -> Iterator[tuple[str, URLPattern]]:
    """(namespace, address) of each that `patterns` leaves out and that has a name; those without lead on to one that has."""
    for each in get_resolver().url_patterns:
        if isinstance(each, URLResolver) and each.namespace in BEHIND_THE_LOG_IN:
            yield from ((each.namespace, one) for one in _walk(each) if one.name)


def _walk(resolver: URLResolver) -> Iterator[URLPattern]:
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield each
        elif each.namespace not in BEHIND_THE_LOG_IN:
            yield from _walk(each)


def route(pattern: URLPattern) -> str:
    """The name that reverses to it."""
    rooms = {"geoapp.reports": "reports:", "geoapp.web": "web:", "geoapp.record": "record:"}
    namespace = next((name for room, name in rooms.items() if room in pattern.callback.__module__), "")
    return f"{namespace}{pattern.name}"


class Objects:
    """The objects last made of each layer, and the stamp of its data: read once for all addresses of one state of the data."""

    def __init__(self, singles: int = 1) -> None:
        self.singles = singles
        self._known: dict[str, dict[str, tuple[Any, ...]]] = {}

    def parts(self, layer: registry.Layer) -> dict[str, tuple[Any, ...]]:
        """The parts of an address that depend on the layer."""
        if layer.id not in self._known:
            code = next((field.orm_path for field in layer.fields if field.name == "code"), "pk")
            rows = list(FeatureQuery(layer).found().order_by("pk").values_list("pk", code))[-self.singles :]
            self._known[layer.id] = {
                "stamp": (as_of(layer.datasets()).of_layer(layer),),
                "feature_id": tuple(pk for pk, _ in rows),
                "code": tuple(str(code) for _, code in rows),
            }
        return self._known[layer.id]


def addresses(
    pattern: URLPattern,
    queries: Mapping[str, Sequence[str]],
    *,
    objects: Objects,
    suffixes: Sequence[str] = (*(one.suffix for one in FORMATS.values()), "qgz", "qgs"),
    regions: Sequence[str] = REGIONS,
    tiles: Sequence[Place] = (),
) -> Iterator[str]:
    """Every address of a pattern, with the questions of its route (``queries``); ``objects`` of each layer are asked for
    one by one, and ``tiles`` where there are tiles (unless told, the one of the corner of the small city)."""
    name = route(pattern)
    for parts in _parts(pattern, objects, suffixes, regions, tiles or ((ZOOM, _column(), _row()),)):
        try:
            address = reverse(name, kwargs=parts)
        except NoReverseMatch:  # a suffix of another address
            continue
        for query in queries.get(name, ("",)):
            yield f"{address}?{query}" if query else address


def _parts(
    pattern: URLPattern, objects: Objects, suffixes: Sequence[str], regions: Sequence[str], tiles: Sequence[Place]
) -> Iterator[dict[str, Any]]:
    parts = set(pattern.pattern.converters) | set(pattern.pattern.regex.groupindex)
    layers = [*registry.LAYERS, *registry.TABLES]
    by_layer = "layer_id" if "layer_id" in parts else "layer" if "layer" in parts else ""
    known: dict[str, tuple[Any, ...]] = {
        "suffix": tuple(suffixes),
        "scheme": ("WebMercatorQuad",),
        "code": tuple(regions),
        "tile": ("entries/000", "0/000.p/1"),
        "index": (0,),
    }
    places = [{"z": z, "x": x, "y": y, "row": y, "col": x} for z, x, y in tiles]
    for layer, place in itertools.product(layers if by_layer else [None], places if "z" in parts else [{}]):
        own = {**known, **{name: (number,) for name, number in place.items()}}
        if layer:
            own[by_layer] = (layer.id,)
            own |= objects.parts(layer)
        assert parts <= set(own), f"a new part of an address, {parts - set(own)}: say what it can be"
        yield from _combined(sorted(parts), own, {})


def _combined(parts: list[str], own: dict[str, tuple[Any, ...]], chosen: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if not parts:
        yield chosen
        return
    for value in own[parts[0]]:
        yield from _combined(parts[1:], own, {**chosen, parts[0]: value})


def _column() -> int:
    return int((WEST + 0.005 + 180) / 360 * 2**ZOOM)


def _row() -> int:
    lat = math.radians(SOUTH + 0.005)
    return int((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * 2**ZOOM)
