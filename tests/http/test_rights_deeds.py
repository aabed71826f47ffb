"""What somebody may do where: imports and changes by hand within the regions of a role, and who gives roles to whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from layers import access
from layers.access.roles import granted
from layers.ingest.refusal import ImportRefused
from layers.ingest.run import Source, run
from layers.models import AbstractionHolder, Grant, Meter, Openness, Region, Release, Role, UsageRecord, WaterUser, Well
from layers.reach import Reach
from tests.audit_lines import INLINES, Lines
from tests.db.ingest_files import DISTRICT, OTHER_DISTRICT, csv, geojson, regions
from tests.rights_city import EAST, HEADS, OBJECT, PERSONAL, A, account, choose, give, make_city, roles
from tests.standing import standing

pytestmark = pytest.mark.django_db
world = standing(lambda folder: make_city(folder) or folder)
OWN = Reach((DISTRICT,))
CLERK = ("figures", "objects", "personal", "import", "edit", "reports")


@pytest.fixture(autouse=True)
def closed(world: Path, settings: Any) -> None:
    settings.OPEN_TO_ALL = ()
    choose("closed")
    roles()


def clerk(*codes: str, capabilities: tuple[str, ...] = CLERK) -> tuple[User, Client]:
    user = account("clerk", *((capabilities, code) for code in codes))
    access.note_staff(User.objects.all())
    user.refresh_from_db()
    client = Client()
    client.force_login(user)
    return user, client


def sent(folder: Path, target: str, *lines: str, reach: Reach = OWN, **more: Any) -> Any:
    path = csv(folder / f"sent-{target}.csv", "\n".join([HEADS[target], *lines]))
    return run(target, Source(path), commit=True, actor="clerk", reach=reach, **more)


def refused(report: Any) -> list[tuple[int, str]]:
    return [(fault.row, fault.reason) for fault in report.refusals.first(20)]


def test_a_bureaus_file_brings_its_own_wells_and_changes_those_of_nobody_else(world: Path, tmp_path: Path) -> None:
    report = sent(
        tmp_path, "well",
        f"NEW-W,井,农业,水表,50,{A},,116.025,39.05",  # its own
        f"NEW-E,井,农业,水表,50,{A},,116.15,39.05",  # declared here, and stands in the neighbour's
        f"{OBJECT}E-W1,井,农业,水表,99,{A},,116.025,39.05",  # the neighbour's, taken over
        f"NEW-D,井,农业,水表,50,{EAST},,,",  # without a position, and declared there
        f"NEW-H,井,农业,水表,50,{A},,,",  # without a position, and declared here
        f"{OBJECT}W-W1,井,农业,水表,77,{A},,116.025,39.05",  # its own, changed
    )  # fmt: skip
    assert refused(report) == [(3, "beyond_reach"), (4, "beyond_reach"), (5, "beyond_reach")]
    assert (report.new, report.changed) == (2, 1)
    depths = dict(Well.objects.values_list("code", "depth_m"))
    assert (depths[f"{OBJECT}E-W1"], depths[f"{OBJECT}W-W1"]) == (50, 77)
    assert {"NEW-W", "NEW-H"} <= set(depths) and not {"NEW-E", "NEW-D"} & set(depths)
    fault = report.refusals.first(1)[0]
    assert DISTRICT in fault.said.in_("zh") and "beyond what this account may change" in fault.said.in_("en")


def test_records_are_taken_of_ones_own_meters_and_regions_alone(world: Path, tmp_path: Path) -> None:
    report = sent(
        tmp_path, "usage",
        f"2019-02,{PERSONAL}W-M1,,,自来水集团,居民生活,5", f"2019-02,{PERSONAL}E-M1,,,自来水集团,居民生活,5",
        f"2019-02,,{OBJECT}E-F4,,自备井,工业,5", f"2019-02,,,{A},村级供水,居民生活,5", f"2019-02,,,{EAST},村级供水,居民生活,5",
    )  # fmt: skip
    # What is measured elsewhere is as unknown as what is not there; divisions are known to all.
    assert refused(report) == [(3, "unknown_reference"), (4, "unknown_reference"), (6, "beyond_reach")]
    assert UsageRecord.objects.filter(month="2019-02-01").count() == 2


def test_permits_users_and_meters_too(world: Path, tmp_path: Path) -> None:
    permits = sent(tmp_path, "permit", f"N1,,,1,,,{A}", f"N2,,,1,,,{EAST}", "N3,,,1,,,", f"{OBJECT}E-P1,,,1,,,{A}")
    assert refused(permits) == [(3, "beyond_reach"), (4, "beyond_reach"), (5, "beyond_reach")]
    users = sent(tmp_path, "water_user", f"{PERSONAL}E-U1,改名,自来水集团,A01,{A},,,116.025,39.05")
    meters = sent(tmp_path, "meter", f"{PERSONAL}E-M1,,自来水集团,自来水集团,居民生活,{A},,,116.025,39.05")
    assert refused(users) == refused(meters) == [(2, "beyond_reach")]
    assert WaterUser.objects.get(code=f"{PERSONAL}E-U1").name != "改名"
    assert Meter.objects.get(code=f"{PERSONAL}E-M1").declared_region.code == EAST


def test_a_link_brings_no_permit_of_others_into_reach(world: Path, tmp_path: Path) -> None:
    """What is somebody else's is refused as what is not there, word for word."""
    theirs, mine = f"{OBJECT}E-P1", f"{OBJECT}W-P1"
    for target, line in (
        ("well", f"NEW-1,井,农业,水表,50,{A},{{}},116.025,39.05"), ("surface_intake", f"NEW-2,口,永定河,{A},{{}},116.025,39.05"),
        ("water_user", f"NEW-3,户,自来水集团,A01,{A},{{}},,116.025,39.05"),
        ("well", f"{OBJECT}W-W1,井,农业,水表,50,{A},{mine};{{}},116.025,39.05"),
    ):  # fmt: skip
        for commit in (False, True):
            faults = {}
            for code in (theirs, "NO-SUCH"):
                path = csv(tmp_path / "links.csv", f"{HEADS[target]}\n{line.format(code)}")
                report = run(target, Source(path), commit=commit, actor="clerk", reach=OWN)
                assert report.new + report.changed == 0
                (faults[code],) = report.refusals.first(5)
            refusal, unknown = faults[theirs], faults["NO-SUCH"]
            assert (refusal.row, refusal.reason, refusal.value) == (2, "unknown_reference", theirs)
            assert (refusal.row, refusal.field, refusal.reason) == (unknown.row, unknown.field, unknown.reason)
            assert refusal.said.everywhere() == unknown.said.everywhere()
    _, client = clerk(DISTRICT)
    assert client.get(f"/api/layers/permit/features/{theirs}").status_code == 404
    assert client.get(f"/api/layers/permit/features/{mine}").status_code == 200


