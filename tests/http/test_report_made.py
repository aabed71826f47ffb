"""Reports into a folder, when something goes wrong: a run that is killed, another in the same folder, no room, a spoiled list, and
what cannot be asked, told before anything is computed and in the language asked."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from geoapp.reports import apart, content, record
from geoapp.reports.ask import Ask, data_stamp
from geoapp.reports.files import CannotWrite
from geoapp.reports.models import ReportJob
from geoapp.reports.record import Record
from layers.kept.whole import is_as_told
from layers.periods import parse_period
from tests import factories as make
from tests.desk_files import environment, eventually
from tests.factories import DISTRICT, NORTHERN, SOUTHERN, A
from tests.processes import children
from tests.report_city import make_city
from tests.thorough import by_turn, paired
from tests.work_apart import ends_itself, late

RECORD = "reports.json"


@pytest.fixture(autouse=True)
def _in_this_process(settings: Any) -> None:
    settings.SERVICE_USER = ""  # a process of another user's would not see what the test has written
    settings.REPORT_WORKERS = 0


def run(folder: Path, *words: str) -> str:
    out = StringIO()
    call_command("report", "--period", "2019", "--out", str(folder), *words, stdout=out)
    return out.getvalue()


def refused(folder: Path, *words: str) -> str:
    with pytest.raises(CommandError) as stopped:
        run(folder, *words)
    assert stopped.value.returncode == 2
    return str(stopped.value)


def whole(folder: Path) -> list[str]:
    """The files of the list, each as it says; and no other, nor half a one."""
    told = json.loads((folder / RECORD).read_text())
    assert all(is_as_told(folder / name, each["bytes"], each["sha256"]) for name, each in told.items())
    assert {path.name for path in folder.iterdir()} == {*told, RECORD}
    return sorted(told)


# Whoever is killed


def command(folder: Path, *words: str) -> subprocess.Popen[str]:
    """The command as anybody runs it, on the tests' own database."""
    given = ["--period", "2019", "--processes", "2", "--out", str(folder), *words]
    return subprocess.Popen(
        [sys.executable, "manage.py", "report", *given], cwd=django_settings.BASE_DIR,
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip


def alive(pids: set[int]) -> set[int]:
    return {
        pid for pid in pids if Path(f"/proc/{pid}/stat").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text()
    }


def workers(parent: int) -> set[int]:
    """Those of its children that make reports: another keeps the books of semaphores, and ends with it by itself."""
    return {pid for pid in children(parent) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("how", "status"),
    by_turn(
        [
            pytest.param(signal.SIGKILL, -signal.SIGKILL, id="killed"),
            pytest.param(signal.SIGTERM, 143, id="ended"),
            pytest.param(signal.SIGINT, 130, id="Ctrl-C"),
        ]
    ),
)
def test_a_run_that_is_stopped_leaves_no_process_and_loses_nothing(tmp_path: Path, how: int, status: int) -> None:
    with transaction.atomic():
        make_city()
        make.publish()
    folder = tmp_path / "out"
    codes = ("--district", DISTRICT, SOUTHERN, NORTHERN, "11", "--formats", "xlsx,svg")
    running = command(folder, *codes)
    try:
        eventually(lambda: (folder / RECORD).exists(), 60)
        begun = workers(running.pid)
        assert len(begun) == 2
        running.send_signal(how)
        said, _ = running.communicate(timeout=20)
    finally:
        running.kill()
    assert running.returncode == status, said
    assert "Traceback" not in said
    eventually(lambda: not alive(begun), 10)
    before = {name: (folder / name).stat().st_mtime_ns for name in json.loads((folder / RECORD).read_text())}
    assert before and all(is_as_told(folder / name, each["bytes"], each["sha256"]) for name, each in json.loads((folder / RECORD).read_text()).items())  # fmt: skip
    again = command(folder, *codes)
    said, _ = again.communicate(timeout=120)
    assert again.returncode == 0, said
    assert len(whole(folder)) == 8
    assert {name: (folder / name).stat().st_mtime_ns for name in before} == before  # and none of it is made again


def test_a_thing_whose_process_is_killed_is_told_and_the_others_are_made() -> None:
    """As the kernel does it for want of memory: the others go on, each of them once."""
    things = ["a", "kill", "b", "c", "d"]
    done = dict(apart.each(ends_itself, things, 2))
    assert done == {"a": "A", "b": "B", "c": "C", "d": "D", "kill": None}


def test_who_stops_asking_leaves_nobody_at_work() -> None:
    began = time.monotonic()
    made = apart.each(late, [0.0, 60.0, 60.0], 2)
    assert next(made) == (0.0, 0.0)
    assert workers(os.getpid())
    made.close()
    eventually(lambda: not alive(workers(os.getpid())), 10)
    assert time.monotonic() - began < 40


@pytest.mark.django_db
def test_a_process_ends_with_whoever_began_it() -> None:
    """Also where it is in the midst of something, and though no signal is sent to it."""
    program = (
        "from geoapp.reports import apart; from tests.work_apart import goes_on; list(apart.each(goes_on, [1, 2], 2))"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=django_settings.BASE_DIR, env=environment(), stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    try:
        assert parent.stdout is not None
        begun = {int(parent.stdout.readline()) for _ in range(2)}
        assert len(begun) == 2 and begun <= set(children(parent.pid)) and alive(begun) == begun
    finally:
        parent.kill()
        parent.wait()
    eventually(lambda: not alive(begun), 10)


# Two in one folder


@pytest.mark.turns(2)
@pytest.mark.django_db(transaction=True)
def test_two_runs_share_a_folder(tmp_path: Path) -> None:
    with transaction.atomic():
        make_city()
        make.publish()
    folder = tmp_path / "out"
    both = [
        command(folder, "--district", *codes, "--formats", "xlsx,svg")
        for codes in ((DISTRICT, SOUTHERN), ("11", NORTHERN, SOUTHERN))
    ]
    for each in both:
        said, _ = each.communicate(timeout=120)
        assert each.returncode == 0, said
    assert len(whole(folder)) == 8


@pytest.mark.django_db
def test_what_another_run_has_added_stays(tmp_path: Path) -> None:
    first, second = Record(tmp_path), Record(tmp_path)
    told = {"key": "k", "bytes": 1, "sha256": "x", "version": 1, "form": "xlsx"}
    first.add({"a.xlsx": told})
    second.add({"b.xlsx": told})
    assert sorted(Record(tmp_path).files) == ["a.xlsx", "b.xlsx"]


# A spoiled list


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("spoiled", "lang"), paired(["{ cut sho", "[]", '{"a.xlsx": 1}', '{"a.xlsx": {"key": "k"}}', ""], ["zh", "en"])
)
def test_a_spoiled_list_is_kept_aside_and_told(tmp_path: Path, spoiled: str, lang: str) -> None:
    said = {
        "zh": "reports.json 读不懂，已改名为 reports.spoiled.json",
        "en": "reports.json cannot be read and is now called reports.spoiled.json",
    }[lang]
    make_city()
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / RECORD).write_text(spoiled)
    assert said in run(folder, "--district", SOUTHERN, "--formats", "xlsx", "--lang", lang)
    assert (folder / "reports.spoiled.json").read_text() == spoiled
    assert len(json.loads((folder / RECORD).read_text())) == 1
    (folder / RECORD).write_text(spoiled)
    run(folder, "--district", SOUTHERN, "--formats", "xlsx", "--lang", lang)
    assert (folder / "reports.spoiled-2.json").read_text() == spoiled
    assert said not in run(folder, "--district", SOUTHERN, "--formats", "xlsx", "--lang", lang)


