"""The landing page and the list of what is kept of the standards."""

from __future__ import annotations

from layers import place
from layers.feeds.meta import SYNTHETIC_NOTE, any_synthetic
from layers.ogc import links
from layers.ogc.conformance import classes
from layers.ogc.links import Json, link
from layers.ogc.parts import PARTS

TITLE = "水图 Shuitu"
DESCRIPTION = (
    "取、供、用、排各环节的全部图层，供 QGIS、ArcGIS、GDAL 直接读取。"
    "Where a city takes, supplies, uses and drains its water: every layer, for GIS desktops to read as it is."
)


def title() -> str:
    """With the city, where it has a name."""
    here = place.read()
    return " · ".join(filter(None, (TITLE, " ".join(filter(None, (here.zh, here.en))))))


def description() -> str:
    """With whose data they are, what they are credited to, and that they are made up where they are."""
    here = place.read()
    authority = " ".join(filter(None, (here.authority_zh, here.authority_en)))
    credit = " ".join(filter(None, (here.credit_zh, here.credit_en)))
    note = SYNTHETIC_NOTE.zh if any_synthetic() else ""
    return " ".join(filter(None, (DESCRIPTION, authority, credit, note)))


def landing(root: str) -> Json:
    return {
        "title": title(),
        "description": description(),
        "links": [
            *links.itself(f"{root}/", links.JSON, title()),
            link(f"{root}/api", "service-desc", links.OPENAPI, "接口定义 OpenAPI 3.0"),
            link(f"{root}/api.html", "service-doc", links.HTML, "接口说明 API documentation"),
            link(f"{root}/conformance", links.CONFORMANCE, links.JSON, "遵循的标准 Conformance"),
            link(f"{root}/collections", links.DATA, links.JSON, "全部图层 Collections"),
            *(one for part in PARTS for one in part.landing_links(root)),
        ],
    }


def conformance(root: str) -> Json:
    return {
        "links": links.itself(f"{root}/conformance", links.JSON, "遵循的标准 Conformance"),
        "conformsTo": classes(),
    }
