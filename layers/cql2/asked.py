"""The CQL2 filter of a request, as OGC API and feeds both take it: its text, its language, the system of its geometries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.db.models import Q

from layers import params
from layers.cql2.condition import condition
from layers.cql2.parse import parse
from layers.cql2.tokens import FORMS
from layers.crs import parse_crs
from layers.errors import BadParameter
from layers.registry import Layer

PARAMS = ("filter", "filter-lang", "filter-crs")
LANGUAGES = ("cql2-text", "cql2-json")
MOST = 64 << 10  # characters: as long as the body of a search may be


def asked(layer: Layer, given: Mapping[str, str]) -> Q | None:
    """What the three parameters ask of a layer; None without a filter. `BadParameter` says where it fails."""
    language = params.parse_choice(given.get("filter-lang"), "filter-lang", "", LANGUAGES)
    system = parse_crs(given.get("filter-crs"), "filter-crs")
    text = given.get("filter")
    if not text:
        return None
    if len(text) > MOST:
        raise BadParameter("The filter is too long.", param="filter", allowed=[f"up to {MOST} characters"])
    if not language:
        language = "cql2-json" if text.lstrip().startswith("{") else "cql2-text"
    return condition(layer, parse(text) if language == "cql2-text" else _json(text), system)


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadParameter(f"The filter is not JSON: {error}.", param="filter", allowed=FORMS) from None
