"""What each address says of itself, walked from the URL resolver; and how a resource answers, without a database."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from geoapp.serving.arrival import Arrival
from geoapp.serving.lanes import lanes
from layers.access import Posture, sight
from layers.errors import BadParameter, Busy, NotFound, ShuituError, TooLarge, TooSlow, WrongForm
from layers.http.answers import BY_ASKER, BY_VERSION, MADE_ANEW, NOT_AT_ALL, TILES, Found, Keeping, Packing
from layers.http.asker import VARIES
from layers.http.media import HTML, JSON, MVT, Media
from layers.http.resource import Resource

VALUES = {"int": "1", "slug": "x", "str": "x", "path": "x"}
LONG = b"a" * 5000
BY_ASKERS = ", ".join(VARIES)
FOR_STAFF = ("/admin/", "/desk/")


def addresses(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, Any]]:
    """Every address but those for staff, which have guards of their own: with something for each part of it, and its view."""
    for each in resolver.url_patterns:
        here = before + str(each.pattern).removeprefix("^")
        if here.startswith(FOR_STAFF):
            continue
        if isinstance(each, URLPattern):
            yield _filled(here), each.callback
        else:
            yield from addresses(each, here)


def _filled(route: str) -> str:
    for kind, value in VALUES.items():
        while (start := route.find(f"<{kind}:")) >= 0:
            route = route[:start] + value + route[route.index(">", start) + 1 :]
    return route


EVERY = dict(addresses(get_resolver()))


def test_every_address_says_what_it_is() -> None:
    assert len(EVERY) > 40
    assert [path for path, view in EVERY.items() if not isinstance(getattr(view, "resource", None), Resource)] == []


def test_every_address_is_worked_on_in_the_lane_that_it_names() -> None:
    """The lane is chosen by the path, before any view is known."""
    wrong = []
    for path, view in EVERY.items():
        method = view.resource.methods[0]
        arrival = Arrival(0.0)
        arrival.take(f"{method} {path} HTTP/1.1\r\nContent-Length: 0\r\n\r\n".encode())
        lane = next(one.name for one in lanes(8) if one.takes(arrival))
        if lane != view.resource.lane:
            wrong.append((path, lane, view.resource.lane))
    assert wrong == []


def test_what_writes_wants_the_token_of_a_form_and_nothing_else_does() -> None:
    for path, view in EVERY.items():
        said: Resource = view.resource
        writes = "POST" in said.methods and not said.of_data
        assert said.token is writes, path
        assert getattr(view, "csrf_exempt", False) is not writes, path


def asked(found: Any, resource: Resource, method: str = "GET", **headers: str) -> Any:
    resource = replace(resource, of_data=False, needs=None)  # no database here
    view = resource(lambda request: found() if callable(found) else found)
    given = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    return view(RequestFactory().generic(method, "/x?a=1", **given))


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sight, "read", lambda: Posture(open=True, why="setting"))  # which the database is asked for


def answer(stamp: str, body: bytes = LONG, media: Media = JSON, **more: Any) -> Found:
    return Found(stamp, lambda: body, media, **more)


def test_a_method_that_it_does_not_know_is_refused_and_options_tells_those_it_does() -> None:
    resource = Resource(("GET", "OPTIONS"))
    refused = asked(answer("1-a"), resource, "DELETE")
    assert (refused.status_code, refused["Allow"], refused.content) == (405, "GET, OPTIONS", b"")
    assert asked(answer("1-a"), resource, "OPTIONS")["Allow"] == "GET, OPTIONS"
    assert asked(answer("1-a"), Resource(), "OPTIONS").status_code == 405


@pytest.mark.parametrize(
    ("kept", "of_today", "control", "weak"),
    [
        (BY_VERSION, False, "no-cache", False),
        (BY_ASKER, False, "no-cache", False),
        (BY_ASKER, True, "no-cache", False),
        (MADE_ANEW, False, "no-cache", True),
        (TILES, False, "public, max-age=60", False),
        (TILES, True, "public, max-age=31536000, immutable", False),
        (NOT_AT_ALL, False, "no-store", False),
    ],
)
def test_how_it_is_kept_is_told(kept: Keeping, of_today: bool, control: str, weak: bool) -> None:
    resource = Resource(kept=kept)
    found = answer("2-a", of_today=of_today)
    first = asked(found, resource)
    assert (first.status_code, first["Cache-Control"], first["ETag"].startswith("W/")) == (200, control, weak)
    again = asked(found, resource, if_none_match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"], again["Cache-Control"]) == (
        304,
        b"",
        first["ETag"],
        control,
    )
    assert asked(answer("3-a", of_today=of_today), resource, if_none_match=first["ETag"]).status_code == 200


def test_an_answer_is_made_only_for_who_lacks_it_and_once_where_it_is_kept() -> None:
    made = []
    found = Found("4-a", lambda: made.append(1) or LONG, JSON)  # type: ignore[func-returns-value]
    tag = asked(found, Resource(kept=BY_VERSION))["ETag"]
    asked(found, Resource(kept=BY_VERSION))
    asked(found, Resource(kept=BY_VERSION), if_none_match=tag)
    assert len(made) == 1
    asked(found, Resource(kept=BY_ASKER))
    asked(found, Resource(kept=BY_ASKER), if_none_match=tag)
    assert len(made) == 2


def test_gzip_is_for_who_takes_it() -> None:
    resource = Resource(kept=BY_ASKER)
    packed = asked(answer("5-a"), resource, accept_encoding="gzip")
    assert (packed["Content-Encoding"], gzip.decompress(packed.content)) == ("gzip", LONG)
    plain = asked(answer("5-a"), resource)
    assert ("Content-Encoding" in plain, plain.content) == (False, LONG)
    assert plain["ETag"] != packed["ETag"]
    assert plain["Vary"] == packed["Vary"] == f"Accept-Encoding, {BY_ASKERS}"
    short = asked(answer("5-a", b"short"), resource, accept_encoding="gzip")
    assert ("Content-Encoding" in short, short.content) == (False, b"short")


def test_what_is_made_packed_is_unpacked_for_who_does_not_take_it() -> None:
    tile = answer("6-a", gzip.compress(LONG), MVT, packing=Packing.MADE_PACKED)
    assert asked(tile, Resource(kept=TILES)).content == LONG
    packed = asked(tile, Resource(kept=TILES), accept_encoding="gzip")
    assert (packed["Content-Encoding"], gzip.decompress(packed.content)) == ("gzip", LONG)


def test_a_file_is_sent_as_it_is() -> None:
    file = answer("7-a", gzip.compress(LONG), Media("gz", "application/gzip"), packing=Packing.AS_IT_IS)
    sent = asked(file, Resource(kept=BY_ASKER), accept_encoding="gzip")
    assert ("Content-Encoding" in sent, sent["Vary"], sent.content) == (False, BY_ASKERS, gzip.compress(LONG))


def test_nothing_is_204_and_kept_like_anything() -> None:
    empty = asked(answer("8-a", b"", MVT, packing=Packing.MADE_PACKED, of_today=True), Resource(kept=TILES))
    assert (empty.status_code, empty["Cache-Control"]) == (204, TILES.for_ever)
    assert asked(answer("8-a", b"", MVT), Resource(kept=TILES), if_none_match=empty["ETag"]).status_code == 304


def test_what_is_asked_by_post_is_nobodys_to_keep() -> None:
    found = asked(answer("9-a"), Resource(("POST",), kept=MADE_ANEW), "POST", if_none_match="*")
    assert (found.status_code, found["Cache-Control"], "ETag" in found) == (200, "no-store", False)


def test_it_varies_by_what_it_says() -> None:
    assert (
        asked(answer("10-a", media=HTML), Resource(vary=("Accept",)))["Vary"] == f"Accept-Encoding, Accept, {BY_ASKERS}"
    )
    assert asked(answer("10-a", media=HTML), Resource())["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("error", "status"),
    [(BadParameter, 400), (NotFound, 404), (TooLarge, 413), (WrongForm, 415), (TooSlow, 503), (Busy, 503)],
)
def test_an_error_is_a_problem_body_or_what_the_resource_says(error: type[ShuituError], status: int) -> None:
    def fail() -> Any:
        raise error("It is so.", param="a", allowed=["b"])

    told = asked(fail, Resource())
    assert (told.status_code, told["Content-Type"]) == (status, "application/problem+json")
    assert (told["Cache-Control"], told.get("Retry-After")) == ("no-store", "10" if error is Busy else None)
    page = asked(fail, Resource(refuses=lambda request, error: HttpResponse(error.detail, status=418)))
    assert (page.status_code, page.content) == (418, b"It is so.")


def test_a_fault_of_ours_is_no_refusal() -> None:
    def fail() -> Any:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        asked(fail, Resource())
