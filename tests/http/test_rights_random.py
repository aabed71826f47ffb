"""Random principals ask random questions at every kind of address: rows, fields, counts and ETags are those that a rule of its own allows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st

from layers.access.units import reach_of_unit
from layers.export import FORMATS
from layers.reach import Reach
from tests import access_walk
from tests.addresses import Objects, addresses, patterns, route
from tests.db.test_mvt import tile_at
from tests.factories import Point
from tests.rights_city import choose
from tests.rights_questions import UNKNOWN_NAME, Question, absent, meant, principals, questions
from tests.rights_world import (
    CODES,
    EVERY,
    OF_FIGURES,
    OF_OBJECTS,
    PERSONAL,
    VILLAGES,
    Principal,
    come,
    make_world,
    marks,
)
from tests.standing import standing
from tests.thorough import WHOLE

pytestmark = pytest.mark.django_db
world = standing(make_world)
LAYERS = (*OF_FIGURES, *OF_OBJECTS)


def examples(ordinary: int, whole: int) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=whole if WHOLE else ordinary,
        deadline=None,
        derandomize=not WHOLE,  # the same ones in every ordinary run
        database=None,
        phases=[Phase.generate],  # to make a failing one smaller takes minutes of requests
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@pytest.fixture(autouse=True)
def unset(settings: Any) -> None:
    settings.OPEN_TO_ALL = ()
    settings.REPORT_WORKERS = 0


class Reader:
    """A principal's program: asks, and keeps what every answer was called."""

    def __init__(self, principal: Principal, number: int = 0) -> None:
        choose(principal.posture)
        self.principal = principal
        user, self.headers = come(principal, number)
        self.client = Client()
        if user is not None and not self.headers:
            self.client.force_login(user)

    def ask(self, asked: Question) -> Any:
        if asked.way == "search":
            return self.client.post(asked.address, asked.given(), content_type="application/json", headers=self.headers)
        return self.get(asked.address)

    def get(self, address: str, **more: str) -> Any:
        return self.client.get(address, headers=self.headers | more)


def body_of(response: Any) -> bytes:
    return response.getvalue() if response.streaming else response.content  # type: ignore[no-any-return]


def test_a_bureau_does_not_reach_into_what_is_another_bureaus(world: Path) -> None:
    """A township of the development zone lies in a district that has a bureau of its own."""
    assert reach_of_unit("110101") == Reach(("110101001",))
    assert reach_of_unit("110105") == Reach(("110101002", "110105"))
    assert reach_of_unit("110102") == Reach(("110102",))
    assert not reach_of_unit("999999")


def refusal(principal: Principal) -> int:
    """What somebody is told who may see no figures, and so nothing."""
    return 403 if principal.roles else 401


@examples(24, 3000)
@hypothesis.given(principal=principals(), every=st.lists(questions(), min_size=4, max_size=4))
def test_rows_fields_and_counts_are_those_that_are_allowed(
    world: Path, principal: Principal, every: list[Question]
) -> None:
    reader = Reader(principal)
    for asked in every:
        response = reader.ask(asked)
        told = (asked.address, asked.given(), body_of(response).decode("utf-8", "replace")[-1500:])
        if not principal.reach("figures"):
            assert response.status_code == refusal(principal), told
        elif not principal.sees_layer(asked.layer):
            assert response.status_code == 404, told
        elif missing := absent(principal, asked):
            assert response.status_code == 400, told
            if missing != {UNKNOWN_NAME}:
                _refused_as_what_is_not_there(reader, asked, missing, response)
        else:
            assert response.status_code == 200, told
            _is_told(reader, asked, response)


def _refused_as_what_is_not_there(reader: Reader, asked: Question, missing: frozenset[str], response: Any) -> None:
    """A field that may not be seen is refused in the very words of one that does not exist."""
    for name in missing - {UNKNOWN_NAME}:
        never = "x" * len(name)
        address = asked.address.replace(name, never)
        if asked.way == "search":
            given = {key.replace(name, never): text.replace(name, never) for key, text in asked.given().items()}
            other = reader.client.post(address, given, content_type="application/json", headers=reader.headers)
        else:
            other = reader.get(address)
        assert other.status_code == 400
        mine, its = (_plain(json.loads(body_of(one))) for one in (response, other))
        assert json.dumps(mine).replace(name, never) == json.dumps(its).replace(name, never), (address, mine, its)


def _plain(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name not in ("request_id", "instance")}


