"""What GDAL's OAPIF driver asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from geoapp.desktop.doctor.features import OPENAPI
from geoapp.desktop.doctor.probe import GEOJSON, DoctorLine, Probe, found, link

ACCEPTED = ("application/json", GEOJSON, "application/schema+json")


def look(probe: Probe) -> Iterator[DoctorLine]:
    answer = probe.ask(f"{probe.root}/ogc/collections")
    told = answer.json()
    yield found("collections", answer.type == "application/json", f"{answer.type}, {len(told['collections'])} layers")
    landing = probe.ask(f"{probe.root}/ogc").json()
    document = probe.ask(link(landing, "service-desc", type_=OPENAPI), OPENAPI).json()
    yield _limit(document, told["collections"][0]["id"])
    for one in told["collections"]:
        yield _items(probe, one)
        yield from _dates(probe, one)


def _limit(document: dict[str, Any], name: str) -> DoctorLine:
    """The page size is read on a literal path, through a reference whose text contains "limit" (DeterminePageSizeFromAPI)."""
    operation = document.get("paths", {}).get(f"/collections/{name}/items", {}).get("get", {})
    referred = [one["$ref"] for one in operation.get("parameters", ()) if "limit" in one.get("$ref", "")]
    if not referred:
        return found("page size", False, f"no $ref with limit at /collections/{name}/items: pages of 10 or 1000")
    schema: Any = document
    for step in referred[0].removeprefix("#/").split("/"):
        schema = schema[step]
    said = f"{referred[0]}: {json.dumps(schema['schema'])}; GDAL 3.6 and older ask for 10 at once: -oo PAGE_SIZE=10000"
    return found("page size", "maximum" in schema["schema"], said)


def _dates(probe: Probe, collection: dict[str, Any]) -> Iterator[DoctorLine]:
    """A condition on any date field is sent as ``datetime``, with a day as ``2019-01-01T``, and the answer believed.

    ``datetime`` is of the rows' own time and not of the field: an answer would be a wrong one, a refusal is seen.
    """
    schema = link(collection, "http://www.opengis.net/def/rel/ogc/1.0/schema", "describedby")
    properties = probe.ask(schema, "application/schema+json").json().get("properties", {}) if schema else {}
    dates = [name for name, one in properties.items() if str(one.get("format", "")).startswith("date")]
    if not dates:
        return
    items = link(collection, "items", type_=GEOJSON).split("?")[0]
    status = probe.ask(f"{items}?limit=1&datetime=2019-01-01T/..", GEOJSON).status
    fields = " ".join(dates)
    if status == 400:
        said = f"-where on {fields} is refused: filter the file instead, http://…/feeds/{collection['id']}.geojson?filter=…"
    else:
        said = f"{status}: -where on {fields} with < or > is taken for the time of the rows, and may be wrong"
    yield found(f"{collection['id']}: dates", status == 400, said)


def _items(probe: Probe, collection: dict[str, Any]) -> DoctorLine:
    items = link(collection, "items", type_=GEOJSON)
    answer = probe.ask(f"{items.split('?')[0]}?limit=20", f"{GEOJSON}, application/json")
    page = answer.json()
    whole = all(isinstance(feature.get("id"), int) for feature in page["features"])
    said = [answer.type, "integer ids are FIDs" if whole else "ids are texts: FIDs count from 0"]
    said.append(f"numberMatched {page['numberMatched']}" if "numberMatched" in page else "counted by reading all")
    return found(
        f"{collection['id']}: first page", answer.type in ACCEPTED and "numberMatched" in page, ", ".join(said)
    )