def test_links_to_others_that_are_there_stay(world: Path, tmp_path: Path) -> None:
    meter = Meter.objects.get(code=f"{PERSONAL}W-M1")
    meter.users.add(WaterUser.objects.get(code=f"{PERSONAL}E-U1"))
    line = f"{PERSONAL}W-M1,改名,自来水集团,自来水集团,居民生活,{A},{PERSONAL}W-U1;{PERSONAL}E-U1,{OBJECT}W-W1,116.025,39.05"
    report = sent(tmp_path, "meter", line)
    assert not report.refused and report.changed == 1
    assert set(meter.users.values_list("code", flat=True)) == {f"{PERSONAL}W-U1", f"{PERSONAL}E-U1"}


def test_a_permits_holder_is_not_learnt_or_renamed_through_a_permit_of_ones_own(world: Path, tmp_path: Path) -> None:
    theirs, own = f"{PERSONAL}E-H1", f"{PERSONAL}W-H1"
    report = sent(tmp_path, "permit", f"N1,{theirs},,1,,,{A}", f"N2,NO-SUCH,,1,,,{A}", f"N3,{theirs},改名,1,,,{A}")
    assert refused(report) == [(2, "unknown_reference"), (3, "unknown_reference"), (4, "beyond_reach")]
    names = dict(AbstractionHolder.objects.values_list("code", "name"))
    assert names[theirs] == f"{PERSONAL}E 持有人"
    report = sent(
        tmp_path, "permit", f"N4,NEW-H,新户,1,,,{A}", f"N5,{own},改名,1,,,{A}", f"{OBJECT}W-P1,{own},改名,1,,,{A}",
        f"N6,{theirs},{PERSONAL}E 持有人,1,,,{A}",
    )  # fmt: skip
    assert refused(report) == []
    names = dict(AbstractionHolder.objects.values_list("code", "name"))
    assert (names[own], names["NEW-H"], names[theirs]) == ("改名", "新户", f"{PERSONAL}E 持有人")
    report = sent(tmp_path, "permit", f"N6,{theirs},再改名,1,,,{A}")
    assert refused(report) == [(2, "beyond_reach")], "others' permits have it too"


