"""Who sees what on every channel there is: for principals of all kinds, every address of the site is asked, and what the bytes of its
answers tell of whom is what their rights allow, and all of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from layers.export import FORMATS
from layers.models import Grant
from tests import access_walk
from tests.access_walk import told
from tests.addresses import Objects, addresses, patterns, route
from tests.db.ingest_files import CITY, DISTRICT, OTHER_DISTRICT, TOWNSHIP
from tests.db.test_mvt import tile_at
from tests.factories import Point
from tests.rights_city import EAST, OBJECT, PERSONAL, SIDES, A, account, choose, make_city, shown
from tests.standing import standing
from tests.thorough import by_turn

pytestmark = pytest.mark.django_db


def city(folder: Path) -> Path:
    make_city(folder)
    return folder


world = standing(city)
SEEING = ("figures", "objects", "personal")
# By name: the posture, and the capabilities by the region that they are given for.
PRINCIPALS: dict[str, tuple[str, tuple[tuple[tuple[str, ...], str], ...]]] = {
    "anybody, all open": ("open", ()),
    "anybody, figures": ("figures", ()),
    "the west's bureau": ("figures", ((SEEING, DISTRICT),)),
    "the east's bureau, site closed": ("closed", ((SEEING, OTHER_DISTRICT),)),
    "objects of the city, persons of a village": ("closed", ((("figures", "objects"), ""), (("personal",), A))),
    "objects of the east alone": ("figures", ((("objects",), OTHER_DISTRICT),)),
    "persons without objects": ("figures", ((("personal",), ""),)),
    "two bureaux at once": ("closed", ((SEEING, DISTRICT), (SEEING, OTHER_DISTRICT))),
    "the whole city": ("closed", ((SEEING, ""),)),
    "open, and a bureau's persons": ("open", ((SEEING, OTHER_DISTRICT),)),
}


@pytest.fixture(autouse=True)
def unset(settings: Any) -> None:
    settings.OPEN_TO_ALL = ()
    settings.REPORT_WORKERS = 0


def reach_of(name: str, capability: str) -> set[str]:
    """The sides that a principal's capability holds, by a rule of its own: posture, and codes that begin the side's region."""
    posture, grants = PRINCIPALS[name]
    if posture == "open" and capability != "personal":
        return set(SIDES)
    codes = [code for capabilities, code in grants if capability in capabilities]
    return {side for side, (region, _, _) in SIDES.items() if any(region.startswith(code) for code in codes)}


def allowed(name: str) -> set[str]:
    """What of whom may be told to a principal: of persons at least who runs a plant, which everybody sees."""
    return {f"O{side}" for side in reach_of(name, "objects")} | {f"P{side}" for side in reach_of(name, "personal")}


def asked() -> Iterator[str]:
    """Every address, with the objects of both sides."""
    questions = {
        **access_walk.QUESTIONS,
        "explain": (
            *(f"region={code}&period=2019" for code in (CITY, DISTRICT, OTHER_DISTRICT, TOWNSHIP, A)),
            "unit=unassigned&period=2019",
        ),
        "search": (*(f"q={kind}{side}" for kind in (OBJECT, PERSONAL) for side in SIDES), "q=水", "q=第一水厂"),
        "ogc-items": ("", "f=html", "limit=1", "sortby=code", *(f"f={key}" for key in FORMATS)),
        "reports:preview": tuple(f"region={code}&period=2019" for code in (DISTRICT, OTHER_DISTRICT)),
    }
    objects = Objects(2)
    spots = [Point(*map(float, at.split(",")), srid=4490) for _, at, _ in SIDES.values()]
    for pattern in patterns():
        if route(pattern) not in access_walk.NOT_ASKED:
            tiles = [tile_at(spot, zoom) for spot in spots for zoom in (6, 16)]
            yield from addresses(pattern, questions, objects=objects, regions=(A, EAST), tiles=tiles)


@pytest.fixture(scope="module")
def every(world: Path) -> list[str]:
    return list(dict.fromkeys(asked()))


def without_own_words(text: str, address: str) -> str:
    for own in re.findall(rf"(?:{OBJECT}|{PERSONAL})[\w%-]*", address):
        text = text.replace(own, "")
    return text


def come(name: str) -> Client:
    """A browser of a principal."""
    posture, grants = PRINCIPALS[name]
    choose(posture)
    client = Client()
    if grants:
        client.force_login(account(name, *grants))
    return client


# In every run, and with it the one of the others that has its turn.
USUAL = "the east's bureau, site closed"


@pytest.mark.parametrize("name", [USUAL, *by_turn([name for name in PRINCIPALS if name != USUAL])])
def test_every_answer_tells_of_whom_its_asker_may_see_and_of_nobody_else(name: str, every: list[str]) -> None:
    client, may = come(name), allowed(name)
    seen: set[str] = set()
    for address in every:
        status, text = told(client, address)
        assert status in (200, 204, 302, 400, 401, 403, 404), (status, address, text[-2000:])
        tells = shown(without_own_words(text, address))
        assert tells <= may, (address, tells - may)
        seen |= tells
    assert seen == may, "what may be seen is nowhere"
    assert len(every) > 500, "the walk has lost its way"


@pytest.mark.parametrize("name", PRINCIPALS)
def test_lists_hold_all_that_may_be_seen_and_count_no_more(name: str, every: list[str]) -> None:
    client = come(name)
    objects, persons = reach_of(name, "objects"), reach_of(name, "objects") & reach_of(name, "personal")
    wanted = {
        "well": objects, "permit": objects, "surface_intake": objects, "self_built": objects, "supply_area": objects,
        "urban_plant": set(SIDES), "sewage_plant": set(SIDES), "meter": persons, "water_user": persons, "usage": persons,
        "holder": persons,
    }  # fmt: skip
    for layer, sides in wanted.items():
        response = client.get(f"/ogc/collections/{layer}/items?f=json&limit=1")
        if not sides:
            assert response.status_code == 404, layer
            continue
        found = response.json()
        each = 2 if layer == "usage" else 1
        assert found["numberMatched"] == each * len(sides), layer
        extent = client.get(f"/ogc/collections/{layer}?f=json").json()["extent"].get("spatial")
        if extent and layer not in ("usage", "permit", "holder"):
            west, _, east, _ = extent["bbox"][0]
            assert (west < 116.1) == ("W" in sides) and (east > 116.1) == ("E" in sides), (layer, extent)
        counts = {one["id"]: one["count"] for one in client.get("/api/layers").json()["layers"]}
        if layer in counts:
            assert counts[layer] == each * len(sides), layer


def test_figures_that_may_be_one_users_are_for_who_sees_users(world: Path, client: Client) -> None:
    """A village or a cell with a single meter tells what that meter says: to the public the township is the finest there is."""
    village, township = client.get("/api/stats?level=village&period=2019"), "/api/stats?level=township&period=2019"
    assert village.status_code == 200
    totals = {row["code"]: row["volume_l"] for row in client.get(township).json()["rows"]}
    choose("figures")
    fine = (
        "/api/stats?level=village&period=2019", "/api/stats/series?level=village", f"/api/regions/{A}", "/tiles/village.json",
        "/api/stats/cells?period=2019", "/tiles/grid_500.json", "/ogc/collections/grid_500/items", "/feeds/village.csv?period=2019",
        "/api/stats/compare?period=2019-01&versus=2019-01&level=grid_500", f"/api/stats?level=village&parent={TOWNSHIP}&period=2019",
    )  # fmt: skip
    assert {address: client.get(address).status_code for address in fine} == {
        address: 400 if "level=village" in address else 404 for address in fine
    }
    for address in (
        f"/api/explain?region={TOWNSHIP}&period=2019",
        "/api/stats/area?area=box:116,39,116.05,39.1&period=2019",
    ):
        assert client.get(address).status_code == 401, address
    assert {row["code"]: row["volume_l"] for row in client.get(township).json()["rows"]} == totals
    meta = client.get("/api/meta").json()
    assert "village" not in meta["levels"] and not {"village", "grid_500"} & {one["id"] for one in meta["layers"]}
    region = client.get(f"/api/regions/{TOWNSHIP}?period=2019").json()
    assert (region["child_level"], region["children"]) == (None, [])
    clerk = Client()
    clerk.force_login(account("clerk", (SEEING, DISTRICT)))
    assert {clerk.get(address).status_code for address in fine} == {200}


def test_nothing_is_told_without_a_log_in_where_the_site_is_closed(every: list[str], client: Client) -> None:
    choose("closed")
    open_still = set()
    for address in every:
        status, text = told(client, address)
        if status == 200:
            open_still.add(address.partition("?")[0])
        else:
            assert status in (302, 401, 400, 404), (status, address)
        assert not shown(without_own_words(text, address)), address
        assert "第一水厂" not in text, address
    assert open_still <= {
        "/healthz",
        "/healthz/database",
        "/about",
        "/shell",
        "/api/schema",
        "/api/docs",
        "/record/shuitu_witness.py",
        "/record/key",
        "/record/checkpoint",
        "/sw.js",
        "/app.webmanifest",
    }, open_still


def test_a_program_is_told_what_to_send_and_a_person_is_led_to_the_log_in(world: Path, client: Client) -> None:
    choose("closed")
    program = client.get("/ogc/collections")
    assert program.status_code == 401 and program.json()["title"] == "A log-in is needed"
    assert program["WWW-Authenticate"].startswith("Basic ") and program["Cache-Control"] == "no-store"
    script = client.get("/api/meta", headers={"Sec-Fetch-Mode": "cors"})
    assert script.status_code == 401 and script["WWW-Authenticate"].startswith("Bearer ")
    person = client.get("/feeds/?lang=en", headers={"Accept": "text/html"})
    assert person.status_code == 302 and person["Location"].endswith("?next=/feeds/%3Flang%3Den")


def test_a_right_that_is_taken_away_is_gone_at_the_next_request(world: Path) -> None:
    choose("closed")
    user = account("clerk", (SEEING, DISTRICT))
    client = Client()
    client.force_login(user)
    asked = [
        "/api/layers/well/features",
        "/ogc/collections/meter/items",
        "/feeds/well.csv",
    ]
    tile = client.get("/tiles/well.json").json()["tiles"][0]
    first = {address: told(client, address) for address in asked}
    again = {address: told(client, address, **{"If-None-Match": _tag(first[address][1])}) for address in asked}
    assert {status for status, _ in again.values()} <= {304, 204, 404}
    Grant.objects.filter(account=user).delete()
    assert {told(client, address)[0] for address in asked} == {403}
    assert {told(client, address, **{"If-None-Match": _tag(first[address][1])})[0] for address in asked} == {403}
    give_figures(user)
    assert client.get("/api/layers/well/features").status_code == 404
    assert "/tiles/well/" in tile and client.get("/tiles/well.json").status_code == 404


def give_figures(user: User) -> None:
    from tests.rights_city import give

    give(user, (("figures",), ""))


def _tag(text: str) -> str:
    found = re.search(r"'ETag': '([^']*)'", text)
    return found[1] if found else '"none"'


def test_two_of_a_class_share_what_is_kept_and_another_class_never(world: Path) -> None:
    choose("closed")
    clients = {}
    for name, district in (("a", DISTRICT), ("b", DISTRICT), ("c", OTHER_DISTRICT)):
        clients[name] = Client()
        clients[name].force_login(account(name, (SEEING, district)))
    tags = {name: client.get("/api/layers/well/features")["ETag"] for name, client in clients.items()}
    assert tags["a"] == tags["b"] != tags["c"]
    tiles = {name: json.dumps(client.get("/tiles/well.json").json()["tiles"]) for name, client in clients.items()}
    assert tiles["a"] == tiles["b"] != tiles["c"]
    assert "private" in clients["a"].get("/tiles/district.json")["Cache-Control"]


def test_whoever_is_turned_away_can_log_in(world: Path, client: Client) -> None:
    """The pages by which one comes in are open where nothing else is."""
    choose("closed")
    person = {"Accept": "text/html"}
    for address in ("/", "/feeds/", "/desktop/", "/reports/", "/audit/", "/desk/", "/admin/", "/reports/issued/"):
        turned = client.get(address, headers=person, follow=True)
        assert turned.status_code == 200 and turned.redirect_chain[-1][0].startswith("/account/login"), address
        assert len(turned.redirect_chain) <= 2, address
    assert client.get("/about", headers=person).status_code == 200


def test_the_record_tells_of_a_permit_whom_its_register_does(world: Path, client: Client) -> None:
    """Hashes and signatures are everybody's, so that anybody may be a witness of them; what an entry says is not."""
    choose("figures")
    west, east = f"/record/permit/{OBJECT}W-P1", f"/record/permit/{OBJECT}E-P1"
    assert [client.get(address).status_code for address in (west, east)] == [404, 404]
    assert client.get("/record/tile/entries/000").status_code == 401
    assert client.get("/record/key").status_code in (200, 404)
    clerk = Client()
    clerk.force_login(account("clerk", (SEEING, DISTRICT)))
    assert clerk.get("/record/tile/entries/000").status_code == 403
    assert [clerk.get(address).status_code for address in (west, east)] == [200, 404]


def test_a_token_sees_no_more_than_its_scope_and_its_account(world: Path, client: Client) -> None:
    from geoapp.accounts import tokens

    choose("closed")
    user = account("clerk", (SEEING, DISTRICT))

    def asked(address: str, *scope: str) -> Any:
        _, secret = tokens.make(user, "desktop", scope, 30)
        return client.get(address, headers={"Authorization": f"Bearer {secret}"})

    assert asked("/api/stats?level=district&period=2019", "figures").status_code == 200
    assert asked("/api/layers/well/features", "figures").status_code == 404
    wells = asked("/api/layers/well/features", "figures", "objects")
    assert shown(wells.content.decode()) == {"OW"} and wells["Cache-Control"] == "no-cache"
    assert shown(asked("/ogc/collections/well/items", *SEEING).content.decode()) == {"OW", "PW"}
    assert asked("/ogc/collections/meter/items", "figures", "objects").status_code == 404
    assert asked("/api/stats?period=2019", "objects").status_code == 403  # figures come before all else
    Grant.objects.all().delete()
    assert asked("/ogc/collections/well/items", *SEEING).status_code == 403