def _is_told(reader: Reader, asked: Question, response: Any) -> None:
    principal, wanted = reader.principal, meant(reader.principal, asked)
    body = body_of(response)
    assert marks(body.decode()) <= principal.allowed | marks(json.dumps(asked.given())), asked
    if asked.way in ("csv", "feed"):
        rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
        assert len(rows) == len(wanted), (asked.address, rows, wanted)
        return
    found = json.loads(body)
    rows = [one["properties"] for one in found["features"]]
    assert found["count" if asked.way == "api" else "numberMatched"] == len(wanted), (
        asked.address,
        asked.given(),
        wanted,
    )
    assert len(rows) == min(len(wanted), asked.limit or len(wanted))
    names = set(asked.fields) or principal.names(asked.layer)
    mine = [{name: row[name] for name in names} for row in wanted]
    told = [{name: _spoken(row[name]) for name in names} for row in rows]
    for row in told:
        assert row in mine, (asked.address, asked.given(), row)
    if asked.limit is None:
        assert sorted(map(repr, map(_sorted, told))) == sorted(map(repr, map(_sorted, mine)))
    if not asked.fields:
        hidden = {name for one in rows for name in one} & _personal(asked.layer) - principal.names(asked.layer)
        assert not hidden, (asked.address, hidden)
    if asked.order:
        _in_order(reader, asked, rows)


def _personal(layer: str) -> set[str]:
    return set(PERSONAL.get(layer, ()))


