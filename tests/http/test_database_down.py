"""A real server whose database goes away: every address says so soon, in the asker's language, and works again after.

The database is the tests' own, behind a proxy that refuses, hangs or cuts; the server knows no other.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connections

from geoapp import state
from tests import city
from tests.proxy import Proxy, proxy_to

pytestmark = pytest.mark.django_db  # or the fixture below would find no test database, and take the other
NAME = "test-database-down"  # of the server's connections
# Far above what is promised, and below what a server without a limit of its own takes (ten seconds, or for ever).
PATIENCE = 8.0


@dataclass
class Answer:
    status: int
    text: str
    headers: Any = field(repr=False)


@dataclass
class Site:
    url: str
    proxy: Proxy
    patience: float = 60.0  # a worker's first answers import and compile

    def ask(self, path: str, *, data: bytes | None = None, **headers: str) -> Answer:
        """One request; a redirect is an answer."""

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *args: Any, **kwargs: Any) -> None:
                return None

        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            with opener.open(urllib.request.Request(self.url + path, data, sent), timeout=self.patience) as answer:
                return Answer(answer.status, answer.read().decode("utf-8", "replace"), answer.headers)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode("utf-8", "replace"), error.headers)

    def until_up(self) -> None:
        until = time.monotonic() + PATIENCE
        while (answer := self.ask("/healthz/database")).status != 200:
            assert time.monotonic() < until, answer
            time.sleep(0.1)


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    """One worker process, so that what it found out counts for each request that follows."""
    place = connections["default"].settings_dict
    home = state.make_dir(city._home() / "down")
    with proxy_to(place["HOST"], place["PORT"]) as proxy:
        behind = {**place, "HOST": "127.0.0.1", "PORT": str(proxy.port), "OPTIONS": {"sslmode": "disable"}}
        environment = {
            **os.environ,
            "DATABASE_URL": f"{city.database_url(behind, place['NAME'])}&application_name={NAME}",
            "SHUITU_STATE": str(home),
            "SECRET_KEY": "of-this-test-alone-" + "0" * 40,
            "ALLOWED_HOSTS": "127.0.0.1",
            "REPORT_WORKERS": "0",
            "DEBUG": "0",
        }
        for unwanted in ("HTTPS", "SHUITU_SERVING", "DATABASE_WEB_URL"):
            environment.pop(unwanted, None)
        city._static(home, environment, sys.stderr)
        with city.served(environment, home, workers=1) as url:
            found = Site(url, proxy)
            for path in (*PROGRAMS, *PEOPLE, *WITHOUT):
                found.ask(path)
            found.patience = PATIENCE
            yield found
        proxy.restore()
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        # Statements that were cut off sleep on in the server, and would hold the test database.
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [NAME])


@pytest.fixture(autouse=True)
def _up(site: Site) -> Iterator[None]:
    site.until_up()
    yield
    site.proxy.restore()


PROGRAMS = [
    "/api/meta", "/api/layers", "/api/stats?period=2019", "/api/stats/series?level=district", "/api/search?q=a",
    "/api/regions/11", "/api/layers/well/features", "/api/explain?region=11&period=2019", "/tiles/well/10/843/388.pbf",
    "/tiles/well.json", "/feeds/well.geojson", "/feeds/well.csv", "/ogc/collections", "/ogc/collections/well/items",
    "/ogc/collections/well/tiles/WebMercatorQuad/10/388/843",
]  # fmt: skip
PEOPLE = ["/", "/objects/well/W1", "/reports/", "/reports/preview?region=11&period=2019"]
WITHOUT = ["/healthz", "/about", "/api/schema", "/static/web/logo.svg"]
SAID = {"zh": "数据库暂时不可用", "en": "The database is not available just now"}


@pytest.mark.parametrize("how", ["refuse", "swallow"])
def test_every_address_says_so_and_works_again(site: Site, how: str) -> None:
    before = {path: site.ask(path).status for path in (*PROGRAMS, *PEOPLE, *WITHOUT)}
    assert 503 not in before.values() and 500 not in before.values(), before
    getattr(site.proxy, how)()
    for language, said in SAID.items():
        for path in PROGRAMS:
            answer = site.ask(path, Accept_Language=language)
            assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json"), path
            assert json.loads(answer.text)["title"] == said
            assert int(answer.headers["Retry-After"]) > 0
        for path in PEOPLE:
            answer = site.ask(path, Accept_Language=language, Accept="text/html")
            assert (answer.status, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8"), path
            assert said in answer.text, path
            assert 'http-equiv="refresh"' in answer.text and int(answer.headers["Retry-After"]) > 0
    for path in WITHOUT:
        if before[path] == 200:
            assert site.ask(path).status == 200, path
    health = site.ask("/healthz/database")
    assert (health.status, json.loads(health.text)["title"]) == (503, SAID["zh"])
    site.proxy.restore()
    site.until_up()
    assert {path: site.ask(path).status for path in before} == before


def test_the_administration_says_so_too(site: Site) -> None:
    cookies = "sessionid=0123456789abcdef0123456789abcdef; csrftoken=" + "a" * 32
    form = f"csrfmiddlewaretoken={'a' * 32}&username=admin&password=x".encode()
    site.proxy.refuse()
    for answer in (
        site.ask("/admin/", Cookie=cookies),
        site.ask("/admin/layers/well/", Cookie=cookies),
        site.ask("/account/login", data=form, Cookie=cookies),
    ):
        assert answer.status == 503 and SAID["zh"] in answer.text


@pytest.mark.parametrize("how", ["refuse", "swallow", "cut"])
def test_many_at_once_while_it_goes(site: Site, how: str) -> None:
    """Nobody waits behind another: more requests than there are threads, begun before and after."""
    with ThreadPoolExecutor(40) as askers:
        begun = [askers.submit(site.ask, f"/api/layers/well/features?limit={i}") for i in range(1, 21)]
        getattr(site.proxy, how)()
        later = [askers.submit(site.ask, f"/api/layers/well/features?limit={i}") for i in range(21, 61)]
        answers = [each.result() for each in (*begun, *later)]
    assert {answer.status for answer in answers} <= {200, 503}
    if how != "cut":
        assert {each.result().status for each in later[20:]} == {503}
    site.proxy.restore()
    site.until_up()
    assert site.ask("/api/layers/well/features?limit=1").status == 200


def test_the_log_tells_it_once(site: Site) -> None:
    log = city.server_log(city._home() / "down")
    before = len(log.read_text())
    site.proxy.refuse()
    for _ in range(10):
        site.ask("/api/meta")
    site.proxy.restore()
    site.until_up()
    lines = log.read_text()[before:].splitlines()
    told = [line for line in lines if " shuitu.database " in line]
    assert len(told) == 2 and "does not answer" in told[0] and "is back" in told[1], told
    assert not [line for line in lines if "Traceback" in line or "django.request" in line]
