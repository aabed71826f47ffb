"""Whatever is asked wrongly is answered with a whole problem body: 400 or 404, never 500, never an empty 200."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.test import Client

from layers import db
from layers.errors import (
    BadParameter,
    Busy,
    NeedsLogin,
    NotAllowed,
    NotFound,
    ShuituError,
    TooLarge,
    TooSlow,
    WrongForm,
)
from layers.http.problems import STATUS
from tests import factories as make
from tests.factories import A, Grid
from tests.standing import standing

pytestmark = pytest.mark.django_db
TELLTALES = ("psycopg", "SELECT", "relation", "syntax error", "Traceback", "layers_", "django")


def make_city() -> Grid:
    found = make.make_grid()
    make.UsageFactory(region=found[A])
    make.WellFactory(code="W1")
    found.settle()
    return found


world = standing(lambda folder: make_city())


@pytest.fixture(autouse=True)
def grid(world: Grid, db: None) -> Grid:
    return deepcopy(world)


def problem(client: Client, url: str, status: int) -> dict[str, Any]:
    """The problem body of an answer, complete and free of what is inside the house."""
    response = client.get(url)
    assert response.status_code == status, (url, response.content[:300])
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (
        {"type", "title", "status", "detail"}
        <= set(body)
        <= {"type", "title", "status", "detail", "param", "allowed", "request_id"}
    )
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    text = response.content.decode()
    assert not [word for word in TELLTALES if word in text]
    return body


F, S, R, T = "/api/layers/well/features", "/api/stats", "/api/regions/11", "/tiles/well"


@pytest.mark.parametrize(
    ("url", "status", "param"),
    [
        ("/api/layers/lake/features", 404, "layer"),
        ("/api/layers/lake/features/W1", 404, "layer"),
        ("/tiles/lake.json", 404, "layer"),
        ("/tiles/lake/10/0/0.pbf", 404, "layer"),
        ("/tiles/lake/v1/10/0/0.pbf", 404, "layer"),
        ("/styles/lake.json", 404, "layer"),
        (f"{F}/W999", 404, "code"),
        (f"{F}?bbox=1,2,3", 400, "bbox"),
        (f"{F}?bbox=116,40,115,41", 400, "bbox"),
        (f"{F}?bbox=39.9,116.3,40.1,116.5", 400, "bbox"),
        (f"{F}?bbox=a,b,c,d", 400, "bbox"),
        (f"{F}?region=110199", 404, "region"),
        (f"{F}?region=haidian", 400, "region"),
        (f"{F}?use=drinking", 400, "use"),
        (f"{F}?depth_m=deep", 400, "depth_m"),
        (f"{F}?colour=blue", 400, "colour"),
        (f"{F}?kind=urban_plant", 400, "kind"),
        (f"{F}?period=2019", 400, "period"),
        (f"{F}?fields=code,secret", 400, "fields"),
        (f"{F}?limit=0", 400, "limit"),
        (f"{F}?limit=10001", 400, "limit"),
        (f"{F}?limit=many", 400, "limit"),
        (f"{F}?offset=-1", 400, "offset"),
        (f"{F}?use=supply&use=irrigation", 400, "use"),
        ("/api/layers/village/features?period=2018", 404, "period"),
        ("/api/layers/village/features?period=soon", 400, "period"),
        (S, 400, "period"),
        (f"{S}?period=", 400, "period"),
        (f"{S}?period=2018", 404, "period"),
        (f"{S}?period=2019-13", 400, "period"),
        (f"{S}?period=2019-06..2019-01", 400, "period"),
        (f"{S}?period=2019&level=street", 400, "level"),
        (f"{S}?period=2019&parent=110199", 404, "region"),
        (f"{S}?period=2019&parent=x", 400, "parent"),
        (f"{S}?period=2019&source=sea", 400, "source"),
        (f"{S}?period=2019&purpose=fun", 400, "purpose"),
        (f"{S}?period=2019&resident=maybe", 400, "resident"),
        (f"{S}?period=2019&resident=yes&purpose=industrial", 400, "resident"),
        (f"{S}?period=2019&versus=tomorrow", 400, "versus"),
        (f"{S}?period=2019&measure=mood", 400, "measure"),
        (f"{S}?period=2019&method=magic", 400, "method"),
        (f"{S}?period=2019&k=1", 400, "k"),
        (f"{S}?period=2019&k=10", 400, "k"),
        (f"{S}?period=2019&perod=2019", 400, "perod"),
        (f"{S}?period=2019&period=2019", 400, "period"),
        (f"{S}/series?from=2019-01", 400, "from"),
        (f"{S}/series?period=2018", 404, "period"),
        ("/api/regions/110199", 404, "code"),
        ("/api/regions/haidian", 400, "code"),
        (f"{R}?period=1800", 400, "period"),
        (f"{R}?measure=volume", 400, "measure"),
        ("/api/search", 400, "q"),
        ("/api/search?q=", 400, "q"),
        ("/api/search?q=%20%20", 400, "q"),
        (f"/api/search?q={'a' * 61}", 400, "q"),
        ("/api/search?q=a&limit=101", 400, "limit"),
        ("/api/meta?x=1", 400, "x"),
        ("/api/layers?x=1", 400, "x"),
        (f"{T}/4/0/0.pbf", 404, "z"),
        (f"{T}/17/0/0.pbf", 404, "z"),
        (f"{T}/99999999999999999999/0/0.pbf", 404, "z"),
        (f"{T}/5/32/0.pbf", 404, "x"),
        (f"{T}/5/0/32.pbf", 404, "y"),
        (f"{T}/5/0/0.pbf?colour=blue", 400, "colour"),
        (f"{T}/5/0/0.pbf?use=drinking", 400, "use"),
        (f"{T}/5/0/0.pbf?use=supply&use=supply", 400, "use"),
        (f"{T}/5/0/0.pbf?region=110199", 404, "region"),
        (f"{T}/5/0/0.pbf?period=2019", 400, "period"),
        ("/tiles/village/10/0/0.pbf?period=2018", 404, "period"),
        ("/tiles/village/10/0/0.pbf?period=soon", 400, "period"),
        ("/tiles/well.json?colour=blue", 400, "colour"),
        ("/tiles/well.json?use=drinking", 400, "use"),
        ("/tiles/well.json?region=110199", 404, "region"),
        ("/tiles/village.json?period=2018", 404, "period"),
        ("/styles/well.json?x=1", 400, "x"),
        ("/styles/map.json?x=1", 400, "x"),
    ],
)
def test_what_is_wrong_is_said(client: Client, url: str, status: int, param: str) -> None:
    body = problem(client, url, status)
    assert body["param"] == param


@pytest.mark.parametrize(
    ("url", "status", "word"),
    [
        ("/api/layers/lake/features", 404, "well"),
        (f"{F}?colour=blue", 400, "depth_m"),
        (f"{F}?use=drinking", 400, "irrigation"),
        (f"{F}?fields=secret", 400, "depth_m"),
        (f"{F}?limit=0", 400, "1..10000"),
        (f"{S}?period=2018", 404, "2019-01..2019-01"),
        (f"{S}?period=soon", 400, "2019-Q3"),
        (f"{S}?period=2019&source=sea", 400, "new_water"),
        (f"{S}?period=2019&level=street", 400, "township"),
        (f"{T}/4/0/0.pbf", 404, "5..16"),
        (f"{T}/5/32/0.pbf", 404, "0..31"),
        ("/tiles/village.json?period=2018", 404, "2019-01..2019-01"),
    ],
)
def test_what_is_allowed_is_said(client: Client, url: str, status: int, word: str) -> None:
    assert word in problem(client, url, status)["allowed"]


@pytest.mark.parametrize(
    "url",
    [
        f"{T}/-1/0/0.pbf",
        f"{T}/5/-1/0.pbf",
        f"{T}/5/0/1.5.pbf",
        f"{T}/a/b/c.pbf",
        f"{T}/5/0/0.png",
        f"{T}/v/5/0/0.pbf",
        f"{T}/5/0.pbf",
        "/api/nothing",
        "/api/regions/",
        "/api/layers/well",
        "/styles/",
    ],
)
def test_addresses_that_are_not_there(client: Client, url: str) -> None:
    problem(client, url, 404)


NASTY = ["\x00", "a\x00b", "'; DROP TABLE wells; --", "%", "_", "\\", "\ud7ff", "💧" * 20, "1e400", "9" * 50,
         "null,null", "..", ",,,", "-0", "NaN", "\n", "１１", "%s", "{}"]  # fmt: skip


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_no_text_whatever_makes_a_fault(client: Client, text: str) -> None:
    """Every parameter of every kind of question with every nasty text: answered or refused, and never a 500."""
    asked = quote(text)
    client.raise_request_exception = False
    urls = [f"{F}/{asked}", f"/api/regions/{asked}", f"/api/layers/{asked}/features", f"/tiles/{asked}.json"]
    urls += [
        f"{base}{name}={asked}"
        for base, names in (
            (f"{F}?", ("bbox", "region", "code", "name", "use", "depth_m", "year_built", "fields", "limit", "offset")),
            (f"{S}?period=2019&", ("level", "parent", "source", "purpose", "resident", "versus", "measure", "k")),
            (f"{S}?", ("period",)),
            (f"{S}/series?", ("period", "level", "parent")),
            (f"{R}?", ("period", "versus", "source")),
            ("/api/search?", ("q",)),
            (f"{T}/14/13471/6213.pbf?", ("name", "code", "depth_m", "year_built", "bbox", "region")),
            ("/tiles/well.json?", ("name", "depth_m", "bbox")),
            ("/api/layers/village/features?", ("period", "source", "name")),
        )
        for name in names
    ]
    for url in urls:
        response = client.get(url)
        assert response.status_code in (200, 204, 304, 400, 404), (url, response.status_code)
        if response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json", url
            assert not [word for word in TELLTALES if word in response.content.decode()]


@pytest.mark.parametrize(
    "url", ["/api/meta", F, f"{S}?period=2019", "/tiles/well.json", f"{T}/5/26/12.pbf", "/styles/map.json"]
)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written_here(client: Client, url: str, method: str) -> None:
    response = getattr(client, method)(url)
    assert response.status_code == 405
    assert "GET" in response["Allow"]


@pytest.mark.parametrize(
    "url", ["/api/meta", F, f"{S}?period=2019", "/tiles/well.json", f"{T}/5/26/12.pbf", "/styles/map.json"]
)
def test_a_head_is_a_get_without_its_body(client: Client, url: str) -> None:
    got, head = client.get(url), client.head(url)
    assert head.status_code == got.status_code == 200
    assert head.content == b""
    assert head["ETag"] == got["ETag"]


def test_every_error_has_its_status() -> None:
    assert {
        BadParameter: 400,
        NeedsLogin: 401,
        NotAllowed: 403,
        NotFound: 404,
        TooLarge: 413,
        WrongForm: 415,
        TooSlow: 503,
        Busy: 503,
    } == STATUS
    ours = {error for error in ShuituError.__subclasses__() if error.__module__ == ShuituError.__module__}
    assert set(STATUS) == ours


def slow(*args: Any, **kwargs: Any) -> Any:
    """Cut off by the database itself, as the statement timeout of a web process does it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '20ms'")
        cursor.execute("SELECT pg_sleep(5)")