def test_what_is_the_whole_citys_and_who_has_no_right_any_more(world: Path, tmp_path: Path) -> None:
    outlines = Source(geojson(tmp_path / "regions.geojson", regions()))
    with pytest.raises(ImportRefused, match="the whole city's"):
        run("region", outlines, commit=True, reach=Reach((DISTRICT,)))
    with pytest.raises(ImportRefused, match="no right to import"):
        sent(tmp_path, "well", f"NEW,井,农业,水表,50,{A},,,", reach=Reach())
    with pytest.raises(ImportRefused, match="within what this account may change"):
        sent(tmp_path, "well", f"NEW,井,农业,水表,50,{A},,,", replacing=True, within=OTHER_DISTRICT)
    with pytest.raises(ImportRefused, match="within what this account may change"):
        sent(tmp_path, "well", f"NEW,井,农业,水表,50,{A},,,", replacing=True)


def test_a_desk_knows_its_clerks_reach(world: Path) -> None:
    user, client = clerk(DISTRICT)
    assert client.get("/desk/").status_code == 200
    assert access.reach_of(user, "import", "layers.import_data") == Reach((DISTRICT,))
    Grant.objects.all().delete()
    assert client.get("/desk/").status_code == 403
    assert not access.reach_of(User.objects.get(pk=user.pk), "import", "layers.import_data")


def test_the_administration_lists_and_changes_ones_own(world: Path) -> None:
    _, client = clerk(DISTRICT)
    west, east = Well.objects.get(code=f"{OBJECT}W-W1"), Well.objects.get(code=f"{OBJECT}E-W1")
    listed = client.get("/admin/layers/well/").content.decode()
    assert f"{OBJECT}W-W1" in listed and f"{OBJECT}E-W1" not in listed
    assert client.get(f"/admin/layers/well/{west.pk}/change/").status_code == 200
    assert client.get(f"/admin/layers/well/{east.pk}/change/").status_code == 302  # there is no such well to this clerk
    assert client.post(f"/admin/layers/well/{east.pk}/delete/", {"post": "yes"}).status_code == 302
    assert Well.objects.filter(pk=east.pk).exists()
    assert client.get("/admin/layers/region/add/").status_code == 403
    assert client.get("/admin/auth/user/").status_code == 403


def test_a_clerk_looks_behind_and_takes_back_own_releases_alone(world: Path, tmp_path: Path) -> None:
    """What a release changed tells what objects of others were."""
    _, client = clerk(DISTRICT)
    theirs = Release.objects.latest("pk")
    Release.objects.filter(pk=theirs.pk).update(actor="somebody")
    for address in (f"/desk/releases/{theirs.pk}/", f"/desk/releases/{theirs.pk}/undo/"):
        assert client.get(address).status_code == 404, address
    sent(tmp_path, "well", f"NEW-W,井,农业,水表,50,{A},,116.025,39.05")
    mine = Release.objects.latest("pk")
    assert client.get(f"/desk/releases/{mine.pk}/").status_code == 200
    listed = client.get("/desk/releases/").content.decode()
    assert f"/desk/releases/{mine.pk}/" in listed and f"/desk/releases/{theirs.pk}/" not in listed
    assert "somebody" not in client.get("/admin/layers/release/").content.decode()
    chief = Client()
    chief.force_login(User.objects.create_superuser("chief"))
    assert chief.get(f"/desk/releases/{theirs.pk}/").status_code == 200


def test_nothing_is_moved_out_of_ones_reach_by_hand(world: Path) -> None:
    _, client = clerk(DISTRICT)
    well = Well.objects.get(code=f"{OBJECT}W-W1")
    form = {
        "name": "搬走的井", "use": well.use, "metering": well.metering, "depth_m": "50", "status": well.status,
        "geom_lon": "116.15", "geom_lat": "39.05", "declared_region": well.declared_region_id, "position_quality": "1",
    }  # fmt: skip
    moved = client.post(f"/admin/layers/well/{well.pk}/change/", form, follow=True)
    assert "没有保存" in moved.content.decode()
    well.refresh_from_db()
    assert well.geom.x < 116.1 and well.name != "搬走的井"
    stays = client.post(f"/admin/layers/well/{well.pk}/change/", form | {"geom_lon": "116.03"})
    assert stays.status_code == 302
    well.refresh_from_db()
    assert well.name == "搬走的井"


def administrator() -> tuple[User, Client]:
    return clerk("", capabilities=("accounts", "figures"))


