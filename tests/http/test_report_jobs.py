"""Reports asked for from the page: one job for one content, made once, whole or not at all, and told how far it is."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from geoapp.background import locks
from geoapp.reports import ask, queue, views, worker
from geoapp.reports.ask import Ask, data_stamp
from geoapp.reports.models import DONE, FAILED, QUEUED, RUNNING, ReportJob
from layers.errors import Busy, NotFound
from layers.periods import parse_period
from layers.versions import fingerprint
from tests import factories as make
from tests.factories import DISTRICT, SOUTHERN
from tests.report_city import make_city

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small(settings: Any) -> None:
    make_city()
    settings.REPORT_WORKERS = 0  # none is started: the tests are the worker


def ask_for(region: str = DISTRICT, period: str = "2019", forms: tuple[str, ...] = ("xlsx",)) -> ReportJob:
    return queue.ask_for(Ask(region, parse_period(period), site="http://testserver/"), forms)


def post(client: Client, **given: Any) -> Any:
    return client.post("/reports/make", {"region": DISTRICT, "period": "2019", "formats": ["xlsx"], **given})


@pytest.fixture
def elsewhere() -> Iterator[psycopg.Connection[Any]]:
    """Another session of the same database, as another worker has."""
    told = connection.get_connection_params()
    with psycopg.connect(
        host=told.get("host"), port=told.get("port"), user=told.get("user"), dbname=told["dbname"],
        password=told.get("password"), autocommit=True,
    ) as link:  # fmt: skip
        yield link


def test_two_who_ask_for_the_same_get_one_job(client: Client) -> None:
    assert post(client).status_code == post(Client()).status_code == 302
    assert ReportJob.objects.count() == 1
    post(client, period="2018")
    post(client, formats=["xlsx", "svg"])
    post(client, lang="en")
    assert ReportJob.objects.count() == 4


def test_a_script_gets_the_job_and_follows_it() -> None:
    strict = Client(enforce_csrf_checks=True)
    token = strict.get("/reports/jobs").json()["csrf"]
    given = {"region": DISTRICT, "period": "2019", "formats": "svg", "lang": "en"}
    said = {"X-CSRFToken": token, "Accept": "application/json"}
    assert strict.post("/reports/make", given, headers={**said, "X-CSRFToken": "guessed"}).status_code == 403
    answer = strict.post("/reports/make", given, headers=said)
    job = ReportJob.objects.get()
    assert answer.status_code == 202
    assert (answer.json()["job"]["id"], answer.json()["job"]["told"], job.formats) == (job.pk, "Waiting", "svg")
    worker.work(idle_s=0)
    again = strict.post("/reports/make", given, headers=said).json()["job"]
    assert (again["id"], again["status"], [file["form"] for file in again["files"]]) == (job.pk, DONE, ["svg"])
    refused = strict.post("/reports/make", {**given, "region": "110999"}, headers=said)
    assert (refused.status_code, refused["Content-Type"]) == (404, "application/problem+json")
    assert "110999" in refused.json()["detail"]


def test_other_data_are_another_job(client: Client) -> None:
    first = ask_for()
    make.publish("usage")
    assert ask_for().pk != first.pk
    assert {job.stamp for job in ReportJob.objects.all()} == {first.stamp, data_stamp()}


def test_a_job_is_made_and_taken(client: Client) -> None:
    post(client, formats=["xlsx", "svg"])
    assert worker.work(idle_s=0) == 1
    told = client.get("/reports/jobs").json()["jobs"][0]
    assert (told["status"], told["percent"], told["mine"], told["old"]) == (DONE, 100, True, False)
    assert [file["form"] for file in told["files"]] == ["xlsx", "svg"]
    for file in told["files"]:
        answer = client.get(file["url"])
        assert answer.status_code == 200 and b"".join(answer.streaming_content)[:2] == b"PK"
        assert "filename*=" in answer["Content-Disposition"]
    make.publish("usage")
    assert client.get("/reports/jobs").json()["jobs"][0]["old"] is True


def test_a_finished_job_whose_file_is_gone_is_made_again() -> None:
    job = ask_for()
    worker.work(idle_s=0)
    assert ask_for().status == DONE
    next(queue.folder_of(job.key).glob("*.xlsx")).write_bytes(b"half")
    assert ask_for().status == QUEUED
    worker.work(idle_s=0)
    assert ReportJob.objects.get().status == DONE


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a byte": lambda data: data[:500] + bytes([data[500] ^ 1]) + data[501:],
    "cut": lambda data: data[: len(data) // 2],
    "emptied": lambda data: b"",
}


@pytest.mark.parametrize("how", list(DAMAGES.values()), ids=list(DAMAGES))
def test_a_damaged_file_is_never_sent_and_made_again(client: Client, how: Callable[[bytes], bytes]) -> None:
    post(client, formats=["xlsx", "svg"])
    worker.work(idle_s=0)
    job = ReportJob.objects.get()
    url, path = f"/reports/{job.pk}/svg", next(queue.folder_of(job.key).glob("*-svg.zip"))
    right, before = path.read_bytes(), path.stat()
    path.write_bytes(how(right))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    answer = client.get(url)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "正在重新生成" in answer.content.decode()
    assert ReportJob.objects.get().status == QUEUED
    assert worker.work(idle_s=0) == 1
    answer = client.get(url)
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, right)


def test_a_damaged_file_of_older_data_becomes_a_report_of_todays(client: Client) -> None:
    post(client, formats=["svg"])
    worker.work(idle_s=0)
    old = ReportJob.objects.get()
    next(queue.folder_of(old.key).glob("*-svg.zip")).unlink()
    make.publish("usage")
    assert client.get(f"/reports/{old.pk}/svg").status_code == 503
    new = ReportJob.objects.get()
    assert (new.pk != old.pk, new.status, new.stamp) == (True, QUEUED, data_stamp())
    assert client.get("/reports/jobs").json()["jobs"][0]["mine"] is True


def test_other_code_is_another_job(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask_for()
    assert ask_for().pk == first.pk
    monkeypatch.setattr(ask, "code", lambda: "another template")
    assert ask_for().pk != first.pk


def test_other_code_is_another_preview(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"/reports/preview?region={DISTRICT}&period=2019"
    first = client.get(url)["ETag"]
    assert client.get(url, headers={"if-none-match": first}).status_code == 304
    monkeypatch.setattr(views, "code", lambda: "another template")
    assert client.get(url, headers={"if-none-match": first}).status_code == 200


def test_the_code_of_reports_is_all_that_they_are_made_with(settings: Any, tmp_path: Path) -> None:
    told = set()
    for name in ("geoapp/reports/tables.py", "geoapp/reports/templates/reports/report.css", "requirements.lock",
                 "geoapp/reports/templates/reports/report.html", "geoapp/web/static/web/leaflet/leaflet.js"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("changed")
        settings.BASE_DIR = tmp_path
        fingerprint.cache_clear()
        told.add(ask.code())
    assert len(told) == 5
    fingerprint.cache_clear()


def test_a_job_that_another_worker_holds_is_left_alone(elsewhere: psycopg.Connection[Any]) -> None:
    first, second = ask_for(), ask_for(SOUTHERN)
    elsewhere.execute("SELECT pg_advisory_lock(%s, %s)", [locks.REPORT_JOBS, first.pk])
    taken = queue.claim()
    assert taken is not None and taken.pk == second.pk
    elsewhere.execute("SELECT pg_advisory_unlock(%s, %s)", [locks.REPORT_JOBS, first.pk])


def test_a_job_whose_worker_died_is_taken_again(elsewhere: psycopg.Connection[Any]) -> None:
    job = ask_for()
    elsewhere.execute("SELECT pg_advisory_lock(%s, %s)", [locks.REPORT_JOBS, job.pk])
    ReportJob.objects.update(status=RUNNING, attempts=1)
    assert queue.claim() is None
    elsewhere.close()
    assert _eventually(lambda: worker.work(idle_s=0) == 1)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (DONE, 2)


def _eventually(works: Any, times: int = 50) -> bool:
    """A session ends a moment after its connection is closed."""
    import time

    return any(works() or time.sleep(0.05) for _ in range(times))


def test_a_job_that_kills_its_workers_is_given_up() -> None:
    job = ask_for()
    ReportJob.objects.update(status=RUNNING, attempts=queue.ATTEMPTS)
    assert queue.claim() is None
    job.refresh_from_db()
    assert job.status == FAILED and job.error == "开始过 3 次，都没有做完。"
    assert ask_for().status == QUEUED  # asked for again, it begins anew


def test_a_disk_that_is_full_leaves_no_half_file(client: Client) -> None:
    post(client, formats=["svg"])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, before[1]))
    try:
        worker.work(idle_s=0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    job = ReportJob.objects.get()
    assert job.status == FAILED and "磁盘已满" in job.error  # in the language of the report
    assert not queue.folder_of(job.key).exists()
    assert client.get("/reports/jobs").json()["jobs"][0]["files"] == []


def test_a_region_without_use_fails_with_a_reason() -> None:
    make.RegionFactory(code="110102", name="空区", parent_id=None, level=2)
    make.publish()
    ask_for("110102")
    worker.work(idle_s=0)
    job = ReportJob.objects.get()
    assert job.status == FAILED and "没有用水数据" in job.error


def test_a_deleted_job_stops_and_leaves_nothing(client: Client) -> None:
    post(client)
    job = ReportJob.objects.get()
    taken = queue.claim()
    assert taken is not None
    assert client.post(f"/reports/{job.pk}/delete").status_code == 302
    worker.do(taken)
    assert not ReportJob.objects.exists() and not queue.folder_of(job.key).exists()


def test_only_the_asker_or_an_administrator_deletes(client: Client, admin_client: Client) -> None:
    post(client)
    job = ReportJob.objects.get()
    assert Client().post(f"/reports/{job.pk}/delete").status_code == 403
    assert admin_client.post(f"/reports/{job.pk}/delete").status_code == 302
    assert not ReportJob.objects.exists()


def test_forged_requests_are_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert post(strict).status_code == 403
    assert strict.post("/reports/1/delete").status_code == 403
    assert strict.get("/reports/make").status_code == 405
    assert not ReportJob.objects.exists()


def test_so_many_wait_and_no_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MOST_WAITING", 2)
    ask_for(), ask_for(SOUTHERN)
    with pytest.raises(Busy):
        ask_for(period="2018")
    assert ask_for().status == QUEUED  # the same again takes no place
    assert post(client, period="2018").status_code == 503


def test_nobody_takes_all_places(client: Client) -> None:
    for month in range(1, queue.MOST_WAITING_OF_ONE + 1):
        assert post(client, period=f"2019-{month:02}").status_code == 302
    refused = post(client, period="2018")
    assert refused.status_code == 503
    assert post(client, period="2019-01").status_code == 302  # the same again takes no place
    assert (
        client.post("/reports/make", {"region": DISTRICT, "period": "2018"}, REMOTE_ADDR="10.0.0.2").status_code == 302
    )


def test_askers_take_turns() -> None:
    asked = [("a", "2019-01"), ("a", "2019-02"), ("a", "2019-03"), ("b", "2019-04"), ("c", "2019-05"), ("b", "2019-06")]
    for asker, period in asked:
        queue.ask_for(Ask(DISTRICT, parse_period(period), site="http://testserver/"), ("xlsx",), asker)
    order = []
    while (job := queue.claim()) is not None:
        order.append(job.period)
        queue.finish(job, error="not made here")
    assert order == ["2019-01", "2019-04", "2019-05", "2019-02", "2019-06", "2019-03"]


def test_who_asked_is_forgotten_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    for period in ("2019-01", "2019-02"):
        queue.ask_for(Ask(DISTRICT, parse_period(period), site="http://testserver/"), ("xlsx",), "10.0.0.1")
    worker.work(idle_s=0)
    assert {job.asker for job in ReportJob.objects.all()} == {"10.0.0.1"}
    monkeypatch.setattr(queue, "REMEMBERED", timedelta(0))
    queue.prune()
    assert {job.asker for job in ReportJob.objects.all()} == {""}


def test_old_reports_go_with_their_files(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask_for()
    worker.work(idle_s=0)
    monkeypatch.setattr(queue, "KEPT", 1)
    ask_for(SOUTHERN)
    worker.work(idle_s=0)
    assert [job.region for job in ReportJob.objects.all()] == [SOUTHERN]
    assert not queue.folder_of(first.key).exists()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"region": "110999"}, 404), ({"region": "abc"}, 400), ({"period": "1999"}, 404), ({"period": ""}, 400),
        ({"formats": ["doc"]}, 400), ({"lang": "fr"}, 400), ({"region": "1\x00"}, 400),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_a_page(client: Client, given: dict[str, Any], status: int) -> None:
    answer = post(client, **given)
    assert (answer.status_code, "refused" in answer.content.decode()) == (status, True)
    assert not ReportJob.objects.exists()


def test_unknown_regions_are_not_queued() -> None:
    with pytest.raises(NotFound):
        ask_for("110999")


def test_a_worker_without_a_place_does_nothing(elsewhere: psycopg.Connection[Any]) -> None:
    ask_for()
    elsewhere.execute("SELECT pg_advisory_lock(%s, %s)", [locks.REPORT_SLOTS, 1])
    assert worker.work(idle_s=0) == 0
    assert not queue.workers_needed(1) and queue.workers_needed(2)


def test_the_page_is_filled_in_from_its_address(client: Client) -> None:
    page = client.get("/reports/", {"region": SOUTHERN, "period": "2019-07"}).content.decode()
    assert f'<option value="{SOUTHERN}" selected>' in page and 'value="2019-07"' in page
    english = client.get("/reports/", {"lang": "en"}).content.decode()
    assert "Make the report" in english and '<html lang="en">' in english
    assert client.get("/reports/99/pdf").status_code == 404