@pytest.mark.parametrize(
    ("url", "where"),
    [
        (F, "layers.feeds.features.feature_list"),  # by the ORM
        (f"{S}?period=2019", "layers.stats.query.available_months"),
        ("/api/search?q=a", "layers.feeds.views.find"),
    ],
)
def test_a_question_that_takes_too_long_is_answered_so(
    client: Client, monkeypatch: pytest.MonkeyPatch, url: str, where: str
) -> None:
    monkeypatch.setattr(where, slow)
    body = problem(client, url, 503)
    assert "shorter" in body["detail"]


def test_a_statement_of_our_own_is_cut_off_too() -> None:
    with pytest.raises(TooSlow), transaction.atomic():
        db.rows(db.Query("SELECT set_config('statement_timeout', '20ms', true)"))
        db.rows(db.Query("SELECT pg_sleep(5)"))


def test_a_fault_of_ours_tells_nothing_of_the_house(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("SELECT secret FROM layers_well")

    monkeypatch.setattr("layers.feeds.views.find", fail)
    client.raise_request_exception = False
    problem(client, "/api/search?q=a", 500)


def test_a_person_gets_a_page_and_no_problem_body(client: Client) -> None:
    response = client.get("/nothing-here")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_another_fault_of_the_database_is_not_called_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="no_such_table"):
        db.rows(db.Query("SELECT * FROM no_such_table"))
