"""Files on the desk as jobs: whose turn it is, what a worker that ends leaves, readings corrected, confirmed and kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError, connection
from django.test import Client

from geoapp.background import locks
from geoapp.desk import checking, committing, parcels, queue, rows, words, worker
from geoapp.desk.models import (
    CHECKED,
    CHECKING,
    COMMITTED,
    COMMITTING,
    FAILED,
    TO_COMMIT,
    ImportJob,
    ReadingProfile,
)
from layers import models
from layers.ingest import run as ingest
from layers.ingest.reading import Choice, Hints
from layers.ingest.refusal import Faults, ImportRefused
from layers.ingest.spec import spec_for
from layers.ingest.table import Table
from layers.words import Words
from tests import factories as make
from tests import workbooks
from tests.desk_files import DESK, WELLS, act, commit, end, eventually, job_of, sent, start_worker, upload
from tests.factories import A, B

USERS = f"code,name,source,region\nU1,一户,自备井,{A}\n"
ODD = f"井号,用途,计量,所在,x,y\nW1,农业,水表,{A},116.005,40.005\nW2,监测,无计量,{A},116.005,40.005\n"


@pytest.fixture
def elsewhere(db: None) -> Iterator[psycopg.Connection[Any]]:
    """Another session of the same database, as another worker has."""
    told = connection.get_connection_params()
    with psycopg.connect(
        host=told.get("host"), port=told.get("port"), user=told.get("user"), dbname=told["dbname"],
        password=told.get("password"), autocommit=True,
    ) as link:  # fmt: skip
        yield link


def told(client: Client, address: str, lang: str = "zh") -> dict[str, Any]:
    return dict(client.get(f"{address}state", {"lang": lang}).json())


def put(client: Client, *args: Any, **options: Any) -> str:
    """On the desk, not yet checked."""
    return str(client.post(DESK, sent(*args, **options))["Location"])


# Turns


@pytest.mark.django_db
def test_a_file_says_how_many_are_before_it(admin: Client, grid: make.Grid) -> None:
    first, second, third = (put(admin, name=f"{n}.csv") for n in range(3))
    assert [told(admin, one)["ahead"] for one in (first, second, third)] == [0, 1, 2]
    assert "前面还有 2 个检查" in told(admin, third)["told"]
    assert "2 before it" in told(admin, third, "en")["told"]
    assert worker.work(idle_s=0) == 3
    for one in (first, second):
        admin.post(one, {"action": "commit"})
    assert "前面还有 1 个导入" in told(admin, second)["told"]
    assert job_of(second).state == TO_COMMIT


@pytest.mark.django_db
def test_imports_wait_for_each_other_and_checks_for_nobody(
    admin: Client, grid: make.Grid, elsewhere: psycopg.Connection[Any]
) -> None:
    wells, more = upload(admin), put(admin, WELLS.replace("W1", "W9"))
    users = put(admin, USERS, target="water_user")
    admin.post(wells, {"action": "commit"})
    # Another worker imports something, and one checks wells.
    elsewhere.execute("SELECT pg_advisory_lock(%s, %s)", [locks.IMPORT_TURNS, queue.COMMITS])
    elsewhere.execute("SELECT pg_advisory_lock_shared(hashtext('shuitu import well'))")
    assert worker.work(idle_s=0) == 2
    assert (job_of(users).state, job_of(more).state, job_of(wells).state) == (CHECKED, CHECKED, TO_COMMIT)
    elsewhere.execute("SELECT pg_advisory_unlock_all()")
    assert worker.work(idle_s=0) == 1
    assert job_of(wells).state == COMMITTED


@pytest.mark.django_db(transaction=True)
def test_two_clerks_files_are_checked_side_by_side_and_imported_one_by_one(
    admin: Client, elsewhere: psycopg.Connection[Any]
) -> None:
    """A check of one dataset goes on while another is being imported; an import waits, and then goes on."""
    make.make_grid()
    with elsewhere.transaction():
        elsewhere.execute(
            "SELECT pg_advisory_xact_lock(hashtext('shuitu import'))"
        )  # as an import of another clerk has it
        address = upload(admin, USERS, target="water_user")
        assert job_of(address).state == CHECKED
        admin.post(address, {"action": "commit"})
        one = threading.Thread(target=_work_apart)
        one.start()
        eventually(lambda: "等待前面的导入" in told(admin, address)["told"])
        assert job_of(address).state == COMMITTING
    one.join(20)
    assert job_of(address).state == COMMITTED
    assert models.WaterUser.objects.count() == 1


def _work_apart() -> None:
    try:
        worker.work(idle_s=0)
    finally:
        connection.close()


@pytest.mark.django_db
def test_a_worker_is_started_for_what_no_idle_one_will_take(
    admin: Client, grid: make.Grid, elsewhere: psycopg.Connection[Any]
) -> None:
    assert not queue.workers_needed(2)
    put(admin)
    assert queue.workers_needed(1)
    elsewhere.execute("SELECT pg_advisory_lock(%s, %s)", [locks.IMPORT_SLOTS, 1])  # one is idle
    assert not queue.workers_needed(1) and not queue.workers_needed(2)
    put(admin, USERS, target="water_user")
    assert not queue.workers_needed(1) and queue.workers_needed(2)


@pytest.mark.django_db
def test_what_a_deadlock_ended_is_tried_again(admin: Client, grid: make.Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    done, times = ingest._Import._write, []

    def deadlocked(self: Any, *args: Any) -> Any:
        times.append(1)
        if len(times) < ingest.TRIES:
            raise DatabaseError("deadlock detected") from psycopg.errors.DeadlockDetected()
        return done(self, *args)

    monkeypatch.setattr(ingest._Import, "_write", deadlocked)
    page = admin.get(upload(admin))
    assert len(times) == ingest.TRIES
    counts = {name: count for name, _, count in page.context["counts"]}
    assert (counts["read"], counts["new"], counts["refused"]) == (3, 2, 1)


# Workers that end


@pytest.mark.django_db
def test_a_job_whose_worker_died_is_taken_again(
    admin: Client, grid: make.Grid, elsewhere: psycopg.Connection[Any]
) -> None:
    address = put(admin)
    job = job_of(address)
    elsewhere.execute("SELECT pg_advisory_lock(%s, %s)", [locks.IMPORT_JOBS, job.pk])
    ImportJob.objects.update(state=CHECKING, attempts=1)
    assert worker.work(idle_s=0) == 0
    elsewhere.close()
    eventually(lambda: worker.work(idle_s=0) == 1)
    assert job_of(address).state == CHECKED


@pytest.mark.django_db
def test_what_was_committed_by_a_killed_worker_is_not_committed_again(
    admin: Client, grid: make.Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = upload(admin)
    admin.post(address, {"action": "commit"})

    def killed(*args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(committing, "_done", killed)
        worker.work(idle_s=0)
    assert (job_of(address).state, models.Well.objects.count()) == (COMMITTING, 2)
    releases = models.Release.objects.count()
    assert "中断后重新开始" not in told(admin, address)["told"]
    assert worker.work(idle_s=0) == 1
    job = job_of(address)
    assert (job.state, models.Release.objects.count()) == (COMMITTED, releases)
    assert job.release and job.report["rows"]["new"] == 2
    assert not parcels.file_of(job.token, job.suffix).exists()


@pytest.mark.django_db
def test_a_job_that_ends_every_worker_is_given_up_and_can_be_tried_again(admin: Client, grid: make.Grid) -> None:
    address = put(admin)
    ImportJob.objects.update(state=CHECKING, attempts=queue.ATTEMPTS)
    assert worker.work(idle_s=0) == 1
    assert "开始了 3 次" in admin.get(address).context["error"]
    assert job_of(address).state == FAILED
    assert act(admin, address, "retry").context["slug"] == "checked"


@pytest.mark.django_db
def test_a_fault_of_the_server_is_told_and_the_file_stays(
    admin: Client, grid: make.Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(checking, "run", broken)
        page = admin.get(upload(admin))
    assert page.context["slug"] == "failed" and "服务器出错" in page.content.decode()
    assert act(admin, page.request["PATH_INFO"], "retry").context["slug"] == "checked"


@pytest.mark.django_db
def test_an_import_that_is_refused_keeps_the_file_for_another_try(
    admin: Client, grid: make.Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = upload(admin)

    def busy(*args: Any, **kwargs: Any) -> Any:
        raise ImportRefused("数据库所在磁盘已满：腾出空间后再导入", "the database's disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(committing, "run", busy)
        page = commit(admin, address)
    assert "没有导入：" in page.content.decode() and "磁盘已满" in page.content.decode()
    assert commit(admin, address).context["slug"] == "committed"
    assert models.Well.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_file_given_up_while_it_is_checked_leaves_nothing(
    admin: Client, elsewhere: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    make.make_grid()
    address = put(admin)
    token = job_of(address).token

    def given_up(*args: Any) -> Any:
        elsewhere.execute("DELETE FROM desk_importjob")
        parcels.discard(token)

    monkeypatch.setattr(checking, "ProgressTold", lambda token: lambda *_: given_up())
    assert worker.work(idle_s=0) == 1
    monkeypatch.undo()
    again = put(admin)
    parcels.discard(job_of(again).token)
    ImportJob.objects.all().delete()
    assert worker.work(idle_s=0) == 0
    assert not ImportJob.objects.exists() and list(parcels.home().iterdir()) == []


@pytest.mark.turns(2)
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_killed_in_an_import_leaves_the_old_state_or_the_new(admin: Client) -> None:
    """kill -9 at moments all over the import: the page is true each time, and in the end each well is there once."""
    make.make_grid()
    lines = "".join(f"K{n},农业,水表,{A if n % 2 else B},116.005,40.005\n" for n in range(4_000))
    address = upload(admin, f"code,use,metering,region,lon,lat\n{lines}")
    releases = models.Release.objects.count()
    admin.post(address, {"action": "commit"})
    for wait in (0.1, 0.6, 1.5):
        if job_of(address).state == COMMITTED:
            break
        ImportJob.objects.update(attempts=1)
        process = start_worker()
        try:
            eventually(lambda: job_of(address).attempts == 2)  # it is at it
            time.sleep(wait)
        finally:
            end(process)
        there = models.Well.objects.count()
        assert there in (0, 4_000)
        assert models.Release.objects.count() == releases + bool(there)
        page = admin.get(address)
        assert page.context["slug"] in ("committing", "committed")
    ImportJob.objects.update(attempts=1)
    process = start_worker()
    try:
        eventually(lambda: job_of(address).state == COMMITTED)
    finally:
        end(process)
    assert (models.Well.objects.count(), models.Release.objects.count()) == (4_000, releases + 1)
    assert job_of(address).release_id == models.Release.objects.latest("pk").pk


@pytest.mark.django_db(transaction=True)
def test_the_site_starts_a_worker_by_itself_and_a_small_file_is_waited_for(
    admin: Client, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.make_grid()
    settings.IMPORT_WORKERS = 1
    monkeypatch.setattr(
        "geoapp.desk.views.PATIENCE_S", 20.0
    )  # that it waits is asked here, and not how fast the machine is
    started: list[Any] = []
    monkeypatch.setattr(
        "geoapp.background.process.start", lambda command, log: started or started.append(start_worker(30))
    )
    try:
        address = put(admin)
        assert len(started) == 1
        eventually(lambda: job_of(address).state == CHECKED)
        again = put(admin)
        assert job_of(again).state == CHECKED, "the worker was there, and the answer came with the result"
        assert len(started) == 1
    finally:
        for process in started:
            end(process)


# Reading again


@pytest.mark.django_db
def test_headings_nobody_knows_are_given_their_fields(admin: Client, grid: make.Grid) -> None:
    address = upload(admin, ODD)
    page = admin.get(address)
    assert page.context["slug"] == "refused" and "缺少必需的列" in page.context["error"]
    assert [one["heading"] for one in page.context["columns"]] == ["井号", "用途", "计量", "所在", "x", "y"]
    page = act(admin, address, "read", **{"column.0": "code", "column.1": "use", "column.2": "metering",
                                          "column.3": "region", "column.4": "lon", "column.5": "lat"})  # fmt: skip
    assert page.context["slug"] == "checked", page.context["error"]
    assert page.context["report"]["rows"]["new"] == 2
    twice = admin.post(address, {"action": "read", "column.0": "code", "column.1": "code"})
    assert twice.status_code == 400 and "选了两列" in twice.context["wrong"]


@pytest.mark.django_db
def test_a_column_can_be_left_out_and_the_dataset_changed(admin: Client, grid: make.Grid) -> None:
    address = upload(admin)
    columns = {
        f"column.{n}": name for n, name in enumerate(["code", "", "use", "metering", "", "region", "lon", "lat", ""])
    }
    page = act(admin, address, "read", **columns)
    assert set(page.context["report"]["columns"]["ignored"]) == {"name", "depth_m", "备注"}
    commit(admin, address)
    assert set(models.Well.objects.values_list("name", flat=True)) == {""}
    other = upload(admin, USERS)
    assert admin.get(other).context["slug"] == "refused"
    assert act(admin, other, "read", target="water_user").context["slug"] == "checked"


@pytest.mark.django_db
def test_a_dataset_is_proposed_by_the_headings(admin: Client, grid: make.Grid) -> None:
    page = admin.get(upload(admin, target=""))
    assert (page.context["job"].target, page.context["slug"]) == ("well", "checked")
    assert page.context["proposals"][0]["hits"] >= 6
    cut = admin.get(upload(admin, WELLS.replace(",region,", ",登记所在区,"), target=""))
    assert cut.context["job"].target == "well", "and not the reporting units, which need a code and a name alone"
    alike = admin.get(upload(admin, "编码,名称\n1,一\n", target=""))
    assert alike.context["slug"] == "unknown" and len(alike.context["proposals"]) == 3
    unknown = upload(admin, "甲,乙\n1,2\n", "什么.csv", target="")
    page = admin.get(unknown)
    assert page.context["slug"] == "unknown" and "请选择" in page.content.decode()
    assert admin.post(unknown, {"action": "read"}).status_code == 400
    assert act(admin, unknown, "read", target="well").context["slug"] == "refused"


@pytest.mark.django_db
def test_what_a_reader_asks_is_confirmed_before_the_import(
    admin: Client, grid: make.Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ingest.opened_apart

    @contextmanager
    def asking(path: Path, layer: str | None, hints: Hints) -> Iterator[Table]:
        value = hints.told.get("merged", "fill")
        with real(path, layer, hints) as table:
            why = Words("合并的是数字", "the merged are numbers")
            choice = Choice("merged", value, why, ["fill", "first"], asks=True)
            yield replace(table, choices=[*table.choices, choice])

    monkeypatch.setattr(ingest, "opened_apart", asking)
    address = upload(admin)
    page = admin.get(address)
    text = page.content.decode()
    assert not page.context["can_commit"] and "请确认" in text and "合并的是数字" in text and "合并单元格" in text
    assert 'value="commit" data-testid="commit" disabled' in text
    assert "请先确认" in admin.post(address, {"action": "commit"}, follow=True).content.decode()
    assert job_of(address).state == CHECKED
    page = act(admin, address, "read", **{"told.merged": "first"})
    assert page.context["can_commit"] and job_of(address).how == {"told": {"merged": "first"}}
    assert commit(admin, address).context["slug"] == "committed"
    kept = ReadingProfile.objects.get()
    assert kept.how == {"told": {"merged": "first"}}
    page = admin.get(upload(admin, WELLS.replace("W", "V"), "下月.csv"))
    assert page.context["can_commit"] and page.context["job"].profile == kept


def test_a_decision_is_named_as_people_call_it() -> None:
    well = spec_for("well")
    assert words.choice_name("unit.depth_m", well, "zh") == "单位：井深"
    assert words.choice_name("unit.depth_m", well, "en") == "Unit: Depth"
    assert words.message("有多列对应字段 use：“a”、“b”；请用 --map use=列名 指定其一", well, "zh") == (
        "有多列对应“用途”：“a”、“b”；请用“列的对应”指定其一"
    )
    assert "--" not in words.message("choose one by --map use=column", well, "en")


@pytest.mark.django_db
def test_next_months_file_of_the_kind_needs_no_click(admin: Client, grid: make.Grid) -> None:
    columns = {f"column.{n}": name for n, name in enumerate(["code", "use", "metering", "region", "lon", "lat"])}
    address = upload(admin, ODD, "机井月报2024年3月.csv")
    act(admin, address, "read", **columns)
    commit(admin, address)
    kept = ReadingProfile.objects.get()
    assert (kept.name, kept.target, kept.made_by) == ("机井 · 机井月报", "well", "chief")
    turned = (
        ODD.replace("井号,用途,计量,所在,x,y", "用途,井号,计量,所在,x,y")
        .replace("W1,农业", "农业,W7")
        .replace("W2,监测", "监测,W8")
    )
    for target in ("well", ""):  # in whatever order the headings stand, and whether or not a dataset is chosen
        page = admin.get(upload(admin, turned, "机井月报2024年4月.csv", target=target))
        assert page.context["slug"] == "checked" and page.context["can_commit"]
        assert page.context["report"]["rows"]["new"] == 2
        assert f"“{kept.name}”" in page.content.decode()
    kept.refresh_from_db()
    assert kept.used_at
    plain = act(admin, page.request["PATH_INFO"], "plain")
    assert plain.context["slug"] == "refused" and plain.context["job"].profile is None
    assert ReadingProfile.objects.count() == 1


@pytest.mark.django_db
def test_a_kept_reading_finds_the_sheet_of_the_month(admin: Client, grid: make.Grid, tmp_path: Any) -> None:
    def book(name: str, month: str) -> bytes:
        heading = workbooks.row(1, dict(enumerate(["code", "use", "metering", "region"], 1)))
        rows = [heading, workbooks.row(2, dict(enumerate([f"M{month}", "农业", "水表", A], 1)))]
        return workbooks.write(tmp_path / name, {month: rows, f"上年{month}": rows}).read_bytes()

    address = upload(admin, book("a.xlsx", "3月"), "a.xlsx")
    page = admin.get(address)
    assert (page.context["slug"], page.context["sheets"]) == ("refused", ["3月", "上年3月"])
    assert act(admin, address, "read", inner="3月").context["slug"] == "checked"
    commit(admin, address)
    page = admin.get(upload(admin, book("b.xlsx", "12月"), "b.xlsx"))
    assert page.context["slug"] == "checked" and page.context["job"].how["inner"] == "12月"


@pytest.mark.django_db
def test_kept_readings_are_renamed_and_let_go(admin: Client, grid: make.Grid) -> None:
    address = upload(admin, crs="GCJ-02")
    assert act(admin, address, "keep", name="机井月报").status_code == 200
    kept = ReadingProfile.objects.get()
    assert (kept.name, kept.how) == ("机井月报", {"crs": "GCJ-02"})
    page = admin.get(f"{DESK}profiles/").content.decode()
    assert "机井月报" in page and "坐标系：GCJ-02" in page
    admin.post(f"{DESK}profiles/", {"profile": kept.pk, "action": "rename", "name": "另一个名字"})
    assert ReadingProfile.objects.get().name == "另一个名字"
    admin.post(f"{DESK}profiles/", {"profile": kept.pk, "action": "delete"})
    assert not ReadingProfile.objects.exists()
    for wrong in ("", "x", "9" * 30, "-1"):
        assert admin.post(f"{DESK}profiles/", {"profile": wrong, "action": "delete"}).status_code == 404


@pytest.mark.django_db
def test_a_year_that_was_told_is_asked_again_of_the_next_file() -> None:
    from geoapp.desk.profiles import of_a_kind

    how = {
        "told": {"year": "2019", "encoding": "gbk"},
        "closing": True,
        "replacing": True,
        "within": "110108",
        "plain": True,
    }
    assert of_a_kind(how) == {"told": {"encoding": "gbk"}}
    assert of_a_kind({"told": {"sheet": "3月"}}) == {"inner": "3月"}
    assert of_a_kind({"told": {"year": "2019"}}) == {}


@pytest.mark.django_db
def test_a_kept_reading_that_does_not_fit_is_left_aside_and_said(admin: Client, grid: make.Grid) -> None:
    address = upload(admin)
    act(
        admin,
        address,
        "read",
        **{"column.8": "name", "column.0": "code", "column.2": "use", "column.3": "metering", "column.5": "region"},
    )
    commit(admin, address)
    ReadingProfile.objects.update(how={"crs": "EPSG:9"})
    page = admin.get(upload(admin, WELLS.replace("W", "V")))
    assert page.context["slug"] == "checked" and page.context["job"].profile is None
    assert page.context["misfit"]["name"] in page.content.decode() and "EPSG:9" in page.content.decode()


# Rows


@pytest.mark.django_db
def test_problem_rows_come_a_page_at_a_time_and_by_what_is_wrong(admin: Client, grid: make.Grid) -> None:
    lines = "".join(f"P{n},{'钓鱼' if n % 3 else '农业'},水表,{A if n % 2 else '999'}\n" for n in range(300))
    address = upload(admin, f"code,use,metering,region\n{lines}")
    page = admin.get(address)
    faults = page.context["faults"]
    assert [len(faults["rows"]), faults["page"].count, faults["page"].pages] == [50, 200 + 50, 5]
    assert faults["rows"][0]["field"] in ("用途", "登记所在区划")
    last = admin.get(f"{address}?page=5").context["faults"]
    assert (len(last["rows"]), last["after"]) == (50, "")
    assert admin.get(f"{address}?page=99999").context["faults"]["page"].number == 5
    words = {(one["field"], one["reason"]): one["query"] for one in faults["groups"]}
    narrowed = admin.get(f"{address}?{words['use', 'not_a_term']}").context["faults"]
    assert narrowed["page"].count == 200 and {row["id"] for row in narrowed["rows"]} == {"use"}
    assert "page=2" in narrowed["after"] and "reason=not_a_term" in narrowed["after"]
    assert admin.get(f"{address}?kind=%27%3B--&page=x").status_code == 200


@pytest.mark.django_db
def test_what_changes_is_shown_old_and_new_by_field(admin: Client, grid: make.Grid) -> None:
    address = upload(admin)
    job = job_of(address)
    told = [
        rows.ChangedValue(n, f"W{n}", "depth_m" if n % 2 else "use", str(n), None if n == 3 else "9")
        for n in range(2, 102)
    ]
    found = SimpleNamespace(refusals=Faults(), warnings=Faults(), places=[], changes=SimpleNamespace(first=told))
    rows.write(parcels.folder_of(job.token), found)  # type: ignore[arg-type]
    ImportJob.objects.update(report=job.report | {"changed_fields": {"depth_m": 900, "use": 50}})
    page = admin.get(f"{address}?changed=depth_m")
    changes = page.context["changes"]
    assert [(one["word"], one["count"]) for one in changes["groups"]] == [("井深", 900), ("用途", 50)]
    assert (changes["page"].count, changes["rows"][0]["new"], changes["rows"][1]["new"]) == (50, "—", "9 m")
    text = admin.get(address).content.decode()
    assert "列出前 100" in " ".join(text.split()) and "W2" in text and "changes=2" in text


@pytest.mark.django_db
def test_the_map_gets_where_the_rows_lie(admin: Client, grid: make.Grid) -> None:
    make.WellFactory(code="W3", use=1)
    text = f"code,use,metering,region,lon,lat\nW1,农业,水表,{A},116.005,40.005\nW3,监测,水表,{A},116.006,40.005\nW4,农业,水表,999,116.007,40.005\nW5,农业,水表,{A},,\n"
    address = upload(admin, text)
    found = admin.get(f"{address}places").json()
    kinds = {one["properties"]["code"]: one["properties"]["kind"] for one in found["features"]}
    assert kinds == {"W1": "new", "W3": "changed", "W4": "refused"}
    assert (found["sampled"], found["count"]) == (False, 3)
    assert found["features"][0]["geometry"]["coordinates"] == [116.005, 40.005]
    assert "data-places" in admin.get(address).content.decode()
    commit(admin, address)
    assert len(admin.get(f"{address}places").json()["features"]) == 3


@pytest.mark.django_db
def test_a_layer_is_replaced_and_what_would_go_is_said_first(admin: Client, grid: make.Grid) -> None:
    make.WellFactory(code="OLD")
    address = upload(admin)
    page = act(admin, address, "read", replacing="on")
    assert page.context["report"]["rows"]["gone"] == 1 and "OLD" in page.content.decode()
    corrected = upload(admin, WELLS.replace("钓鱼", "农业"))
    act(admin, corrected, "read", replacing="on")
    assert commit(admin, corrected).context["slug"] == "committed"
    assert not models.Well.objects.filter(code="OLD").exists()
    kept = ReadingProfile.objects.exists()
    assert not kept, "a replacement is of one file, and of no kind"


@pytest.mark.django_db
def test_one_clerk_cannot_fill_the_queue(admin: Client, grid: make.Grid) -> None:
    for _ in range(queue.MOST_OF_ONE):
        assert admin.post(DESK, sent()).status_code == 302
    full = admin.post(DESK, sent())
    assert full.status_code == 400 and "等待" in full.context["error"]
    other = Client()
    other.force_login(User.objects.create_superuser("other"))
    assert other.post(DESK, sent()).status_code == 302


# First problems, and whose a reading is


@pytest.mark.django_db
def test_the_first_problems_are_there_while_the_file_is_compared(
    admin: Client, grid: make.Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, str]] = []

    class Looking(checking.ProgressTold):
        def __call__(self, step: str, done: int, of: int | None) -> None:
            super().__call__(step, done, of)
            if step in ("read", "write"):
                seen.append((told(admin, address)["problems"], admin.get(address).content.decode()))

    monkeypatch.setattr(checking, "ProgressTold", Looking)
    address = put(admin, WELLS.replace("农业", "钓鱼", 1))
    worker.work(idle_s=0)
    assert [problems for problems, _ in seen] == [False] * (len(seen) - 1) + [True]
    assert "data-faults" in seen[-1][1] and "钓鱼" in seen[-1][1] and "data-faults" not in seen[0][1]
    assert not told(admin, address)["problems"], "of what is done all is on its page"


@pytest.mark.django_db
def test_a_reading_is_changed_by_who_made_it_or_when_its_maker_is_gone(admin: Client, grid: make.Grid) -> None:
    upload(admin, ODD, target="well")
    maker = User.objects.create_user("maker", password="long enough for a test", is_staff=True)
    kept = ReadingProfile.objects.create(
        name="每月", target="well", fingerprint="x", suffix=".csv", made_by=maker.username
    )
    other = User.objects.create_user("other", password="long enough for a test", is_staff=True)
    other.user_permissions.add(Permission.objects.get(codename="import_data"))
    clerk = Client()
    clerk.force_login(other)
    assert f'value="{kept.pk}"' not in clerk.get(f"{DESK}profiles/").content.decode()
    assert clerk.post(f"{DESK}profiles/", {"profile": kept.pk, "action": "delete"}).status_code == 403
    maker.delete()
    assert (
        clerk.post(f"{DESK}profiles/", {"profile": kept.pk, "action": "rename", "name": "每月机井"}).status_code == 302
    )
    kept.refresh_from_db()
    assert kept.name == "每月机井"
