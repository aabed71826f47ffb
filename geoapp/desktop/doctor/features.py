"""What QGIS asks of an OGC API Features server, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from geoapp.desktop.doctor.probe import GEOJSON, DoctorLine, Probe, ServerAnswer, found, link

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
PART3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"
# Without all four nothing is filtered on the server (qgsoapifprovider.cpp); the fifth goes by two names.
PUSHED = (f"{PART3}filter", f"{PART3}features-filter", f"{CQL2}cql2-text", f"{CQL2}basic-cql2")
SPATIAL = (f"{CQL2}basic-spatial-functions", f"{CQL2}basic-spatial-operators")
EDITING = {"POST", "PUT", "PATCH", "DELETE"}
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LATITUDE_FIRST = ("/4326", "/4490")
ACCEPT = f"{GEOJSON}, application/json"
WORLD = "-180,-90,180,90"  # what lies in it has a position, which the first of all features need not have


def look(probe: Probe) -> Iterator[DoctorLine]:
    landing = probe.ask(f"{probe.root}/ogc/").json()
    api, data = link(landing, "service-desc", type_=OPENAPI), link(landing, "data", type_="application/json")
    yield found(
        "landing page",
        bool(api and data),
        "links service-desc and data" if api and data else "Missing information in response",
    )
    yield _page_size(probe.ask(api, OPENAPI).json())
    classes = probe.ask(link(landing, "conformance", "http://www.opengis.net/def/rel/ogc/1.0/conformance")).json()[
        "conformsTo"
    ]
    yield from _conformance(classes)
    collections = probe.ask(data).json()["collections"]
    yield found("collections", bool(collections), f"{len(collections)}: " + ", ".join(one["id"] for one in collections))
    for listed in collections:
        yield from _collection(probe, data, listed["id"])


def _page_size(document: dict[str, Any]) -> DoctorLine:
    schema = document.get("components", {}).get("parameters", {}).get("limit", {}).get("schema", {})
    if not {"default", "maximum"} & set(schema):
        return found("page size", False, "components.parameters.limit is not there: pages of 100")
    size = min(max(1000, schema.get("default", 0)), schema.get("maximum", 10**9))
    return found("page size", size >= 1000, f"pages of {size}")


def _conformance(classes: list[str]) -> Iterator[DoctorLine]:
    missing = [name for name in PUSHED if name not in classes]
    said = (
        "filters run on the server"
        if not missing
        else f"filters run after downloading everything; missing {', '.join(missing)}"
    )
    yield found("filter classes", not missing, said)
    missing = [name for name in SPATIAL if name not in classes]
    yield found("spatial classes", not missing, "under both names" if not missing else f"missing {', '.join(missing)}")


def _collection(probe: Probe, data: str, name: str) -> Iterator[DoctorLine]:
    told = probe.ask(f"{data.split('?')[0]}/{quote(name)}").json()
    lacking = [key for key in ("id", "title", "extent", "links", "crs", "storageCrs") if key not in told]
    spatial = told.get("itemType", "feature") == "feature" and "spatial" in told.get("extent", {})
    ok = not [key for key in lacking if spatial or key not in ("extent", "crs", "storageCrs")]
    yield found(
        f"{name}: collection",
        ok,
        f"lacks {', '.join(lacking)}" if lacking else f"{told.get('itemCount', '?')} features, {len(told['crs'])} CRS",
    )
    items = link(told, "items", type_=GEOJSON).split("?")[0]
    yield from _items(probe, name, items)
    yield _read_only(probe, name, items)
    if not told.get("itemCount", 1):
        return  # nothing to try filters and reference systems on
    if spatial:
        for crs in told.get("crs", ()):
            if crs.startswith("http") and crs != CRS84:
                yield _axes(probe, name, items, crs)
        yield _boxed(probe, name, items)
    yield _filtered(probe, name, items)
    yield _year_zero(probe, name, items)


def _items(probe: Probe, name: str, items: str) -> Iterator[DoctorLine]:
    answer = probe.ask(f"{items}?limit=10", ACCEPT)
    page = answer.json()
    keys = {tuple(feature["properties"]) for feature in page["features"]}
    yield found(
        f"{name}: fields",
        len(keys) <= 1 and answer.type == GEOJSON,
        f"{answer.type}, {len(next(iter(keys), ()))} fields in every row",
    )
    identities = [feature.get("id") for feature in page["features"]]
    yield found(
        f"{name}: identity",
        None not in identities,
        "top-level id" if None not in identities else "none: an MD5 of each row",
    )
    matched = page.get("numberMatched")
    following = link(page, "next", type_=GEOJSON)
    if matched is None or matched <= 10:
        yield found(f"{name}: pages", matched is not None and not following, f"numberMatched {matched}, one page")
        return
    second = [feature.get("id") for feature in probe.ask(following, ACCEPT).json()["features"]]
    ok = bool(second) and not set(second) & set(identities)
    yield found(
        f"{name}: pages", ok, f"numberMatched {matched}, next gives others" if ok else f"next is wrong: {following}"
    )


def _read_only(probe: Probe, name: str, items: str) -> DoctorLine:
    answer = probe.ask(items, method="OPTIONS")
    allowed = {word.strip().upper() for word in answer.headers.get("Allow", "").split(",")}
    return found(
        f"{name}: OPTIONS",
        not allowed & EDITING and answer.status < 300,
        f"{answer.status}, Allow: {answer.headers.get('Allow')}",
    )


def _first(page: dict[str, Any]) -> list[float]:
    """The first position of the first feature that has one."""
    position = next(feature["geometry"] for feature in page["features"] if feature["geometry"])["coordinates"]
    while isinstance(position[0], list):
        position = position[0]
    return [float(number) for number in position]


def _axes(probe: Probe, name: str, items: str, crs: str) -> DoctorLine:
    """Latitude first where the authority says so: the desktop turns such coordinates, whatever they are."""
    one = {"limit": 1, "bbox": WORLD}
    answer: ServerAnswer = probe.ask(f"{items}?{urlencode({**one, 'crs': crs})}", ACCEPT)
    plain = _first(probe.ask(f"{items}?{urlencode(one)}", ACCEPT).json())
    first = _first(answer.json())
    told = (answer.headers.get("Content-Crs") or "").strip("<>")
    turned = [first[1], first[0]]
    right = (
        all(abs(a - b) < 1e-5 for a, b in zip(turned, plain, strict=False))
        if crs.endswith(LATITUDE_FIRST)
        else first != plain[:2]
    )
    return found(
        f"{name}: {crs.rpartition('/')[2]}",
        told == crs and right,
        f"Content-Crs {'is right' if told == crs else told or 'is missing'}, first axis {first[0]:.5g}",
    )


def _boxed(probe: Probe, name: str, items: str) -> DoctorLine:
    x, y = _first(probe.ask(f"{items}?limit=1&bbox={WORLD}", ACCEPT).json())[:2]
    box = ",".join(str(round(side, 6)) for side in (x - 0.01, y - 0.01, x + 0.01, y + 0.01))
    some = probe.ask(f"{items}?{urlencode({'limit': 10, 'bbox': box}, safe=',')}", ACCEPT).json()
    none = probe.ask(f"{items}?limit=10&bbox=-10,-60,-9,-59", ACCEPT).json()
    ok = bool(some["features"]) and not none["features"]
    return found(
        f"{name}: bbox",
        ok,
        f"{some.get('numberMatched', len(some['features']))} in a box of 0.02°, {len(none['features'])} in the ocean",
    )


def _filtered(probe: Probe, name: str, items: str) -> DoctorLine:
    page = probe.ask(f"{items}?limit=10", ACCEPT).json()
    key, value = next(
        (key, value) for key, value in page["features"][0]["properties"].items() if isinstance(value, str)
    )
    given = {"limit": 10, "filter": f"\"{key}\" = '{value}'", "filter-lang": "cql2-text"}
    answer = probe.ask(f"{items}?{urlencode(given)}", ACCEPT)
    if answer.status != 200:
        return found(f"{name}: filter", False, f"{given['filter']} answers {answer.status}")
    values = {feature["properties"][key] for feature in answer.json()["features"]}
    return found(f"{name}: filter", values == {value}, f"{given['filter']} → {answer.json().get('numberMatched')}")


def _year_zero(probe: Probe, name: str, items: str) -> DoctorLine:
    """What QGIS sends for "before" where there is no CQL2: an answer or a refusal, but no fault."""
    answer = probe.ask(f"{items}?limit=1&datetime=0000-01-01T00:00:00Z/2019-01-01T00:00:00Z", ACCEPT)
    return found(f"{name}: year 0", answer.status in (200, 400), f"{answer.status}")
