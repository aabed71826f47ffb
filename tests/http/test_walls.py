"""What every answer carries: walked over every address there is, those behind the log-in too, and over what goes wrong."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from geoapp import logs
from geoapp.serving import refusals
from geoapp.walls import headers, policy

pytestmark = pytest.mark.django_db
VALUES = {"int": "1", "slug": "x", "str": "x", "path": "x"}
SECRETS = (
    "hunter2-of-the-database",
    "SELECT holder",
    "/srv/inside",
    "layers_permitholder",
    "Traceback",
    "RuntimeError",
)


def _addresses(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, Any]]:
    """Every address, with something for each part of it, and its view; what is written as an expression is asked for as it begins."""
    for each in resolver.url_patterns:
        here = before + re.sub(r"\(\?P<[^>]*>.*|\\Z|[\^$]", "", str(each.pattern))
        if isinstance(each, URLPattern):
            yield re.sub(r"<(?:(\w+):)?\w+>", lambda part: VALUES[part[1] or "str"], here), each.callback
        else:
            yield from _addresses(each, here)


EVERY = dict(_addresses(get_resolver()))
ROOMS = sorted({path.split("/")[1] for path in EVERY})


def complete(response: HttpResponseBase) -> None:
    """All headers are there; a page runs nothing that is written into it."""
    for name, value in headers.FIXED.items():
        assert response.headers.get(name) == value, name
    assert re.fullmatch(r"[0-9a-f]{16}", response.headers["X-Request-Id"])
    if response.status_code == 304:
        return
    told = response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in told
    assert "base-uri 'none'" in told
    script = re.search(r"(?:script-src|default-src) ([^;]*)", told.replace("default-src 'self'; ", ""))
    assert script is not None
    assert script[1].strip() in ("'self'", "'none'")
    assert "unsafe-eval" not in told
    if response.headers.get("Content-Type", "").startswith("text/html"):
        assert "object-src 'none'" in told
        assert "unsafe-inline" not in told or told == policy.REPORT
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def get(client: Client, path: str, **more: Any) -> Any:
    response = client.get(path, **more)
    if response.streaming:
        response.close()
    return response


@pytest.mark.parametrize("room", ROOMS)
def test_every_address_answers_with_all_of_them(client: Client, room: str) -> None:
    """A stranger is answered, refused or sent to the log-in; whichever it is."""
    client.raise_request_exception = False
    for path in (path for path in EVERY if path.split("/")[1] == room):
        for accept in ("text/html", "application/json"):
            complete(get(client, path, headers={"accept": accept}))


def test_behind_the_log_in_nothing_is_kept(client: Client) -> None:
    client.force_login(User.objects.create_superuser("chief"))
    client.raise_request_exception = False
    asked = 0
    for path in EVERY:
        if path.startswith(headers.FOR_NOBODY_ELSE) and "logout" not in path:
            response = get(client, path)
            complete(response)
            assert response["Cache-Control"] == headers.NOT_KEPT, path
            asked += 1
    assert asked > 50


def test_no_page_has_a_script_or_a_style_written_into_it(client: Client) -> None:
    """The policy would let neither work; a page of errors has its styles, named by their digest."""
    client.force_login(User.objects.create_superuser("chief"))
    client.raise_request_exception = False
    pages = 0
    for path in EVERY:
        if path.startswith("/reports/preview") or "logout" in path:
            continue
        response = get(client, path, headers={"accept": "text/html"})
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            continue
        page, pages = response.content.decode(), pages + 1
        scripts = [tag for tag in re.findall(r"<script([^>]*)>", page) if "src=" not in tag and "json" not in tag]
        assert scripts == [], path
        assert re.findall(r"<[^>]*\s(?:on\w+|style)=\"", page) == [], path
        styles = re.findall(r"<style", page)
        assert not styles or response["Content-Security-Policy"].count("'sha256-") == len(styles), path
    assert pages > 50


def test_static_files_too(settings: Any) -> None:
    settings.WHITENOISE_USE_FINDERS = True
    client = Client()
    found = get(client, "/static/layers/ogc.css")
    assert found.status_code == 200
    complete(found)
    complete(get(client, "/static/web/nothing.js"))


def test_errors_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for response in (
        get(client, "/nothing"),
        get(client, "/api/nothing"),
        client.delete("/api/meta"),
        strict.post("/reports/make"),
        strict.get("/", headers={"host": "elsewhere.example"}),
    ):
        assert response.status_code >= 400
        complete(response)
    monkeypatch.setattr("layers.feeds.views.find", fail)
    told = strict.get("/api/search?q=a")
    assert told.status_code == 500
    complete(told)


def test_redirects_to_tls_too(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    moved = client.get("/")
    assert moved.status_code == 301
    complete(moved)


@pytest.mark.parametrize("status", sorted(refusals.WORDS))
def test_what_is_refused_at_the_door_too(status: int) -> None:
    head = refusals.answer(status).partition(b"\r\n\r\n")[0].decode()
    for name, value in headers.FIXED.items():
        assert f"{name}: {value}\r\n" in f"{head}\r\n"
    assert f"Content-Security-Policy: {policy.FILE}\r\n" in f"{head}\r\n"


def test_only_the_report_brings_its_own_styles() -> None:
    assert "'unsafe-inline'" not in policy.PAGE
    assert "script-src 'none'" in policy.REPORT


# ------------------------------------------------------------------ what writes


def test_what_writes_wants_the_token_of_a_form() -> None:
    """Every address, as an account that may do everything: without its token nothing is done, with a wrong one neither."""
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.force_login(User.objects.create_superuser("chief"))
    before = User.objects.count()
    written = 0
    for path, view in EVERY.items():
        resource = getattr(view, "resource", None)
        if resource is not None and ("POST" not in resource.methods or resource.of_data):
            continue  # it takes no form, or only answers
        for form in ({}, {"csrfmiddlewaretoken": "x" * 64}):
            told = strict.post(path, form)
            assert told.status_code in (403, 404, 405), (path, told.status_code)
            if told.status_code == 403:
                assert told["X-Request-Id"] in told.content.decode()
                written += 1
    assert written > 50
    assert User.objects.count() == before


# ------------------------------------------------------------------ what goes wrong tells its id and nothing else


def fail(*args: Any, **kwargs: Any) -> Any:
    password = SECRETS[0]
    where = SECRETS[2]
    raise RuntimeError(f"{SECRETS[1]} FROM {SECRETS[3]} {password} {where}")


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_fault_tells_its_id_and_nothing_of_the_inside(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, accept: str, language: str
) -> None:
    monkeypatch.setattr("layers.feeds.views.find", fail)
    formatter = logs.LogLine()
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(formatter.format(record))

    kept = Kept()
    logging.getLogger("django.request").addHandler(kept)
    try:
        asker = Client(raise_request_exception=False)
        response = asker.get("/api/search?q=a", headers={"accept": accept, "accept-language": language})
    finally:
        logging.getLogger("django.request").removeHandler(kept)
    assert response.status_code == 500
    whole = response.content.decode() + str(dict(response.headers))
    assert [secret for secret in SECRETS if secret in whole] == []
    assert response["X-Request-Id"] in response.content.decode()
    assert any(f"[{response['X-Request-Id']}]" in line.splitlines()[0] for line in lines)


@pytest.mark.parametrize("status", [403, 404, 429, 503])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_each_of_them_has_an_id(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any, status: int, accept: str
) -> None:
    client.raise_request_exception = False
    path = "/nothing" if status == 404 else "/about"

    def raises(*args: Any, **kwargs: Any) -> Any:
        if status == 403:
            raise PermissionDenied(SECRETS[0])
        from django.db import OperationalError

        raise OperationalError(SECRETS[0])

    if status in (403, 503):
        monkeypatch.setattr("geoapp.walls.rates._seconds_to_wait", raises)
    elif status == 429:
        monkeypatch.setattr("geoapp.walls.rates._seconds_to_wait", lambda request: 3.0)
    response = client.get(path, headers={"accept": accept})
    assert response.status_code == status
    text = response.content.decode()
    assert response["X-Request-Id"] in text
    assert SECRETS[0] not in text


@pytest.mark.parametrize(
    ("peer", "told", "believed"),
    [
        ("10.0.0.1", "gate-0123456789", True),
        ("10.0.0.1", "x\nforged line", False),
        ("10.0.0.1", "short", False),
        ("192.0.2.7", "gate-0123456789", False),
    ],
)
def test_a_proxys_id_is_taken_and_nobody_elses(
    client: Client, settings: Any, peer: str, told: str, believed: bool
) -> None:
    from geoapp.address import parse_proxies

    settings.TRUSTED_PROXIES = parse_proxies(["10.0.0.1"])
    response = client.get("/healthz", REMOTE_ADDR=peer, headers={"x-request-id": told})
    assert (response["X-Request-Id"] == told) is believed


def test_others_read_it_from_the_request(rf: Any) -> None:
    from django.http import HttpResponse

    from geoapp.walls import ids

    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(ids.of(request))
        seen.append(logs.request_id.get())
        return HttpResponse()

    response = ids.give(view)(rf.get("/"))
    assert seen == [response["X-Request-Id"]] * 2
    assert logs.request_id.get() == ""
