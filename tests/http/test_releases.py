"""The history of releases, from either end, and their undoing in the administration."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
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
        ("井深", "50", ""),
        ("取水许可", "P1", "P1、P2"),
        ("登记所在区划", VILLAGES[0], VILLAGES[1]),
        ("位置或边界", "116.01, 39.01", "116.02, 39.01"),
    ]
    assert changed_by(Release.objects.latest("pk"), "en")[1][0].differences[0].label == "Name"


def test_what_an_object_was() -> None:
    first, second = Release.objects.filter(dataset="well").order_by("pk")
    states = states_of("well", Well.objects.get(code="W1").pk)
    assert [(s.made_by, s.until, len(s.differences)) for s in states] == [(second, None, 5), (first, second, 0)]
    assert len(states_of("well", Well.objects.get(code="W2").pk)) == 1
    assert states_of("well", 999_999) == []


def test_its_page_shows_the_changes_and_leads_to_the_object(office: Client) -> None:
    release = Release.objects.latest("pk")
    page = office.get(f"/admin/layers/release/{release.pk}/change/").content.decode()
    well = Well.objects.get(code="W1")
    assert f"/admin/layers/well/{well.pk}/history/" in page and "新一号井" in page
    assert f"/admin/layers/release/{release.pk}/undo/" in page
    history = office.get(f"/admin/layers/well/{well.pk}/history/").content.decode()
    assert "data-states" in history and f"#{release.pk}" in history and "现状" in history


def test_it_is_undone_after_a_look(office: Client) -> None:
    release = Release.objects.latest("pk")
    address = f"/admin/layers/release/{release.pk}/undo/"
    looked = office.get(address).content.decode()
    assert 'data-count="restored">1<' in looked and Well.objects.get(code="W1").name == "新一号井"
    answer = office.post(address)
    assert answer.status_code == 302 and Well.objects.get(code="W1").name == "一号井"
    assert f"撤销第 {release.pk} 号发布" in office.get(answer["Location"]).content.decode()
    refused = office.post(address)
    assert refused.status_code == 400 and "已由第" in refused.content.decode()


def test_who_may_not_import_may_not_undo(client: Client) -> None:
    user = get_user_model().objects.create_user("looker", password="long enough for a test", is_staff=True)
    client.force_login(user)
    release = Release.objects.latest("pk")
    assert client.post(f"/admin/layers/release/{release.pk}/undo/").status_code == 403
