"""Pages of features and single features, as GeoJSON that PostgreSQL has made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q

from layers import filters
from layers.errors import NotFound
from layers.features import FeatureQuery, stream
from layers.http.encoding import dumps
from layers.http.media import Media
from layers.ogc.links import GEOJSON, HTML, JSON, Json, link
from layers.ogc.question import CollectionQuestion
from layers.registry import Layer

SEPARATOR = b",\n"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a list is asked for: with its parameters in a query, or ``posted`` in a body."""

    url: str
    posted: bool = False

    def link(self, given: dict[str, str], rel: str, media_type: str, title: str) -> Json:
        """A link to the list of these parameters; one that has to be posted says with what."""
        if self.posted:
            return link(self.url, rel, media_type, title, method="POST", body=given)
        return link(self.get(given), rel, media_type, title)

    def get(self, given: dict[str, str]) -> str:
        return f"{self.url}?{urlencode(given, safe=',:/')}" if given else self.url


@dataclass(frozen=True)
class Page:
    """The texts of a page's features and how many match in all."""

    body: bytes
    returned: int
    matched: int
    question: CollectionQuestion

    @property
    def query(self) -> FeatureQuery:
        return self.question.query

    def neighbour(self, given: dict[str, str], step: int) -> dict[str, str] | None:
        """The parameters of the next (1) or the previous (-1) page; None where there is none."""
        limit = self.query.limit or 0
        if step > 0 and (not self.returned or self.query.offset + self.returned >= self.matched):
            return None
        if step < 0 and not self.query.offset:
            return None
        offset = max(0, self.query.offset + step * limit)
        return {**given, "limit": str(limit), "offset": str(offset)}


def page(question: CollectionQuestion) -> Page:
    """A page of a list."""
    query = question.query
    if question.hits:
        return Page(b"", 0, query.count(), question)
    with stream.geojson(query, SEPARATOR) as batches:
        body = SEPARATOR.join(batches)
    returned = body.count(b"\n") + 1 if body else 0
    whole = returned < (query.limit or 0) and (returned or not query.offset)
    return Page(body, returned, query.offset + returned if whole else query.count(), question)


def collection_text(found: Page, at: Address, given: dict[str, str], formats: Sequence[Media], more: Json) -> bytes:
    """The FeatureCollection; ``formats`` are the others that the same page is to be had in."""
    head = {
        "type": "FeatureCollection",
        "numberMatched": found.matched,
        "numberReturned": found.returned,
        "timeStamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "links": _page_links(found, at, given, formats),
        **more,
    }
    return dumps(head)[:-1] + b',"features":[' + found.body + b"]}"


def _page_links(found: Page, at: Address, given: dict[str, str], formats: Sequence[Media]) -> list[Json]:
    links = [
        at.link(given, "self", GEOJSON, "GeoJSON"),
        *_alternates(found, at, given, formats),
        link(at.url.rpartition("/")[0], "collection", JSON, found.query.layer.zh),
    ]
    for rel, step, title in (("next", 1, "下一页"), ("prev", -1, "上一页")):
        asked = found.neighbour(given, step)
        if asked is not None:
            links.append(at.link(asked, rel, GEOJSON, title))
    return links


def _alternates(found: Page, at: Address, given: dict[str, str], formats: Sequence[Media]) -> list[Json]:
    """The same features in other forms. A file without a limit would hold all pages: it is given the page's."""
    plain = {name: text for name, text in given.items() if name != "f"}
    links = []
    for one in formats:
        limit = {} if one.media_type == HTML else {"limit": str(found.query.limit)}
        links.append(at.link({**limit, **plain, "f": one.key}, "alternate", one.media_type, one.title))
    return links


def identity(layer: Layer, asked: str) -> Iterator[Q]:
    """What an address may name a feature by: its integer identity, else its code."""
    if asked.isascii() and asked.isdigit() and len(asked) < 19:
        yield Q(pk=int(asked))
    if "\x00" not in asked and (found := filters.of_code(layer, asked)) is not None:
        yield Q(pk=found.pk)


def item(question: CollectionQuestion, asked: str) -> bytes:
    """The text of one feature. `NotFound` without one."""
    layer = question.query.layer
    for which in identity(layer, asked):
        with stream.geojson(replace(question.query, cql=which)) as batches:
            body = b"".join(batches)
        if body:
            return body
    raise NotFound(f"{layer.id} has no feature {asked!r}.", param="featureId")


def item_text(body: bytes, url: str, layer: Layer, more: Json) -> bytes:
    """The Feature with its links."""
    links: list[Any] = [
        link(url, "self", GEOJSON, "GeoJSON"),
        link(f"{url}?f=html", "alternate", HTML, "网页 HTML"),
        link(url.rpartition("/items/")[0], "collection", JSON, layer.zh),
    ]
    return body[:-1] + b"," + dumps({"links": links, **more})[1:]
