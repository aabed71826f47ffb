"""Parts of the API that live elsewhere: tiles know layers and not the other way, so tiles come here and say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from layers.ogc.links import Json
from layers.registry import Layer


@dataclass(frozen=True)
class Part:
    """What a part adds to the documents; ``root`` is the address of the landing page without its last slash."""

    classes: tuple[str, ...]
    landing_links: Callable[[str], list[Json]]
    collection_links: Callable[[str, Layer], list[Json]]
    paths: Callable[[], Json]  # of the OpenAPI document
    schemas: Json  # of what is answered at them


PARTS: list[Part] = []


def join(part: Part) -> None:
    """Called once, when the part's app is ready."""
    if part not in PARTS:
        PARTS.append(part)