# No room, no right, no folder


@contextmanager
def bounded_files(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def nothing_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "build", None)


@pytest.mark.django_db
@pytest.mark.parametrize(("lang", "said"), [("zh", "磁盘已满"), ("en", "no room is left on the disk")])
def test_a_full_disk_is_told_before_anything_is_computed(
    tmp_path: Path, lang: str, said: str, nothing_computed: None
) -> None:
    make_city()
    with bounded_files(100_000):
        assert said in refused(tmp_path / "out", "--district", DISTRICT, "--lang", lang)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "磁盘空间不够，约需 "), ("en", "no room is left on the disk: some ")]
)
def test_a_disk_that_all_together_do_not_fit_on_is_told(
    tmp_path: Path, lang: str, said: str, nothing_computed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_city()
    free = os.statvfs(tmp_path)
    monkeypatch.setitem(record.ROOM, "svg", free.f_bavail * free.f_frsize)
    monkeypatch.setattr(os, "posix_fallocate", lambda *_: None)  # as of a disk on which one alone does fit
    monkeypatch.setitem(record.ROOM, "pdf", free.f_bavail * free.f_frsize)
    for asked in (("--formats", "svg"), ("--atlas",)):  # a volume takes as much as its chapters
        assert said in refused(tmp_path / "out", "--district", DISTRICT, SOUTHERN, *asked, "--lang", lang)


@pytest.mark.django_db
@pytest.mark.parametrize(("lang", "said"), [("zh", "不是文件夹"), ("en", "it is no folder")])
def test_a_folder_that_is_none_is_told_before_anything_is_computed(
    tmp_path: Path, lang: str, said: str, nothing_computed: None
) -> None:
    make_city()
    (tmp_path / "out").write_text("a file")
    assert said in refused(tmp_path / "out", "--district", DISTRICT, "--lang", lang)
    assert said in refused(tmp_path / "out" / "below", "--district", DISTRICT, "--lang", lang)


@pytest.mark.django_db
@pytest.mark.parametrize(("lang", "said"), [("zh", "没有写入权限"), ("en", "it may not be written to")])
def test_a_folder_that_is_not_ours_is_told_before_anything_is_computed(
    lang: str, said: str, nothing_computed: None
) -> None:
    """`/proc` takes files from nobody, root neither."""
    make_city()
    with pytest.raises(CannotWrite) as stopped:
        record.refuse_unfit(Path("/sys/kernel"), ["pdf"])
    assert said in stopped.value.told(lang)
    assert said in refused(Path("/sys/kernel"), "--district", DISTRICT, "--lang", lang)


# What cannot be asked

IMPOSSIBLE = [
    (["--district", "110999"], "没有代码为 110999 的区划或填报单位", "There is no region '110999'."),
    (["--district", DISTRICT, "110999"], "没有代码为 110999 的区划或填报单位", "There is no region '110999'."),
    (["--district", A], "社区(村)没有报告", "There is no report of a village."),
    (["--district", DISTRICT, "--period", "2031"], "2031 没有用水数据（可以是：2018-01..2019-12", "There is no usage in 2031. (may be: 2018-01..2019-12"),
    (["--district", DISTRICT, "--period", "2019-13"], "“2019-13”没有这个月份", "'2019-13' has no such month."),
    (["--district", DISTRICT, "--period", "soon"], "看不懂统计期“soon”", "'soon' is not a period."),
    (["--district", DISTRICT, "--formats", "doc"], "没有“doc”", "'doc' is not one of the formats."),
    ([], "要哪里的报告？", "Of where?"),
    (["--all", "--atlas", "--formats", "xlsx"], "没有“xlsx”（可以是：pdf）", "'xlsx' is not one of the formats. (may be: pdf)"),
    (["--atlas", "--district", DISTRICT, "110999"], "没有代码为 110999 的区划或填报单位", "There is no region '110999'."),
    (["--atlas", "--district", A], "社区(村)没有报告", "There is no report of a village."),
    (["--all", "--atlas", "--period", "latest"], "合订本只有一个统计期", "A bound volume is of one period"),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "zh", "en"), IMPOSSIBLE, ids=[" ".join(words) or "nothing" for words, *_ in IMPOSSIBLE]
)
def test_what_cannot_be_is_told_before_anything_is_computed(
    tmp_path: Path, words: list[str], zh: str, en: str, nothing_computed: None
) -> None:
    make_city()
    assert zh in refused(tmp_path / "out", *words)
    assert en in refused(tmp_path / "out", *words, "--lang", "en")
    assert not (tmp_path / "out").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "status", "zh", "en"),
    [
        ({"region": "110999"}, 404, "没有代码为 110999 的区划或填报单位", "There is no region"),
        ({"region": A}, 404, "社区(村)没有报告", "There is no report of a village"),
        ({"region": "atlas/110999"}, 404, "没有代码为 110999 的区划或填报单位", "There is no region"),
        ({"region": "atlas/x"}, 400, "“x”不是区划代码", "is not a division code"),
        ({"period": "1999"}, 404, "1999 没有用水数据", "There is no usage in 1999"),
        ({"period": "soon"}, 400, "看不懂统计期“soon”", "is not a period"),
    ],
)
def test_the_page_tells_it_in_its_language_and_queues_nothing(
    client: Client, given: dict[str, str], status: int, zh: str, en: str
) -> None:
    make_city()
    for lang, said in (("zh", zh), ("en", en)):
        answer = client.post(f"/reports/make?lang={lang}", {"region": DISTRICT, "period": "2019", "formats": ["pdf"], "lang": lang, **given})  # fmt: skip
        assert answer.status_code == status
        assert said in answer.content.decode() and f'<p class="lead" lang="{lang}">' in answer.content.decode()
    assert not ReportJob.objects.exists()


@pytest.mark.django_db
def test_a_list_that_is_there_is_read_for_its_asks_alone(tmp_path: Path) -> None:
    make_city()
    run(tmp_path / "out", "--district", SOUTHERN, "--formats", "xlsx")
    ask = Ask(SOUTHERN, parse_period("2019"))
    assert Record(tmp_path / "out").holds(ask, "xlsx", data_stamp())
    assert not Record(tmp_path / "out").holds(ask, "svg", data_stamp())
