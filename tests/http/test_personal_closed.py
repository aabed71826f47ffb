"""Personal data on every channel there is: closed with an authority's own data, open by the setting; in the demo: test_personal_demo.

Every address of the site is asked; one mark stands in every personal text (tests/access_city.py), and is looked for in
every byte of every answer, unpacked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from layers import access, models, registry
from tests.access_city import DEMO, LITRES, MARK, A, load, make_city
from tests.access_walk import CLOSED, TELLING, marked, told
from tests.db.ingest_files import CITY, TOWNSHIP
from tests.standing import standing

pytestmark = pytest.mark.django_db


def city(folder: Path) -> Path:
    make_city(folder)
    return folder


world = standing(city)


@pytest.fixture
def own(world: Path, db: None) -> Path:
    """An authority's own city, closed."""
    return world


@pytest.fixture(autouse=True)
def unset(settings: Any) -> None:
    settings.OPEN_TO_ALL = ()
    settings.REPORT_WORKERS = 0


def test_nothing_personal_is_in_any_answer_of_an_authoritys_own_city(client: Client, own: Path) -> None:
    found = marked(client)
    assert [address for address, tells in found.items() if tells] == []
    assert len(found) > 500, "the walk has lost its way"


def test_by_the_setting_they_are_there(client: Client, own: Path, settings: Any) -> None:
    settings.OPEN_TO_ALL = ("personal",)
    found = marked(client)
    assert [address for address in TELLING if not found[address]] == []
    assert any(tells for address, tells in found.items() if "/tiles/water_user/" in address)
    assert any(tells for address, tells in found.items() if "/collections/meter/tiles/" in address)
    assert any(tells for address, tells in found.items() if address.startswith("/ogc/tiles/WebMercatorQuad/"))


def test_demo_files_after_real_ones_open_nothing(client: Client, own: Path) -> None:
    load("meter", own, DEMO)
    assert client.get("/api/meta").json()["access"]["personal"] == "closed"


def test_why_it_is_closed_and_who_can_open_it_is_said_in_both_languages(client: Client, own: Path) -> None:
    for address in (
        "/api/layers/meter/features",
        "/feeds/usage.csv",
        "/ogc/collections/water_user",
        "/tiles/meter.json",
    ):
        response = client.get(address)
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json"), address
        detail = response.json()["detail"]
        assert "不公开" in detail
        assert "personal data" in detail
        assert "OPEN_TO_ALL=personal" in detail
        assert not set(CLOSED) & set(response.json()["allowed"])


def test_closed_layers_are_in_no_list(client: Client, own: Path) -> None:
    for address, ids in (
        ("/api/meta", lambda body: [one["id"] for one in body["layers"]]),
        ("/api/layers", lambda body: [one["id"] for one in body["layers"]]),
        ("/feeds/?f=json", lambda body: [one["id"] for one in body["feeds"]]),
        ("/ogc/collections?f=json", lambda body: [one["id"] for one in body["collections"]]),
        ("/styles/map.json", lambda body: list(body["sources"])),
        ("/ogc/tiles/WebMercatorQuad?f=json", lambda body: [one["id"] for one in body["layers"]]),
    ):
        listed = ids(client.get(address).json())
        assert listed, address
        assert not set(CLOSED) & set(listed), address
    for address in ("/ogc/api", "/desktop/", "/desktop/shuitu.qgs", "/feeds/", "/ogc/collections?f=html"):
        text = told(client, address)[1]
        for closed in ("water_user", "/meter", "usage.csv", "collections/usage"):
            assert closed not in text, (address, closed)


HIDDEN = (
    "/ogc/collections/permit/items?holder_name=x",
    "/ogc/collections/permit/items?filter=holder_name LIKE 'Q%25'",
    '/ogc/collections/permit/items?filter="holder_code" IS NULL',
    "/ogc/collections/permit/items?sortby=holder_code",
    "/ogc/collections/permit/items?properties=holder_name",
    "/ogc/collections/well/items?filter=CASEI(name) LIKE CASEI('q%25')",
    "/ogc/collections/sewage_plant/items?operator=x",
    "/feeds/permit.csv?fields=holder_name",
    "/feeds/permit.csv?filter=holder_name='x'",
    "/feeds/well.csv?name=x",
    "/api/layers/well/features?name=x",
    "/api/layers/self_built/features?name=x",
    "/api/layers/sewage_plant/features?operator=x",
    "/api/layers/well/features?fields=name",
    "/tiles/well.json?name=x",
    "/tiles/sewage_plant/6/52/24.pbf?operator=x",
)