def _spoken(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _sorted(row: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(row.items())


def _in_order(reader: Reader, asked: Question, rows: list[dict[str, Any]]) -> None:
    """By what is told; what is told of others only stands among itself as if nobody had asked for an order."""
    name = asked.order.lstrip("-")
    if asked.limit is not None or (asked.fields and name not in asked.fields):
        return
    keys = [row[name] for row in rows if row[name] is not None]
    assert keys == sorted(keys, reverse=asked.order.startswith("-")), asked
    plain = Question(asked.layer, "items", asked.condition, (), asked.place, "", asked.fields)
    unsorted = [one["properties"] for one in json.loads(body_of(reader.ask(plain)))["features"]]
    assert [row for row in rows if row[name] is None] == [row for row in unsorted if row[name] is None], asked


# Every address


def asked_addresses() -> Iterator[str]:
    """Every address of the URL configuration, for objects, regions and tiles of several villages, with questions of its route."""
    some = (1, 4)
    marked = [f"QZ{kind}{n}" for kind in "OP" for n in some]
    regions = ("11", "110101", "110101002", *(VILLAGES[n] for n in some))
    questions = {
        **access_walk.QUESTIONS,
        "stats": ("period=2019", "period=2019&level=village", "period=2019&level=township", "period=2019&level=district"),
        "stats-area": ("period=2019&area=box:116,39,116.02,39.03", "period=2019&area=box:116.15,39,116.3,39.05"),
        "explain": (*(f"region={code}&period=2019" for code in regions), "unit=unassigned&period=2019"),
        "search": (*(f"q={mark}" for mark in marked), "q=QZ", "q=井", "q=持有人", "q=公司", "q=110101001 QZO"),
        "ogc-items": ("", "f=html", "limit=2", "sortby=-code", "skipGeometry=true", "resultType=hits", *(f"f={key}" for key in FORMATS)),
        "features": ("", "limit=2", "bbox=116,39,116.08,39.05", "region=110102"),
        "reports:preview": tuple(f"region={code}&period=2019" for code in ("110101", "110102")),
    }  # fmt: skip
    spots = [Point(116 + 0.05 * (n - 1) + 0.01, 39.025, srid=4490) for n in some]
    tiles = [tile_at(spot, zoom) for spot in spots for zoom in (6, 16)]
    for pattern in patterns():
        if route(pattern) not in access_walk.NOT_ASKED:
            yield from addresses(pattern, questions, objects=Objects(2), regions=regions, tiles=tiles)
    yield from (f"/record/permit/QZO{n}-P1" for n in some)


@pytest.fixture(scope="module")
def every(world: Path, django_db_blocker: Any) -> list[str]:
    with django_db_blocker.unblock():
        return list(dict.fromkeys(asked_addresses()))


class Kept:
    """What was seen under each ETag of an address, by whom."""

    def __init__(self) -> None:
        self.bodies: dict[tuple[str, str], bytes] = {}

    def take(self, address: str, response: Any, body: bytes) -> None:
        tag = response.headers.get("ETag", "")
        if response.status_code == 200 and tag and not tag.startswith("W/"):
            assert self.bodies.setdefault((address, tag), body) == body, f"one ETag of two answers: {address} {tag}"


@pytest.fixture(scope="module")
def kept() -> Kept:
    return Kept()


def own_words(address: str) -> set[str]:
    return marks(address)


@examples(8, 600)
@hypothesis.given(principal=principals(), at=st.lists(st.integers(0, 10_000), min_size=10, max_size=10, unique=True))
def test_no_answer_at_any_address_tells_of_anybody_else(
    world: Path, every: list[str], kept: Kept, principal: Principal, at: list[int]
) -> None:
    reader = Reader(principal)
    again = Reader(
        Principal(principal.posture, principal.roles[::-1], principal.scope), 1
    )  # the same rights, another account
    for address in [every[number % len(every)] for number in at]:
        status, text = access_walk.told(reader.client, address, **reader.headers)
        assert status in (200, 204, 302, 400, 401, 403, 404), (status, address, text[-1000:])
        assert marks(text) <= principal.allowed | own_words(address), (address, marks(text) - principal.allowed)
        if address.startswith("/ogc/") and address.endswith("/search"):
            continue
        mine, other = reader.get(address), again.get(address)
        bodies = body_of(mine), body_of(other)
        assert (mine.status_code, mine.headers.get("ETag")) == (other.status_code, other.headers.get("ETag")), address
        kept.take(address, mine, bodies[0])
        kept.take(address, other, bodies[1])
        if (
            principal.roles
            and mine.status_code == 200
            and _of_class(principal) != _of_class(Principal(principal.posture))
        ):
            assert "public" not in mine.headers.get("Cache-Control", "") or address in OF_NOBODY, address


OF_NOBODY = (
    "/about",
    "/shell",
    "/sw.js",
    "/app.webmanifest",
    "/record/shuitu_witness.py",
    "/record/key",
    "/record/checkpoint",
)


def _of_class(principal: Principal) -> tuple[frozenset[int], ...]:
    return tuple(principal.reach(name) for name in ("figures", "objects", "personal"))


@examples(16, 1000)
@hypothesis.given(one=principals(), two=principals(), layer=st.sampled_from(LAYERS))
def test_lists_of_layers_schemas_and_tiles_are_as_wide_as_the_rights(
    world: Path, one: Principal, two: Principal, layer: str
) -> None:
    """Counts, extents, schemas and queryables; and of two principals an ETag is the same where, and only where, the same is shown."""
    tags = {}
    for number, principal in enumerate((one, Principal(one.posture, two.roles, two.scope))):
        reader = Reader(principal, number)
        meta = reader.get("/api/layers")
        if not principal.reach("figures"):
            assert meta.status_code == refusal(principal)
            continue
        shown = {row["id"]: row for row in meta.json()["layers"]}
        collection = reader.get(f"/ogc/collections/{layer}?f=json")
        if not principal.sees_layer(layer):
            assert layer not in shown and collection.status_code == 404
            assert reader.get(f"/tiles/{layer}.json").status_code == 404
            continue
        rows = principal.rows(layer)
        if layer in shown:
            assert shown[layer]["count"] == len(rows)
        west_east = (collection.json()["extent"].get("spatial") or {"bbox": [None]})["bbox"][0]
        wanted = _extent(principal, layer)
        if wanted is not None and west_east is not None:
            assert (round(west_east[0], 3), round(west_east[2], 3)) == wanted, (layer, west_east)
        for document in ("schema", "queryables"):
            names = set(reader.get(f"/ogc/collections/{layer}/{document}?f=json").json()["properties"])
            assert names & _personal(layer) == principal.names(layer) & _personal(layer), document
        tag = reader.get(f"/ogc/collections/{layer}/items?f=json")["ETag"]
        tags[number] = (tag, sorted(map(repr, map(_sorted, rows))), _class_of(principal))
    if len(tags) == 2:
        (tag, rows, kind), (other, others, its) = tags.values()
        if rows != others:
            assert tag != other
        if kind == its:
            assert tag == other


def _extent(principal: Principal, layer: str) -> tuple[float, float] | None:
    if layer not in ("surface_intake", "urban_plant", "self_built", "sewage_plant", "water_user", "meter"):
        return None
    seen = [n for each in EVERY if each.layer == layer and principal.sees(each) for n in each.villages]
    places = [round(116 + 0.05 * (n - 1) + 0.01, 3) for n in seen]
    return (min(places), max(places)) if places else None


def _class_of(principal: Principal) -> tuple[tuple[str, ...], ...]:
    """What is shown, told by the codes of the divisions that the rights are given for."""
    found = []
    for name in ("figures", "objects", "personal"):
        where = principal.reach(name)
        found.append(tuple(sorted(code for code in CODES if where and _covers(where, code))))
    return tuple(found)


def _covers(where: frozenset[int], code: str) -> bool:
    if code == "":
        return 0 in where
    inside = {n for n, village in VILLAGES.items() if village.startswith(code)}
    return bool(inside) and inside <= where
