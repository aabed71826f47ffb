"""Personal data of a made-up city are open on every channel, and closed by whatever makes it somebody's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from layers import models, registry, vocab
from layers.versions import as_of
from tests.access_city import DEMO, MARK, load, make_city
from tests.access_walk import TELLING, marked, told, without_own_words
from tests.desk_files import commit, upload
from tests.standing import standing

pytestmark = pytest.mark.django_db


def city(folder: Path) -> Path:
    make_city(folder, DEMO)
    return folder


world = standing(city)


@pytest.fixture
def demo(world: Path, db: None) -> Path:
    """The city, made by the demo."""
    return world


@pytest.fixture(autouse=True)
def unset(settings: Any) -> None:
    settings.OPEN_TO_ALL = ()
    settings.REPORT_WORKERS = 0


def test_the_demo_is_open_and_the_first_real_file_closes_it_with_nothing_left_of_before(
    client: Client, demo: Path
) -> None:
    held: dict[str, str] = {}
    before = marked(client, held)
    assert [address for address in TELLING if not before[address]] == []
    stamps = {layer.id: as_of(layer.datasets()).stamp for layer in registry.LAYERS}
    assert client.get("/api/meta").json()["access"]["why"]["code"] == "synthetic"

    load("water_user", demo)  # unchanged, but an authority's: whose rows these are, nobody can tell any more

    for address in (address for address, tells in before.items() if tells):
        tag = held[address]
        status, text = told(client, address, if_none_match=tag)
        assert status in (200, 204, 404), (status, address)
        assert MARK not in without_own_words(text, address), address
    assert all(as_of(layer.datasets()).stamp != stamps[layer.id] for layer in registry.LAYERS), "all addresses are new"


@pytest.mark.parametrize("target", ["permit", "well", "facility", "meter", "usage"])
def test_a_real_file_of_any_dataset_with_something_personal_closes(client: Client, demo: Path, target: str) -> None:
    load(target, demo)
    told_by = client.get("/api/meta").json()["access"]
    assert (told_by["personal"], told_by["why"]["code"]) == ("closed", "own_data")
    assert client.get("/api/layers/meter/features").status_code == 404


def test_an_import_that_comes_while_an_answer_is_made_closes_it_too(
    client: Client, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The layer was found open, then a real file came: what is sent is asked for anew."""
    from layers.feeds import features

    make = features.feature_list

    def with_an_import(*args: Any) -> Any:
        monkeypatch.setattr(features, "feature_list", make)
        load("water_user", demo)
        return make(*args)

    monkeypatch.setattr(features, "feature_list", with_an_import)
    assert client.get("/api/layers/water_user/features").status_code == 404


def test_the_import_page_says_that_the_first_real_file_closes(client: Client, demo: Path) -> None:
    client.force_login(User.objects.create_superuser("chief"))
    page = upload(client, (demo / "water_user.csv").read_bytes(), "用水户.csv", "water_user")
    assert 'data-personal="open"' in client.get(page).content.decode()
    said = commit(client, page).content.decode()
    assert "从这次导入起，有真实数据" in said
    assert 'data-personal="closed"' in said


def change_of(user: models.WaterUser, **given: Any) -> dict[str, Any]:
    """The form of a user as the page sends it."""
    return {
        "code": user.code, "name": user.name, "source": user.source, "industry": user.industry,
        "geom_0": "", "geom_1": "", "position_quality": vocab.SYNTHETIC, "declared_region": user.declared_region_id,
        **given,
    }  # fmt: skip


@pytest.mark.parametrize(("quality", "personal"), [(vocab.SYNTHETIC, "open"), (1, "closed"), ("", "closed")])
def test_a_demo_object_changed_by_hand_stays_one_unless_it_is_made_real(
    client: Client, demo: Path, quality: Any, personal: str
) -> None:
    client.force_login(User.objects.create_superuser("chief"))
    user = models.WaterUser.objects.get(code=f"{MARK}-U2")
    answer = client.post(
        f"/admin/layers/wateruser/{user.pk}/change/", change_of(user, name="改名", position_quality=quality)
    )
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert Client().get("/api/meta").json()["access"]["personal"] == personal


def test_a_demo_object_deleted_by_hand_closes_nothing_and_one_added_does(client: Client, demo: Path) -> None:
    client.force_login(User.objects.create_superuser("chief"))
    meter = models.Meter.objects.get(code=f"{MARK}-M3")
    models.UsageRecord.objects.filter(meter=meter).delete()
    assert client.post(f"/admin/layers/meter/{meter.pk}/delete/", {"post": "yes"}).status_code == 302
    assert Client().get("/api/meta").json()["access"]["personal"] == "open"
    assert client.post("/admin/layers/abstractionholder/add/", {"code": "H9", "name": "张三"}).status_code == 302
    assert Client().get("/api/meta").json()["access"]["personal"] == "closed"