def test_a_hidden_field_cannot_be_asked_about(client: Client, own: Path, settings: Any) -> None:
    """Else its values would leak by asking which rows have them."""
    assert {question: client.get(question).status_code for question in HIDDEN} == dict.fromkeys(HIDDEN, 400)
    settings.OPEN_TO_ALL = ("personal",)
    assert {client.get(question).status_code for question in HIDDEN} <= {200, 204}


@pytest.mark.parametrize("what", [f"region={code}" for code in (CITY, TOWNSHIP, A)])
def test_what_a_figure_is_made_of_is_summed_and_the_same_to_the_litre(
    client: Client, own: Path, settings: Any, what: str
) -> None:
    address = f"/api/explain?{what}&period=2019"
    closed = client.get(address).json()
    settings.OPEN_TO_ALL = ("personal",)
    opened = client.get(address).json()
    assert closed["volume_l"] == opened["volume_l"] == closed["parts_l"] == sum(p["volume_l"] for p in closed["parts"])
    assert {p["code"] for p in opened["parts"]} >= {f"{MARK}-M1", f"{MARK}-M2"}
    residential = [p for p in closed["parts"] if p["kind"] == "meter" and p["purpose"] == "residential"]
    assert [(p["code"], p["name"], p["count"], p["volume_l"]) for p in residential] == [
        (None, "", 2, LITRES["M1"] + LITRES["M2"])
    ]
    self_built = [p for p in closed["parts"] if p["volume_l"] == LITRES["F4"]]
    assert [(p["kind"], p["code"], p["count"]) for p in self_built] == [("facility", None, 1)]
    assert {p["code"] for p in closed["parts"] if p["kind"] == "region"} == {
        p["code"] for p in opened["parts"] if p["kind"] == "region"
    }


def test_every_cell_is_explained_to_the_litre(client: Client, own: Path) -> None:
    explained = 0
    for code in models.GridUnit.objects.filter(size=500).values_list("code", flat=True):
        answer = client.get(f"/api/explain?unit={code}&period=2019").json()
        assert answer["volume_l"] == answer["parts_l"] == sum(part["volume_l"] for part in answer["parts"])
        explained += answer["volume_l"]
    assert explained == sum(LITRES.values())


def test_parts_come_in_pages_that_add_up(client: Client, own: Path) -> None:
    pages = [client.get(f"/api/explain?region={CITY}&period=2019&limit=1&offset={n}").json() for n in range(6)]
    assert sum(part["volume_l"] for page in pages for part in page["parts"]) == pages[0]["volume_l"]
    assert pages[0]["count"] == sum(len(page["parts"]) for page in pages)


def test_search_finds_what_is_public_and_tells_no_name(client: Client, own: Path) -> None:
    found = client.get("/api/search?q=F").json()["results"]
    assert {(one["code"], one["name"]) for one in found} == {("F1", "第一水厂"), ("F3", "多福巷供水站"), ("F4", "")}
    assert client.get("/api/search?q=自建供水").json()["results"] == []
    assert client.get("/api/search?q=餐馆").json()["results"] == []


def test_counts_and_figures_stay(client: Client, own: Path, settings: Any) -> None:
    address = f"/api/regions/{CITY}?period=2019"
    closed = client.get(address).json()
    settings.OPEN_TO_ALL = ("personal",)
    opened = client.get(address).json()
    counts = [{one["layer"]: one["count"] for one in told.pop("facilities")} for told in (closed, opened)]
    assert closed == opened
    assert counts[1].pop("meter") == 3 and counts[1].pop("water_user")
    assert counts[0] == counts[1]  # of what may not be seen it is not told either how many there are
    assert closed["volume_l"] == sum(LITRES.values())


def test_permits_stay_without_their_holders(client: Client, own: Path) -> None:
    features = client.get("/ogc/collections/permit/items").json()["features"]
    assert {one["properties"]["code"] for one in features} == {"P1", "P2"}
    assert not {"holder_code", "holder_name"} & set(features[0]["properties"])
    well = client.get("/api/layers/well/features/W1").json()
    (link,) = well["links"]["permits"]
    assert (link["layer"], link["code"], link["name"]) == ("permit", "P1", "")
    assert not {"users", "meters"} & set(well["links"])
    permit = client.get("/api/layers/permit/features/P1").json()
    assert set(permit["links"]) == {"wells", "intakes", "region"}
    assert client.get("/objects/permit/P1").status_code == 200
    assert client.get("/api/layers/permit/use/P1").json()["closed"] is True


