"""What GDAL's OAPIF driver asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from geoapp.desktop.doctor.features import OPENAPI
from geoapp.desktop.doctor.probe import GEOJSON, Finding, Probe, found, link

ACCEPTED = ("application/json", GEOJSON, "application/schema+json")


def look(probe: Probe) -> Iterator[Finding]:
    answer = probe.ask(f"{probe.root}/ogc/collections")
    told = answer.json()
    yield found("collections", answer.type == "application/json", f"{answer.type}, {len(told['collections'])} layers")
    landing = probe.ask(f"{probe.root}/ogc").json()
    yield _limit(probe.ask(link(landing, "service-desc", type_=OPENAPI), OPENAPI).json(), told["collections"][0]["id"])
    for one in told["collections"]:
        yield _items(probe, one)


def _limit(document: dict[str, Any], name: str) -> Finding:
    """The page size is read on a literal path, through a reference whose text contains "limit" (DeterminePageSizeFromAPI)."""
    operation = document.get("paths", {}).get(f"/collections/{name}/items", {}).get("get", {})
    referred = [one["$ref"] for one in operation.get("parameters", ()) if "limit" in one.get("$ref", "")]
    if not referred:
        return found("page size", False, f"no $ref with limit at /collections/{name}/items: pages of 10 or 1000")
    schema: Any = document
    for step in referred[0].removeprefix("#/").split("/"):
        schema = schema[step]
    return found("page size", "maximum" in schema["schema"], f"{referred[0]}: {json.dumps(schema['schema'])}")


def _items(probe: Probe, collection: dict[str, Any]) -> Finding:
    items = link(collection, "items", type_=GEOJSON)
    answer = probe.ask(f"{items.split('?')[0]}?limit=20", f"{GEOJSON}, application/json")
    page = answer.json()
    whole = all(isinstance(feature.get("id"), int) for feature in page["features"])
    said = [answer.type, "integer ids are FIDs" if whole else "ids are texts: FIDs count from 0"]
    said.append(f"numberMatched {page['numberMatched']}" if "numberMatched" in page else "counted by reading all")
    return found(
        f"{collection['id']}: first page", answer.type in ACCEPTED and "numberMatched" in page, ", ".join(said)
    )
