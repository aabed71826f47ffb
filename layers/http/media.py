"""The forms in which answers are given. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Media:
    """A form: the word of ``f`` and the type that is sent."""

    key: str
    media_type: str
    title: str = ""

    @property
    def content_type(self) -> str:
        """The type with the encoding of its letters, which of JSON is always the same and not said."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


JSON = Media("json", "application/json", "JSON")
HTML = Media("html", "text/html", "网页 HTML")
GEOJSON = Media("geojson", "application/geo+json", "GeoJSON")
SCHEMA = Media("json", "application/schema+json", "JSON Schema")
OPENAPI = Media("json", "application/vnd.oai.openapi+json;version=3.0", "OpenAPI 3.0")
MVT = Media("mvt", "application/vnd.mapbox-vector-tile", "Mapbox Vector Tile")