def test_a_holder_has_neither_answer_nor_page(client: Client, own: Path, settings: Any) -> None:
    addresses = [
        f"/api/layers/holder/{kind}/{MARK}-H1" for kind in ("features", "use")
    ] + [f"/objects/holder/{MARK}-H1", "/feeds/holder.csv", "/ogc/collections/holder/items"]  # fmt: skip
    assert {client.get(address).status_code for address in addresses} == {404}
    assert [one["id"] for one in client.get("/api/meta").json()["tables"]] == ["permit"]
    settings.OPEN_TO_ALL = ("personal",)
    assert {client.get(address).status_code for address in addresses} == {200}


def report(client: Client, forms: list[str]) -> dict[str, str]:
    """A report asked for and made; → the addresses of its files by form."""
    from geoapp.reports import worker

    client.post("/reports/make", {"region": "110101", "period": "2019", "formats": forms})
    worker.work(idle_s=0)
    jobs = client.get("/reports/jobs").json()["jobs"]
    return {one["form"]: one["url"] for one in jobs[0]["files"]}


def test_reports_name_nobody(client: Client, own: Path) -> None:
    files = report(client, ["pdf", "xlsx", "html", "svg"])
    assert set(files) == {"pdf", "xlsx", "html", "svg"}
    for form, address in files.items():
        status, text = told(client, address)
        assert (status, MARK in text) == (200, False), form
        assert form == "svg" or "F4" in text, "the supply is listed, without its name"


def test_reports_made_while_it_was_open_are_the_administrations_afterwards(
    client: Client, own: Path, settings: Any
) -> None:
    settings.OPEN_TO_ALL = ("personal",)
    address = report(client, ["xlsx"])["xlsx"]
    assert MARK in told(client, address)[1]
    settings.OPEN_TO_ALL = ()
    assert client.get("/reports/jobs").json()["jobs"] == []
    assert client.get(address).status_code == 404
    client.force_login(User.objects.create_superuser("chief"))
    assert len(client.get("/reports/jobs").json()["jobs"]) == 1
    assert MARK in told(client, address)[1]


def test_a_report_asked_for_while_closed_stays_so_though_it_is_made_open(
    client: Client, own: Path, settings: Any
) -> None:
    from geoapp.reports import worker
    from geoapp.reports.models import ReportJob

    client.post("/reports/make", {"region": "110101", "period": "2019", "formats": ["xlsx"]})
    settings.OPEN_TO_ALL = ("personal",)
    worker.work(idle_s=0)
    job = ReportJob.objects.get()
    assert MARK not in told(client, f"/reports/{job.pk}/xlsx")[1]


def test_staff_see_all_in_the_administration(client: Client, own: Path) -> None:
    client.force_login(User.objects.create_superuser("chief"))
    for kind in ("wateruser", "meter", "usagerecord", "abstractionholder"):
        assert MARK in told(client, f"/admin/layers/{kind}/")[1], kind


def test_an_unknown_layer_names_none_that_is_closed(client: Client, own: Path) -> None:
    for address in ("/api/layers/lake/features", "/feeds/lake.csv", "/ogc/collections/lake", "/tiles/lake.json"):
        allowed = client.get(address).json()["allowed"]
        assert "well" in allowed
        assert not set(CLOSED) & set(allowed), address


def test_a_poll_by_date_does_not_keep_what_was_open(client: Client, own: Path, settings: Any) -> None:
    settings.OPEN_TO_ALL = ("personal",)
    dated = client.get("/feeds/permit.csv")["Last-Modified"]
    settings.OPEN_TO_ALL = ()
    again = client.get("/feeds/permit.csv", headers={"if-modified-since": dated})
    assert again.status_code == 200
    assert client.get("/feeds/permit.csv", headers={"if-modified-since": again["Last-Modified"]}).status_code == 304


def test_the_posture_is_read_once_an_answer_and_kept_by_release(
    own: Path, django_assert_num_queries: Any, settings: Any
) -> None:
    access.read()
    with django_assert_num_queries(1), access.one_moment():
        assert not access.now().open
        assert access.seen(registry.layer("meter")) is None
    settings.OPEN_TO_ALL = ("personal",)
    with django_assert_num_queries(1):
        assert access.now().open