def test_an_administrator_gives_roles_to_others_alone_and_never_all_three_duties(world: Path) -> None:
    admin, client = administrator()
    other = User.objects.create_user("other")
    auditor, operator = Role.objects.get(name="审计员"), Role.objects.get(name="区局操作员")
    given = {"role": operator.pk, "code": DISTRICT}
    lines = Lines()
    own = client.post("/admin/layers/grant/add/", given | {"account": admin.pk}).content.decode()
    assert "不能给自己授权" in own
    told = lines.one()
    assert (told.what, told.account, told.line.detail["reason"]) == (("rights_changed", "refused"), "clerk", "own")
    assert client.post("/admin/layers/grant/add/", given | {"account": other.pk}).status_code == 302
    other.refresh_from_db()
    assert other.is_staff and granted(other.pk).reach("import") == Reach((DISTRICT,))
    assert client.post("/admin/layers/grant/add/", {"account": other.pk, "role": auditor.pk}).status_code == 302
    third = client.post(
        "/admin/layers/grant/add/", {"account": other.pk, "role": Role.objects.get(name="系统管理员").pk}
    ).content.decode()
    assert "不能三者兼任" in third
    assert [one.line.object for one in lines.new() if one.what == ("rights_changed", "refused")] == ["other"]
    nowhere = client.post("/admin/layers/grant/add/", given | {"account": other.pk, "code": "110199"}).content.decode()
    assert "没有这个现行的区划" in nowhere
    all_three = client.post(
        "/admin/layers/role/add/", {"name": "全能", "capabilities": ["accounts", "audit", "import"]}
    )
    assert "不能三者兼任" in all_three.content.decode()
    assert Grant.objects.filter(account=other).count() == 2
    grant = Grant.objects.get(account=other, role=operator)
    assert client.post(f"/admin/layers/grant/{grant.pk}/delete/", {"post": "yes"}).status_code == 302
    other.refresh_from_db()
    assert not other.is_staff


def test_nobody_gives_rights_to_themselves_by_changing_a_role_of_theirs(world: Path) -> None:
    admin, client = administrator()
    own = Role.objects.get(grants__account=admin)
    more = {"name": own.name, "capabilities": ["accounts", "figures", "personal", "objects"]}
    assert client.post(f"/admin/layers/role/{own.pk}/change/", more).status_code == 403
    other = Role.objects.get(name="统计查看")
    assert client.get(f"/admin/layers/role/{other.pk}/change/").status_code == 200


def test_no_role_makes_its_holders_all_three_by_being_changed(world: Path) -> None:
    _, client = administrator()
    user = account("both", (("audit",), ""), (("import",), ""))
    role = Role.objects.get(name="统计查看")
    Grant.objects.create(account=user, role=role)
    changed = client.post(f"/admin/layers/role/{role.pk}/change/", {"name": role.name, "capabilities": ["accounts"]})
    assert "不能三者兼任（both）" in changed.content.decode()


@pytest.mark.parametrize("capability", ["accounts", "audit"])
def test_what_is_of_the_whole_city_is_not_given_for_a_part_of_it(world: Path, capability: str) -> None:
    _, client = administrator()
    other = User.objects.create_user("other")
    role = Role.objects.create(name="part", capabilities=[capability, "figures"])
    given = {"account": other.pk, "role": role.pk}
    assert "只能在全市授予" in client.post("/admin/layers/grant/add/", given | {"code": DISTRICT}).content.decode()
    Grant.objects.create(account=other, role=role, code=DISTRICT)  # by whoever writes past the form
    assert not granted(other.pk).may(capability)  # type: ignore[arg-type]
    theirs = Client()
    theirs.force_login(other)
    assert theirs.get("/audit/" if capability == "audit" else "/admin/auth/user/").status_code in (302, 403)
    assert client.post("/admin/layers/grant/add/", given).status_code == 302
    assert granted(other.pk).may(capability)  # type: ignore[arg-type]


def test_who_looks_after_accounts_does_not_come_by_an_auditors(world: Path) -> None:
    _, client = administrator()
    auditor = account("watch", (("audit",), ""))
    inline = {
        "outside_accounts-TOTAL_FORMS": "1",
        "outside_accounts-0-issuer": "https://x",
        "outside_accounts-0-subject": "me",
    }
    for address in ("change/", "password/"):
        assert client.post(f"/admin/auth/user/{auditor.pk}/{address}", inline).status_code == 403
    client.post("/admin/auth/user/", {"action": "reset_totp", "_selected_action": [auditor.pk]})
    assert not auditor.outside_accounts.exists()


