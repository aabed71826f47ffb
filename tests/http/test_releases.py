"""The history of releases, from either end, and their undoing in the administration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from layers.history.read import changed_by, states_of
from layers.models import Release, Well
from tests.db.ingest_files import VILLAGES, csv, load, small_city

pytestmark = pytest.mark.django_db
HEAD = "code,name,use,metering,depth_m,region,lon,lat,permits\n"


@pytest.fixture(autouse=True)
def _wells(tmp_path: Path) -> None:
    small_city(tmp_path)
    load("permit", csv(tmp_path / "p.csv", "code,permitted_m3_per_year\nP1,5\nP2,6"))
    row = f"一号井,irrigation,none,50,{VILLAGES[0]},116.01,39.01,P1"
    load("well", csv(tmp_path / "a.csv", f"{HEAD}W1,{row}\nW2,{row}"))
    row = f"新一号井,irrigation,none,,{VILLAGES[1]},116.02,39.01,P1;P2"
    load("well", csv(tmp_path / "b.csv", f"{HEAD}W1,{row}"))


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("office", password="long enough for a test"))
    return client


def test_what_a_release_changed_in_words() -> None:
    count, changed = changed_by(Release.objects.latest("pk"))
    assert count == 1 and changed[0].code == "W1"
    assert [(d.label, d.before, d.after) for d in changed[0].differences] == [
        ("名称", "一号井", "新一号井"),
        ("井深", "50 m", ""),
        ("取水许可", "P1", "P1、P2"),
        ("登记所在区划", VILLAGES[0], VILLAGES[1]),
        ("位置", "116.01, 39.01", "116.02, 39.01"),
    ]
    assert changed_by(Release.objects.latest("pk"), "en")[1][0].differences[0].label == "Name"


def test_what_an_object_was() -> None:
    first, second = Release.objects.filter(dataset="well").order_by("pk")
    states = states_of("well", Well.objects.get(code="W1").pk)
    assert [(s.made_by, s.until, len(s.differences)) for s in states] == [(second, None, 5), (first, second, 0)]
    assert len(states_of("well", Well.objects.get(code="W2").pk)) == 1
    assert states_of("well", 999_999) == []


@pytest.mark.parametrize(("lang", "words"), [("", ("新一号井", "井深", "50 m", "登记所在区划", "撤销这次发布")), ("?lang=en", ("Depth", "50 m", "Take it back", "Name", "Old → new"))])  # fmt: skip
def test_its_page_shows_the_changes_and_leads_to_the_object(office: Client, lang: str, words: tuple[str, ...]) -> None:
    release, well = Release.objects.latest("pk"), Well.objects.get(code="W1")
    page = office.get(f"/desk/releases/{release.pk}/{lang}").content.decode()
    assert all(word in page for word in words)
    assert "depth_m" not in re.sub(r"<section><h2>.*?</section>", "", page, flags=re.DOTALL), (
        "but as the heading in the file"
    )
    assert f"/desk/history/well/{well.pk}/{lang}" in page and f"/desk/releases/{release.pk}/undo/{lang}" in page
    if lang:
        assert not re.search(
            "[\u4e00-\u9fff]",
            _without(page.partition('<section id="faults">')[0], "新一号井", "一号井", "中文", "机井", "水图"),
        ), "all that is ours is English"
    history = office.get(f"/desk/history/well/{well.pk}/{lang}").content.decode()
    assert "data-states" in history and (">now<" if lang else "现状") in history and "50 m" in history


def _without(page: str, *names: str) -> str:
    for name in names:
        page = page.replace(name, "")
    return page


def test_the_administration_leads_to_the_desk(office: Client) -> None:
    release, well = Release.objects.latest("pk"), Well.objects.get(code="W1")
    assert office.get(f"/admin/layers/release/{release.pk}/change/")["Location"] == f"/desk/releases/{release.pk}/"
    assert office.get(f"/admin/layers/release/{release.pk}/undo/")["Location"] == f"/desk/releases/{release.pk}/undo/"
    assert f"/desk/history/well/{well.pk}/" in office.get(f"/admin/layers/well/{well.pk}/history/").content.decode()
    assert f"/desk/releases/{release.pk}/" in office.get("/desk/releases/?target=well").content.decode()
    assert f"/desk/releases/{release.pk}/" not in office.get("/desk/releases/?target=usage").content.decode()


@pytest.mark.parametrize("lang", ["", "?lang=en"])
def test_it_is_undone_after_a_look(office: Client, lang: str) -> None:
    release = Release.objects.latest("pk")
    address = f"/desk/releases/{release.pk}/undo/{lang}"
    looked = office.get(address).content.decode()
    assert 'data-count="restored">1<' in looked and Well.objects.get(code="W1").name == "新一号井"
    answer = office.post(address)
    assert answer.status_code == 302 and Well.objects.get(code="W1").name == "一号井"
    taken = f"Release {release.pk} taken back" if lang else f"撤销第 {release.pk} 号发布"
    assert taken in office.get(answer["Location"]).content.decode()
    refused = office.post(address)
    assert (
        refused.status_code == 400 and ("has been taken back already" if lang else "已由第") in refused.content.decode()
    )


def test_divisions_that_others_lead_to_say_why_they_are_not_taken_back(office: Client) -> None:
    release = Release.objects.filter(dataset="region").latest("pk")
    assert "data-undo" in office.get(f"/desk/releases/{release.pk}/").content.decode()
    refused = office.get(f"/desk/releases/{release.pk}/undo/?lang=en")
    assert refused.status_code == 400 and "others lead to divisions that it made" in refused.content.decode()


def test_who_may_not_import_may_not_undo(client: Client) -> None:
    user = get_user_model().objects.create_user("looker", password="long enough for a test", is_staff=True)
    client.force_login(user)
    release, well = Release.objects.latest("pk"), Well.objects.get(code="W1")
    assert client.get(f"/desk/releases/{release.pk}/").status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_release"))
    assert "data-undo" not in client.get(f"/desk/releases/{release.pk}/").content.decode()
    assert client.post(f"/desk/releases/{release.pk}/undo/").status_code == 403
    assert client.get(f"/desk/history/well/{well.pk}/").status_code == 403
