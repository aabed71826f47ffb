"""Forms, lists and pages of the administration and the desk: they tell of whom their asker may see, and nobody is linked to by number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from layers import access, models
from layers.ingest.run import Source, run
from layers.models import Release
from tests.audit_lines import Lines
from tests.db.ingest_files import DISTRICT, OTHER_DISTRICT, csv
from tests.desk_files import upload
from tests.http.admin_pages import edited, save, url
from tests.rights_city import HEADS, OBJECT, PERSONAL, SIDES, A, account, choose, give, make_city, roles, shown
from tests.standing import standing

pytestmark = pytest.mark.django_db
world = standing(lambda folder: make_city(folder) or folder)
SEEING = ("figures", "objects", "personal")
EDITS = ("figures", "objects", "edit")
CLERK = (*SEEING, "edit", "import")


@pytest.fixture(autouse=True)
def closed(world: Path, settings: Any) -> None:
    settings.OPEN_TO_ALL = ()
    choose("closed")
    roles()


def come(*grants: tuple[tuple[str, ...], str]) -> Client:
    user = account("clerk", *grants)
    access.note_staff(User.objects.all())
    user.refresh_from_db()
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, address: str, **query: Any) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def of(model: Any, code: str) -> Any:
    return model._default_manager.get(code=code)


def every(model: Any) -> str:
    return ",".join(str(pk) for pk in model._default_manager.values_list("pk", flat=True))


def test_a_form_tells_nobody_whom_a_number_in_its_address_is_of(world: Path) -> None:
    client = come((CLERK, DISTRICT))
    users, permits, holders = map(every, (models.WaterUser, models.AbstractionPermit, models.AbstractionHolder))
    asked = {
        url(models.Meter, "add"): {"users": users, "wells": every(models.Well)},
        url(models.Well, "add"): {"permits": permits},
        url(models.WaterUser, "add"): {"permits": permits, "wells": every(models.Well)},
        url(models.UsageRecord, "add"): {"meter": of(models.Meter, f"{PERSONAL}E-M1").pk},
    }
    for address, query in asked.items():
        assert shown(text(client, address, **query)) <= {"OW", "PW"}, address
    for number in holders.split(","):
        assert shown(text(client, url(models.AbstractionPermit, "add"), holder=number)) <= {"PW"}
    sent = client.post(url(models.Meter, "add"), {"users": users.split(",")}).content.decode()
    assert shown(sent) == set() or shown(sent) <= {"OW", "PW"}
    own = of(models.WaterUser, f"{PERSONAL}W-U1")
    assert f"{own.code} {own.name}" in text(client, url(models.Meter, "add"), users=own.pk)


def test_who_edits_without_personal_data_meets_nobody(world: Path) -> None:
    client = come((EDITS, DISTRICT))
    for model in (models.WaterUser, models.Meter, models.UsageRecord):
        for what in ("changelist", "add"):
            assert client.get(url(model, what)).status_code == 403, (model, what)
    holder = of(models.AbstractionHolder, f"{PERSONAL}W-H1")
    assert shown(text(client, url(models.AbstractionPermit, "add"), holder=holder.pk)) == set()
    for model, code in (
        (models.Well, "W1"), (models.AbstractionPermit, "P1"), (models.SurfaceIntake, "I1"), (models.SupplyFacility, "F4"),
        (models.SupplyArea, "-SA"),
    ):  # fmt: skip
        found = of(model, f"{OBJECT}W{code}" if code.startswith("-") else f"{OBJECT}W-{code}")
        pages = [url(model, "changelist"), *(url(model, what, found.pk) for what in ("change", "history", "delete"))]
        for address in pages:
            answer = client.get(address, follow=True)
            tells = shown(answer.content.decode())
            assert tells <= {"OW"}, (address, tells)
            if model is not models.SupplyArea or not address.endswith(
                "delete/"
            ):  # which the whole city's clerk deletes
                assert answer.status_code == 200 and tells, address
    plant = models.SewagePlant.objects.get(code="S1W")
    page = text(client, url(models.SewagePlant, "change", plant.pk))
    assert plant.name in page and "operator" not in page
    assert "第一水厂W" in text(client, url(models.SupplyFacility, "changelist"))  # a public one's name is everybody's


@pytest.mark.parametrize("query", ["name__startswith=QZP", "o=2", "q=QZPW", "q=持有人", "holder=1", "users=1"])
def test_what_is_not_told_is_not_found_or_ordered_by_either(world: Path, query: str) -> None:
    client = come((EDITS, DISTRICT))
    for model in (models.Well, models.AbstractionPermit):
        answer = client.get(f"{url(model, 'changelist')}?{query}", follow=True)
        assert not (query.startswith("q=") and answer.context["cl"].result_count), model
        if "=" in query and query.partition("=")[0] in ("name__startswith", "holder", "users"):
            assert answer.status_code == 400 or answer.redirect_chain, (model, answer.status_code)
    ask = {"app_label": "layers", "model_name": "meter", "field_name": "wells", "term": "QZPW"}
    assert client.get("/admin/autocomplete/", ask).json()["results"] == []


def test_names_are_told_where_their_right_reaches_and_nowhere_else(world: Path) -> None:
    client = come((EDITS, ""), (("personal",), OTHER_DISTRICT))
    page = text(client, url(models.Well, "changelist"))
    assert shown(page) == {"OW", "OE", "PE"}
    assert shown(text(client, url(models.Meter, "changelist"))) == {"PE"}
    west, east = of(models.Well, f"{OBJECT}W-W1"), of(models.Well, f"{OBJECT}E-W1")
    assert shown(text(client, url(models.Well, "change", west.pk))) == {"OW"}
    assert "PE" in shown(text(client, url(models.Well, "change", east.pk)))
    found = client.get(url(models.Well, "changelist"), {"q": "QZP"}).context["cl"].result_list
    assert [one.code for one in found] == [east.code]
    client.post(url(models.Well, "change", west.pk), edited(client, west, depth_m="61"))
    west.refresh_from_db()
    assert (west.depth_m, west.name) == (61, f"{PERSONAL}W 的井")  # what was not told is as it was


def test_links_to_others_stay_and_none_is_made(world: Path) -> None:
    client = come((CLERK, DISTRICT))
    own, theirs = of(models.Well, f"{OBJECT}W-W1"), of(models.AbstractionPermit, f"{OBJECT}E-P1")
    mine = of(models.AbstractionPermit, f"{OBJECT}W-P1")
    refused = save(client, own, permits=[mine.pk, theirs.pk])
    assert "permits" in refused.context["adminform"].form.errors
    assert theirs.code not in refused.content.decode()
    assert list(own.permits.all()) == [mine]
    meter, other = of(models.Meter, f"{PERSONAL}W-M1"), of(models.WaterUser, f"{PERSONAL}E-U1")
    meter.users.add(other)
    page = text(client, url(models.Meter, "change", meter.pk))
    assert "另有 1 项" in page and shown(page) <= {"OW", "PW"}
    newest = Release.objects.latest("pk")
    save(client, meter)
    assert Release.objects.latest("pk") == newest, "nothing was changed"
    save(client, meter, purpose=2)
    meter.refresh_from_db()
    assert meter.purpose == 2 and set(meter.users.values_list("code", flat=True)) == {
        other.code,
        f"{PERSONAL}W-U1",
    }
    save(client, meter, users=[])
    assert list(meter.users.all()) == [other]


@pytest.mark.parametrize(("may", "code"), [((CLERK), ""), (EDITS, DISTRICT)])
def test_deleting_counts_what_is_in_the_way_and_names_nobody(world: Path, may: tuple[str, ...], code: str) -> None:
    client = come((may, code))
    facility = of(models.SupplyFacility, f"{OBJECT}W-F4")
    page = text(client, url(models.SupplyFacility, "delete", facility.pk))
    action = {"action": "delete_selected", "_selected_action": [facility.pk]}
    many = client.post(url(models.SupplyFacility, "changelist"), action).content.decode()
    for told_there in (page, many):
        assert "用水记录" in told_there and "16016" not in told_there and f"{OBJECT}W-SA" not in told_there
        assert ("用水记录 × 1" in told_there) == (code == "")  # who may not delete them is told that
    assert shown(many) == set()


def test_what_is_written_down_of_a_change_is_a_code(world: Path) -> None:
    client = come((CLERK, DISTRICT))
    well = of(models.Well, f"{OBJECT}W-W1")
    save(client, well, depth_m="62")
    assert Release.objects.latest("pk").report["admin"]["objects"] == [well.code]
    recent = text(client, "/admin/")
    assert well.code in recent and well.name not in recent


def test_reads_of_personal_fields_in_the_administration_are_in_the_audit(world: Path) -> None:
    client = come((CLERK, DISTRICT))
    well, permit = of(models.Well, f"{OBJECT}W-W1"), of(models.AbstractionPermit, f"{OBJECT}W-P1")
    ask = {"app_label": "layers", "model_name": "meter", "field_name": "users", "term": ""}
    lines = Lines()
    for address, object_, rows in (
        (url(models.Meter, "changelist"), "meter", 1), (url(models.Well, "change", well.pk), "well", 1),
        (url(models.AbstractionPermit, "history", permit.pk), "permit", 1),
    ):  # fmt: skip
        text(client, address)
        line = lines.one("personal_read")
        assert (line.account, line.object, line.rows) == ("clerk", object_, rows)
    assert client.get("/admin/autocomplete/", ask).status_code == 200
    assert lines.one("personal_read").object == "water_user"
    text(client, url(models.WaterBody, "changelist"))
    assert lines.new("personal_read") == []


def test_no_line_is_written_of_who_is_told_nobody(world: Path) -> None:
    client = come((EDITS, DISTRICT))
    lines = Lines()
    text(client, url(models.Well, "changelist"))
    assert lines.new("personal_read") == []


def renamed(folder: Path, side: str, actor: str) -> Release:
    """A release that gives the user and the well of a side another name."""
    where, at, _ = SIDES[side]
    o, p = f"{OBJECT}{side}", f"{PERSONAL}{side}"
    lines = {
        "water_user": f"{p}-U1,{p} 新用水户,自来水集团,A01,{where},{o}-P1,{o}-W1,{at}",
        "well": f"{o}-W1,{p} 新井,农业,水表,70,{where},{o}-P1,{at}",
    }
    for target, line in lines.items():
        path = csv(folder / f"renamed-{target}.csv", f"{HEADS[target]}\n{line}")
        assert run(target, Source(path), commit=True, actor=actor).changed == 1
    return Release.objects.latest("pk")


def test_what_a_release_changed_is_told_by_the_right_to_personal_data_there(world: Path, tmp_path: Path) -> None:
    wells = [renamed(tmp_path, side, "somebody") for side in SIDES]
    client = come(((*EDITS, "import"), ""), (("personal",), OTHER_DISTRICT))
    lines = Lines()
    pages = [text(client, f"/desk/releases/{one.pk}/") for one in wells]
    assert [shown(page) for page in pages] == [{"OW"}, {"OE", "PE"}]
    assert "（不公开）" in pages[0] and "70 m" in pages[0] and "（不公开）" not in pages[1]
    assert lines.one("personal_read").object == "well"
    users = [Release.objects.get(pk=one.pk - 1) for one in wells]
    assert [shown(text(client, f"/desk/releases/{one.pk}/")) for one in users] == [set(), {"PE"}]
    for model, code, status, tells in (
        (models.Well, f"{OBJECT}W-W1", 200, {"OW"}), (models.Well, f"{OBJECT}E-W1", 200, {"OE", "PE"}),
        (models.WaterUser, f"{PERSONAL}W-U1", 404, set()), (models.WaterUser, f"{PERSONAL}E-U1", 200, {"PE"}),
    ):  # fmt: skip
        found = of(model, code)
        dataset = "well" if model is models.Well else "water_user"
        answer = client.get(f"/desk/history/{dataset}/{found.pk}/")
        assert (answer.status_code, shown(answer.content.decode()) - {"OE"}) == (status, tells - {"OE"}), code
    assert {line.object for line in lines.new("personal_read")} == {"water_user"}  # of wells it was said already
    undo = client.get(f"/desk/releases/{users[0].pk - 1}/undo/").content.decode()
    assert shown(undo) <= {"OW", "OE", "PE"}


def test_a_clerk_reads_of_own_releases_all_that_they_did_where_the_right_reaches(world: Path, tmp_path: Path) -> None:
    release = renamed(tmp_path, "W", "clerk")
    client = come((CLERK, DISTRICT))
    assert shown(text(client, f"/desk/releases/{release.pk}/")) == {"OW", "PW"}
    models.Grant.objects.all().delete()
    user = User.objects.get(username="clerk")
    give(user, ((*EDITS, "import"), DISTRICT))
    assert shown(text(client, f"/desk/releases/{release.pk}/")) == {"OW"}


def test_what_a_file_would_change_tells_no_old_value_that_is_not_told(world: Path, settings: Any) -> None:
    """Without the right, a file with a wrong name would bring the right one to light, without being imported."""
    settings.IMPORT_WORKERS = 0
    file = f"{HEADS['well']}\n{OBJECT}W-W1,瞎填,农业,水表,71,{A},{OBJECT}W-P1,{SIDES['W'][1]}"
    for may, told_there in ((EDITS, {"OW"}), ((*EDITS, "personal"), {"OW", "PW"})):
        User.objects.filter(username="clerk").delete()
        client = come(((*may, "import"), DISTRICT))
        page = text(client, upload(client, file))
        assert shown(page) == told_there and "瞎填" in page and "71" in page
        assert ("（不公开）" in page) == ("personal" not in may)
