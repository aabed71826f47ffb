"""Every act leaves one line, with who, where, what, how many rows and what came of it: by the ways people and programs come."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.db.models.signals import post_delete
from django.test import Client, RequestFactory

from geoapp.accounts import journal
from geoapp.audit import reads, refusals
from geoapp.desk import committing, worker
from geoapp.reports import worker as reports_worker
from geoapp.reports.official.models import IssuedReport
from layers.http import signals
from layers.ingest.refusal import ImportRefused
from layers.models import Release, Well
from tests import factories as make
from tests import official_city as signed
from tests.audit_lines import ADDRESS, INLINES, Lines, Told
from tests.audit_lines import client as browser
from tests.db.ingest_files import csv
from tests.desk_files import DESK, WELLS, commit, job_of, sent, upload
from tests.factories import DISTRICT, A
from tests.http.admin_pages import edited, url
from tests.report_city import make_city

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
LOGIN = "/account/login"
TOKEN = "stk_9fKq2LmZx8TtAa01BbCcDdEe"


@pytest.fixture
def grid(db: None) -> make.Grid:
    return make.make_grid()


@pytest.fixture
def chief(db: None) -> User:
    return User.objects.create_superuser("chief", password=PASSWORD)


@pytest.fixture
def office(chief: User) -> Client:
    return browser(chief)


@pytest.fixture
def lines(chief: User) -> Lines:
    return Lines()


def is_by_chief(told: Told, channel: str) -> None:
    assert (told.account, told.address, told.channel) == ("chief", ADDRESS, channel)
    assert told.line.account_id == User.objects.get(username="chief").pk and told.line.request_id


# Coming in


def test_a_log_in_and_a_log_out(lines: Lines) -> None:
    client = browser()
    client.post(f"{LOGIN}?next=/admin/", {"username": "chief", "password": PASSWORD})
    told = lines.one()
    assert told.what == ("login", "done") and told.line.question == "POST /account/login?next=/admin/"
    is_by_chief(told, "page")
    client.post("/account/logout")
    told = lines.one()
    assert told.what == ("logout", "done")
    is_by_chief(told, "page")


def test_a_refused_try_has_the_name_that_was_typed_and_no_password(lines: Lines) -> None:
    browser().post(LOGIN, {"username": "chief\nroot", "password": "geheimes Wort"})
    told = lines.one()
    assert (told.what, told.account, told.address) == (("login_refused", "refused"), "chief root", ADDRESS)
    assert told.line.account_id is None and told.line.detail == {"outcome": "refused"}
    assert "geheim" not in repr(vars(told.line))


def test_who_has_to_wait_leaves_one_line_and_not_two(lines: Lines) -> None:
    for _ in range(3):
        browser().post(LOGIN, {"username": "chief", "password": "wrong"})
    lines.forget()
    assert browser().post(LOGIN, {"username": "chief", "password": PASSWORD}).status_code == 429
    told = lines.one()
    assert (told.what, told.line.detail["outcome"]) == (("login_refused", "refused"), "slowed")


@pytest.mark.parametrize(
    ("outcome", "act"),
    [
        ("token_expired", "token_refused"), ("token_revoked", "token_refused"), ("token_unknown", "token_refused"),
        ("session_moved", "session_refused"), ("region_closed", "login_refused"), ("roles_contradict", "login_refused"),
    ],
)  # fmt: skip
def test_whatever_accounts_refuse_is_told_by_its_kind(lines: Lines, outcome: str, act: str) -> None:
    journal.tell(outcome, "chief", ADDRESS)
    told = lines.one()
    assert (told.what, told.account, told.address, told.line.detail) == (
        (act, "refused"),
        "chief",
        ADDRESS,
        {"outcome": outcome},
    )


# What is denied


def test_who_may_not_leaves_a_line(lines: Lines) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    lines.forget()
    assert browser(reader).get("/desk/?target=well").status_code == 403
    told = lines.one("denied")
    assert (told.what, told.account, told.channel) == (("denied", "refused"), "reader", "desk")
    assert told.line.question == "GET /desk/?target=well" and told.line.detail == {"status": 403}


def test_a_form_without_its_token_is_denied(lines: Lines) -> None:
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR=ADDRESS)
    assert client.post(f"/reports/make?token={TOKEN}", {"region": DISTRICT, "password": "geheim"}).status_code == 403
    told = lines.one()
    assert (told.what, told.account, told.line.question) == (("denied", "refused"), "", "POST /reports/make?token=…")


def test_a_flood_is_ten_lines_a_minute_and_one_that_counts(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    for windows in (refusals._of_address, refusals._of_all):
        monkeypatch.setattr(windows, "_clock", lambda: clock[0])
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR=ADDRESS)
    for _ in range(200):
        client.post("/reports/make")
    assert [one.what for one in lines.new()] == [("denied", "refused")] * 10
    lines.forget()
    Client(REMOTE_ADDR="192.0.2.99").get("/healthz")
    assert lines.new() == [], "the minute is not over"
    clock[0] = 61
    Client(REMOTE_ADDR="192.0.2.99").get("/healthz")
    told = lines.one()
    assert (told.what, told.address, told.rows, told.line.detail) == (
        ("denied", "refused"),
        ADDRESS,
        190,
        {"more": 190},
    )


# Imports


def test_a_file_from_the_desk_to_its_undoing(office: Client, lines: Lines, grid: make.Grid) -> None:
    lines.forget()
    page = upload(office)
    asked, checked = lines.new()
    assert [one.what for one in (asked, checked)] == [("import_asked", "done"), ("import_checked", "done")]
    errand = f"file:{job_of(page).pk}"
    for told in (asked, checked):
        is_by_chief(told, "desk")
        assert (told.object, told.line.errand, told.line.detail["file"]) == ("well", errand, "wells.csv")
    assert checked.rows == 3 and asked.line.detail["to"] == "check"
    lines.forget()
    commit(office, page)
    asked, imported = lines.new()
    assert [one.what for one in (asked, imported)] == [("import_asked", "done"), ("import_committed", "done")]
    is_by_chief(imported, "desk")
    release = Release.objects.latest("pk")
    assert (imported.object, imported.rows, imported.line.errand) == ("well", 2, errand)
    assert (imported.line.detail["release"], imported.line.detail["refused"]) == (release.pk, 1)
    assert imported.line.detail["sha256"] == release.file_sha256
    lines.forget()
    office.get(f"/desk/releases/{release.pk}/undo/")
    assert lines.new() == [], "what would be is no act"
    office.post(f"/desk/releases/{release.pk}/undo/")
    told = lines.one()
    assert (told.what, told.object, told.rows, told.line.detail["of"]) == (
        ("import_undone", "done"),
        "well",
        2,
        release.pk,
    )
    is_by_chief(told, "desk")
    office.post(f"/desk/releases/{release.pk}/undo/")
    told = lines.one()
    assert told.what == ("import_undone", "refused") and "撤销" in told.line.detail["why"]["zh"]


def test_a_file_that_cannot_be_imported_is_a_check_that_was_refused(
    office: Client, lines: Lines, grid: make.Grid
) -> None:
    lines.forget()
    upload(office, "nonsense\n1\n")
    told = lines.new()[-1]
    assert told.what == ("import_checked", "refused") and told.line.detail["why"]["zh"]


def test_an_import_that_is_refused_or_breaks_off_leaves_a_line_and_no_other(
    office: Client, lines: Lines, grid: make.Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = upload(office)
    lines.forget()
    whole = committing.run

    def late(*args: Any, **options: Any) -> Any:
        whole(*args, **options)  # its release has told of it, and goes with it
        raise ImportRefused("太晚了", "too late")

    monkeypatch.setattr(committing, "run", lambda *a, **o: _rolled_back(lambda: late(*a, **o)))
    commit(office, page)
    told = lines.new()[-1]
    assert [one.act for one in lines.new()] == ["import_asked", "import_refused"]
    assert (told.what, told.line.detail["why"]) == (("import_refused", "refused"), {"zh": "太晚了", "en": "too late"})
    is_by_chief(told, "desk")
    lines.forget()

    def fault(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(committing, "run", fault)
    commit(office, page)
    assert [one.what for one in lines.new()] == [("import_asked", "done"), ("import_committed", "failed")]


def _rolled_back(act: Any) -> Any:
    from django.db import transaction

    with transaction.atomic():
        return act()


def test_an_import_by_command(lines: Lines, grid: make.Grid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "ops")
    file = csv(tmp_path / "wells.csv", WELLS)
    lines.forget()
    call_command("import_layer", "well", str(file))
    told = lines.one()
    assert (told.what, told.account, told.channel, told.object, told.rows) == (
        ("import_checked", "done"),
        "command:ops",
        "command",
        "well",
        3,
    )
    call_command("import_layer", "well", str(file), "--commit")
    told = lines.one()
    assert (told.what, told.account, told.rows) == (("import_committed", "done"), "command:ops", 2)
    with pytest.raises(CommandError):
        call_command("import_layer", "well", str(csv(tmp_path / "bad.csv", "x\n1\n")), "--commit")
    told = lines.one()
    assert (told.what, told.line.detail["file"]) == (("import_refused", "refused"), "bad.csv")
    release = Release.objects.latest("pk").pk
    call_command("undo_release", str(release), "--commit")
    assert lines.one().what == ("import_undone", "done")
    with pytest.raises(CommandError):
        call_command("undo_release", str(release), "--commit")
    assert lines.one().what == ("import_undone", "refused")


# By hand


def test_an_object_is_changed_added_and_deleted_in_the_administration(
    office: Client, lines: Lines, grid: make.Grid
) -> None:
    well = make.WellFactory(code="W1", name="一号井")
    make.WellFactory(code="W2")
    lines.forget()
    office.post(url(Well, "change", well.pk), edited(office, well, name="新名"))
    told = lines.one()
    assert (told.what, told.object, told.rows) == (("edit", "done"), "well", 1)
    assert told.line.detail["action"] == "change" and "W1" in told.line.detail["objects"][0]
    is_by_chief(told, "admin")
    office.post(url(Well, "change", well.pk), edited(office, Well.objects.get(pk=well.pk)))
    assert lines.new() == [], "what is sent as it was is no edit"
    office.post(url(Well, "delete", well.pk), {"post": "yes"})
    told = lines.one()
    assert (told.what, told.line.detail["action"]) == (("edit", "done"), "delete")
    make.WellFactory(code="W3")
    picked = list(Well.objects.values_list("pk", flat=True))
    lines.forget()
    office.post(url(Well, "changelist"), {"action": "delete_selected", "_selected_action": picked, "post": "yes"})
    told = lines.one()
    assert (told.what, told.rows) == (("bulk_edit", "done"), 2)


@pytest.mark.django_db(transaction=True)
def test_an_edit_that_has_to_wait_for_an_import_is_refused_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    make.make_grid()
    well = make.WellFactory(code="W1")
    client = browser(User.objects.create_superuser("chief"))
    monkeypatch.setattr("layers.admin.journal.WAIT_S", 0.1)
    lines, form = Lines(), edited(client, well, name="新名")
    held, done = threading.Event(), threading.Event()

    def importing() -> None:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('shuitu import'))")
            held.set()
            done.wait(20)
        connection.close()

    other = threading.Thread(target=importing)
    other.start()
    held.wait(10)
    try:
        client.post(url(Well, "change", well.pk), form)
    finally:
        done.set()
        other.join()
    told = lines.one()
    assert (told.what, told.object, told.account) == (("edit", "refused"), "layers.well", "chief")


# Accounts, rights, settings


def test_accounts_and_groups_in_the_administration(office: Client, lines: Lines) -> None:
    office.post("/admin/auth/user/add/", {"username": "new"})
    told = lines.one()
    assert (told.what, told.object) == (("account_changed", "done"), "auth.user:new")
    is_by_chief(told, "admin")
    user, group = User.objects.get(username="new"), Group.objects.create(name="clerks")
    lines.forget()
    form = {"username": "new", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00", "is_active": "on", **INLINES}
    office.post(f"/admin/auth/user/{user.pk}/change/", {**form, "is_staff": "on", "groups": [group.pk]})
    told = lines.one()
    assert (told.what, told.line.detail["groups"], told.line.detail["staff"]) == (
        ("rights_changed", "done"),
        ["clerks"],
        True,
    )
    office.post(f"/admin/auth/user/{user.pk}/password/", {})
    assert lines.one().what == ("account_changed", "done")
    right = Permission.objects.get(codename="import_data")
    office.post(f"/admin/auth/group/{group.pk}/change/", {"name": "clerks", "permissions": [right.pk]})
    told = lines.one()
    assert (told.what, told.line.detail["permissions"]) == (("rights_changed", "done"), ["layers.import_data"])
    office.post("/admin/auth/user/", {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"})
    told = lines.one()
    assert (told.what, told.object, told.line.detail) == (
        ("account_changed", "done"),
        "auth.user:new",
        {"did": "deleted"},
    )


def test_accounts_changed_elsewhere(lines: Lines) -> None:
    user = User.objects.create_user("other", password=PASSWORD)
    assert lines.one().what == ("account_changed", "done")
    user.user_permissions.add(Permission.objects.get(codename="read_audit"))
    told = lines.one()
    assert (told.what, told.line.detail) == (("rights_changed", "done"), {"did": "add", "of": ["audit.read_audit"]})
    browser(user)
    assert lines.new("account_changed") == [], "when it was last there is no change of an account"
    user.set_password("md5$1$" + PASSWORD)
    user.save(update_fields=["password"])
    assert lines.new("account_changed")[-1].line.detail["fields"] == ["password"]


def test_nobody_listens_to_deletions_of_data_which_would_make_them_slow() -> None:
    assert not any(post_delete.has_listeners(model) for model in (Well, Release, User.groups.through))
    assert post_delete.has_listeners(User) and post_delete.has_listeners(Group)


def test_a_setting(office: Client, lines: Lines) -> None:
    from tests.http.test_official import ADD, FORM

    office.post(ADD, FORM)
    told = lines.one()
    assert (told.what, told.line.detail["did"]) == (("setting_changed", "done"), "added")
    assert told.object.startswith("reports.letterhead:")


# Reports


@pytest.fixture
def reporting(settings: Any) -> None:
    make_city()
    settings.REPORT_WORKERS = 0


def test_a_report_asked_for_made_and_taken(office: Client, lines: Lines, reporting: None) -> None:
    lines.forget()
    office.post("/reports/make", {"region": DISTRICT, "period": "2019", "formats": ["xlsx"]})
    told = lines.one()
    assert (told.what, told.object, told.line.detail["period"]) == (("report_asked", "done"), DISTRICT, "2019")
    is_by_chief(told, "report")
    assert reports_worker.work(idle_s=0) == 1
    made = lines.one()
    assert (made.what, made.object, made.line.errand) == (("report_made", "done"), DISTRICT, told.line.errand)
    is_by_chief(made, "report")
    address = office.get("/reports/jobs").json()["jobs"][0]["files"][0]["url"]
    office.get(address)
    taken = lines.one()
    assert (taken.what, taken.line.detail["format"]) == (("export", "done"), "xlsx")
    office.head(address)
    assert lines.new() == []


def test_a_report_that_cannot_be_is_refused_and_told(office: Client, lines: Lines, reporting: None) -> None:
    lines.forget()
    assert office.post("/reports/make", {"region": DISTRICT, "period": "1999", "formats": ["xlsx"]}).status_code >= 400
    told = lines.one()
    assert told.what == ("report_asked", "refused") and told.line.detail["why"]


def test_the_steps_of_a_signature(lines: Lines, reporting: None) -> None:
    signed.letterhead()
    report = signed.draft()
    client = signed.account("checker", "check_report", "approve_report")
    lines.forget()
    step = f"/reports/issued/{report.pk}/step"
    client.post(step, {"action": "check", "revision": report.revision + 7})
    told = lines.one()
    assert (told.what, told.account, told.object) == (("report_step", "refused"), "checker", report.told)
    client.post(step, {"action": "check", "revision": report.revision})
    told = lines.one()
    assert (told.what, told.line.detail["step"], told.account) == (("report_step", "done"), "checked", "checker")
    assert told.line.errand == f"issued:{report.pk}" and len(told.line.detail["digest"]) == 64
    signed.settled(IssuedReport.objects.get(pk=report.pk))
    assert lines.one().what == ("report_made", "done")


# Files and personal data


@pytest.mark.parametrize("suffix", ["csv", "geojson", "geojsons", "gpkg", "xlsx"])
def test_a_file_of_features_has_its_rows(lines: Lines, grid: make.Grid, suffix: str) -> None:
    for number in range(7):
        make.WellFactory(code=f"W{number}")
    grid.settle()
    lines.forget()
    response = browser().get(f"/feeds/well.{suffix}?region={A}")
    assert response.getvalue() if response.streaming else response.content
    told = lines.one()
    assert (told.what, told.object, told.rows, told.channel, told.address) == (
        ("export", "done"),
        "well",
        7,
        "file",
        ADDRESS,
    )
    assert told.line.question == f"GET /feeds/well.{suffix}?region={A}" and "part" not in told.line.detail
    assert (
        browser().get(f"/feeds/well.{suffix}?region={A}", headers={"if-none-match": response["ETag"]}).status_code
        == 304
    )
    browser().head(f"/feeds/well.{suffix}")
    browser().get(f"/feeds/well.{suffix}?region=nowhere")
    assert lines.new() == [], "nothing was handed over"


def test_a_file_that_is_left_half_way_says_so(lines: Lines, grid: make.Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("layers.export.base", "layers.feeds.files"):
        monkeypatch.setattr(f"{module}.CHUNK", 100)
    for number in range(40):
        make.WellFactory(code=f"W{number}")
    grid.settle()
    lines.forget()
    response = browser().get("/feeds/well.csv", headers={"accept-encoding": "identity"})
    next(response.streaming_content)
    for closer in response._resource_closers:  # as a server does whose reader has gone
        closer()
    told = lines.one()
    assert told.what == ("export", "done") and told.line.detail == {"format": "csv", "part": True}


def test_of_a_file_read_in_ranges_the_first_is_told(lines: Lines, grid: make.Grid) -> None:
    make.WellFactory(code="W1")
    grid.settle()
    lines.forget()
    for start in range(0, 5000, 1000):
        response = browser().get("/feeds/well.gpkg", headers={"range": f"bytes={start}-{start + 999}"})
        assert response.status_code == 206 and response.getvalue()
    told = lines.one()
    assert (told.rows, told.line.detail) == (1, {"format": "gpkg", "part": True})


def test_reads_of_personal_data_are_told_once_in_ten_minutes_and_counted(
    lines: Lines, chief: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(reads._windows, "_clock", lambda: clock[0])

    def read(path: str, layers: list[str], rows: int | None = None) -> None:
        request = RequestFactory().get(path, REMOTE_ADDR=ADDRESS)
        request.user = chief
        signals.personal_told.send(sender=None, request=request, layers=layers, rows=rows)

    read("/api/features/water_user?q=张三", ["water_user"], 12)
    told = lines.one()
    assert (told.what, told.object, told.rows, told.line.question) == (
        ("personal_read", "done"),
        "water_user",
        12,
        "GET /api/features/water_user?q=张三",
    )
    is_by_chief(told, "api")
    for _ in range(30):
        read("/api/features/water_user", ["water_user"], 5)
    assert lines.new() == []
    read("/tiles/meter/1/1/1", ["meter"])
    assert (lines.new()[0].object, lines.new()[0].channel, lines.one().rows) == ("meter", "tiles", None)
    clock[0] = 601
    browser().get("/healthz")
    told = lines.one()
    assert (told.object, told.rows, told.line.detail["more"], told.account) == ("water_user", 150, 30, "chief")


def test_what_is_read_in_an_answer_is_written_before_it_is_handed_out(
    lines: Lines, grid: make.Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geoapp.web import views as pages

    def shell(request: Any, *args: Any, **kwargs: Any) -> Any:
        signals.personal_told.send(sender=None, request=request, layers=["meter"], rows=1)
        return original(request, *args, **kwargs)

    original = pages._shell
    monkeypatch.setattr(pages, "_shell", shell)
    response = browser().get("/objects/meter/M1")
    assert lines.one().object == "meter" and response.status_code == 404


# Secrets


def test_no_secret_is_in_any_line(office: Client, lines: Lines, grid: make.Grid) -> None:
    office.get(f"/feeds/well.csv?token={TOKEN}")
    office.post(f"/admin/auth/user/?key={TOKEN}", {"password": "geheimes Wort"})
    browser().post(
        f"{LOGIN}?next=/x%3Ftoken={TOKEN}",
        {"username": "x", "password": "geheimes Wort"},
        headers={"authorization": f"Bearer {TOKEN}"},
    )
    page = str(office.post(DESK, sent())["Location"])
    worker.work(idle_s=0)
    office.post(f"{page}?api_key={TOKEN}", {"action": "commit"})
    browser(User.objects.create_user("nobody", is_staff=True)).get(f"/desk/?access_token={TOKEN}")
    text = " ".join(repr(vars(one.line)) for one in lines.new())
    assert lines.new("denied", "import_asked", "login_refused")
    for secret in (TOKEN, "geheim", office.cookies["sessionid"].value, job_of(page).token):
        assert secret not in text