def test_roles_that_contradict_give_nothing_to_do_whoever_wrote_them(world: Path) -> None:
    user, client = clerk("", capabilities=("figures", "objects", "accounts", "audit", "import"))
    rights = granted(user.pk)
    assert rights.contradict
    assert client.get("/admin/auth/user/").status_code == 403 and client.get("/desk/").status_code == 403
    assert client.get("/api/layers/well/features").json()["count"] == 2  # what it may see it sees
    assert "三者不得兼任" in client.get("/account/").content.decode()


def test_a_role_in_a_region_that_is_closed_since_gives_nothing(world: Path) -> None:
    user, client = clerk(DISTRICT)
    give(user, (("figures",), ""))
    assert client.get("/api/layers/well/features").json()["count"] == 1
    with connection.cursor() as cursor:  # as a boundary release closes it
        release = Region.objects.get(code=A, valid_to=None).valid_from_id
        cursor.execute("UPDATE layers_region SET valid_to_id = %s WHERE code LIKE %s", [release, f"{DISTRICT}%"])
        assert Region.objects.filter(code=A, valid_to=None).count() == 0
    assert access.gone_codes(user.pk) == [DISTRICT]
    assert not granted(user.pk).reach("objects") and granted(user.pk).may("figures")


def test_a_reporting_unit_reaches_as_far_as_its_divisions(world: Path) -> None:
    user = account("unit")
    give(user, (("objects", "figures"), DISTRICT))
    Grant.objects.filter(account=user).update(unit=True)
    assert granted(user.pk).reach("objects") == Reach((DISTRICT,))
    Grant.objects.filter(account=user).update(code="999999")
    assert not granted(user.pk).reach("objects")


def test_who_is_djangos_superuser_is_no_auditor(world: Path) -> None:
    chief = User.objects.create_superuser("chief")
    rights = access.Asker(chief.pk, superuser=True).rights("")
    assert rights.may("accounts") and rights.may("import") and not rights.may("audit")


def test_the_posture_is_one_row_that_an_administrator_changes(world: Path) -> None:
    _, client = administrator()
    assert client.get("/admin/layers/openness/add/").status_code == 403
    assert client.post("/admin/layers/openness/1/change/", {"posture": "figures"}).status_code == 302
    chosen = Openness.objects.get()
    assert (chosen.posture, chosen.changed_by) == ("figures", "clerk")
    assert client.post("/admin/layers/openness/1/delete/", {"post": "yes"}).status_code == 403


def test_who_looks_after_accounts_makes_nobody_more_than_roles_do(world: Path) -> None:
    _, client = administrator()
    other = User.objects.create_user("other")
    form = {
        "username": "other",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
        "is_active": "on",
        "last_name": "李",
    }
    more = {"is_staff": "on", "is_superuser": "on", "user_permissions": ["1"]}
    assert client.post(f"/admin/auth/user/{other.pk}/change/", form | more | INLINES).status_code == 302
    other.refresh_from_db()
    assert (other.last_name, other.is_staff, other.is_superuser) == ("李", False, False)
    assert not other.user_permissions.exists()


def test_changes_of_rights_are_in_the_audit(world: Path) -> None:
    from tests.audit_lines import Lines

    admin, client = administrator()
    other, role = User.objects.create_user("other"), Role.objects.get(name="区局查看")
    lines = Lines()
    client.post("/admin/layers/grant/add/", {"account": other.pk, "role": role.pk, "code": DISTRICT})
    told = lines.new("rights_changed")
    assert [one.account for one in told] == [admin.username] and told[0].line.detail["code"] == DISTRICT
    lines.forget()
    client.post("/admin/layers/openness/1/change/", {"posture": "open"})
    (told,) = lines.new("rights_changed")
    assert told.line.detail["posture"] == "open"
    lines.forget()
    client.post(f"/admin/layers/grant/{Grant.objects.get(account=other).pk}/delete/", {"post": "yes"})
    (told,) = lines.new("rights_changed")
    assert told.line.detail == {"did": "deleted"}


def test_who_looks_at_personal_data_by_a_right_is_in_the_audit(world: Path) -> None:
    from geoapp.audit import reads
    from tests.audit_lines import Lines

    reads.forget()
    _, client = clerk(DISTRICT)
    lines = Lines()
    for address in ("/api/layers/meter/features", "/api/layers/meter/features", f"/api/search?q={PERSONAL}W"):
        assert client.get(address).status_code == 200
    told = lines.new("personal_read")
    assert [(one.account, one.object) for one in told] == [("clerk", "meter"), ("clerk", "search")]
    lines.forget()
    assert client.get("/api/stats?period=2019").status_code == 200
    choose("open")
    assert Client().get("/api/layers/well/features").status_code == 200
    assert lines.new("personal_read") == []
