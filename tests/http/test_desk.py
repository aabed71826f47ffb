"""The desk: who may, what is taken, a check that changes nothing, and then exactly that file, once."""

from __future__ import annotations

import json
import resource
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from geoapp.desk import guard, parcels, queue, worker
from geoapp.desk.models import CHECKED, COMMITTED, QUEUED, REFUSED, ImportJob
from layers import models
from layers.registry import DATASETS, IMPORTED
from tests import factories as make
from tests import workbooks
from tests.desk_files import DESK, WELLS, commit, job_of, kept, sent, upload
from tests.factories import A

pytestmark = pytest.mark.django_db


def test_only_staff_with_the_permission_may_come(client: Client, grid: make.Grid) -> None:
    token = "a" * 43
    every = (
        "",
        "profiles/",
        "template/well.csv",
        f"{token}/",
        f"{token}/state",
        f"{token}/places",
        f"{token}/refused.csv",
    )
    for tail in every:
        assert "/account/login?next=/desk/" in client.get(DESK + tail)["Location"]
    clerk = User.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    for tail in every:
        assert client.get(DESK + tail).status_code == 403
    assert client.post(DESK, sent()).status_code == 403
    assert "导入文件" not in client.get("/admin/").content.decode()
    clerk.user_permissions.add(Permission.objects.get(codename="import_data"))
    assert client.get(DESK).status_code == 200
    assert 'href="/desk/"' in client.get("/admin/").content.decode()
    outsider = User.objects.create_user("outsider")
    outsider.user_permissions.add(Permission.objects.get(codename="import_data"))
    client.force_login(outsider)
    assert client.get(DESK).status_code == 302


def test_the_old_addresses_lead_to_the_desk(admin: Client) -> None:
    assert admin.get("/admin/import/?target=region")["Location"] == "/desk/?target=region"
    assert admin.get(f"/admin/import/{'a' * 43}/")["Location"] == "/desk/"


def test_a_form_without_its_token_is_refused(grid: make.Grid) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("chief"))
    assert strict.post(DESK, sent()).status_code == 403
    strict.get(DESK)
    token = strict.cookies["csrftoken"].value
    answer = strict.post(DESK, sent(csrfmiddlewaretoken=token))
    assert answer.status_code == 302
    assert strict.post(answer["Location"], {"action": "discard"}).status_code == 403


def test_a_check_reports_and_changes_nothing(admin: Client, grid: make.Grid) -> None:
    page = admin.get(upload(admin))
    assert page.context["slug"] == "checked"
    counts = {name: count for name, _, count in page.context["counts"]}
    assert {name: counts[name] for name in ("read", "new", "refused")} == {"read": 3, "new": 2, "refused": 1}
    text = page.content.decode()
    for words in ("忽略的列：备注", "钓鱼", "不在词表中", "正式导入", "用途", "井名" if "井名" in text else "名称"):
        assert words in text
    assert not models.Well.objects.exists()
    (file,) = kept()
    assert file.parent.stat().st_mode & 0o077 == 0


def test_everything_is_said_in_english_too(admin: Client, grid: make.Grid) -> None:
    address = upload(admin)
    page = admin.get(f"{address}?lang=en").content.decode()
    for words in (
        "Checked, not imported yet",
        "Rows with problems",
        "not a word of the vocabulary",
        "Refused",
        "Import<",
    ):
        assert words in page
    assert "lang=en" in admin.post(f"{address}?lang=en", {"action": "commit"})["Location"]
    assert "Drop a file here" in admin.get(f"{DESK}?lang=en").content.decode()


def test_the_refused_rows_come_as_a_table_for_excel(admin: Client, grid: make.Grid) -> None:
    answer = admin.get(f"{upload(admin)}refused.csv")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer["Content-Disposition"]
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0].endswith(",原因,建议") and lines[0].startswith(WELLS.partition("\n")[0].strip())
    assert len(lines) == 2 and "钓鱼" in lines[1] and ",用途：不在词表中," in lines[1]


def test_refused_rows_are_mended_and_put_on_the_desk_as_they_are(admin: Client, grid: make.Grid) -> None:
    address = upload(admin)
    commit(admin, address)
    refused = b"".join(admin.get(f"{address}refused.csv").streaming_content)  # type: ignore[attr-defined]
    page = admin.get(upload(admin, refused.decode("utf-8-sig").replace("钓鱼,", "农业,"), "wells-拒收.csv"))
    counts = {name: count for name, _, count in page.context["counts"]}
    assert (counts["read"], counts["new"], counts["refused"]) == (1, 1, 0)


def test_the_import_is_of_exactly_that_file_and_once(admin: Client, grid: make.Grid) -> None:
    address = upload(admin)
    page = commit(admin, address)
    assert page.context["slug"] == "committed"
    assert sorted(models.Well.objects.values_list("code", flat=True)) == ["W1", "W3"]
    assert models.Well.objects.get(code="W1").found_region == grid[A]
    release = models.Release.objects.latest("pk")
    assert (release.file_name, release.actor, release.rows_new, release.rows_refused) == ("wells.csv", "chief", 2, 1)
    assert release.report["context"] == {"from": "desk", "job": job_of(address).token}
    assert job_of(address).release == release
    assert kept() == []
    assert LogEntry.objects.get(object_id=str(release.pk)).change_message == "导入文件 wells.csv"
    releases = models.Release.objects.count()
    again = admin.post(address, {"action": "commit"}, follow=True)
    assert "已经导入" in again.content.decode()
    assert worker.work(idle_s=0) == 0
    assert models.Release.objects.count() == releases
    assert "wells.csv" in admin.get(f"/desk/releases/{release.pk}/").content.decode()
    assert "wells.csv" in admin.get(DESK).content.decode()


def test_a_file_that_was_changed_meanwhile_is_not_imported(admin: Client, grid: make.Grid) -> None:
    address = upload(admin)
    (file,) = kept()
    file.write_text(WELLS.replace("W1", "W7"), encoding="utf-8")
    page = commit(admin, address)
    assert "文件与检查时不同" in page.content.decode()
    assert job_of(address).state == REFUSED and kept() == []
    assert not models.Well.objects.exists()


def test_a_file_can_be_given_up(admin: Client, grid: make.Grid) -> None:
    address = upload(admin)
    assert "已放弃" in admin.post(address, {"action": "discard"}, follow=True).content.decode()
    assert kept() == []
    assert admin.get(address).status_code == 404


def test_what_is_left_lying_goes_after_a_week(admin: Client, grid: make.Grid) -> None:
    address, other = upload(admin), upload(admin, WELLS.replace("W1", "W9"))
    long_ago = timezone.now() - queue.KEPT - timedelta(seconds=1)
    ImportJob.objects.filter(pk=job_of(address).pk).update(changed_at=long_ago)
    assert admin.post(address, {"action": "commit"}).status_code == 404
    assert len(kept()) == 1
    ImportJob.objects.update(changed_at=long_ago)
    admin.get(DESK)
    assert kept() == [] and not ImportJob.objects.exists()
    assert admin.get(other).status_code == 404


def test_nobody_else_sees_or_imports_a_file(admin: Client, grid: make.Grid) -> None:
    address = upload(admin)
    other = Client()
    other.force_login(User.objects.create_superuser("other"))
    for tail in ("", "state", "places", "refused.csv"):
        assert other.get(f"{address}{tail}").status_code == 404
    for action in ("commit", "discard", "read", "plain", "retry", "keep"):
        assert other.post(address, {"action": action}).status_code == 404
    assert "wells.csv" not in other.get(DESK).content.decode()
    assert job_of(address).state == CHECKED


@pytest.mark.parametrize("token", ["..", "../../secret_key", "%2e%2e%2fx", "a" * 43, "." * 43])
def test_a_token_is_no_path(admin: Client, grid: make.Grid, token: str) -> None:
    for tail in ("/", "/refused.csv", "/state"):
        assert admin.get(f"{DESK}{token}{tail}").status_code in (301, 302, 404)


@pytest.mark.parametrize("name", ["../../evil.csv", "..\\..\\evil.csv", "/etc/evil.csv", "坏 名;rm -rf.csv"])
def test_a_file_name_is_only_shown(admin: Client, grid: make.Grid, settings: LazySettings, name: str) -> None:
    file = SimpleUploadedFile("x.csv", WELLS.encode())
    file._name = name  # as a hand-made request could send it
    admin.post(DESK, {"target": "well", "file": file})
    (kept_file,) = kept()
    assert kept_file.name == "data.csv"
    assert kept_file.parent.parent == Path(settings.STATE_DIR, "uploads")


@pytest.mark.parametrize(
    ("options", "field", "said"),
    [
        ({"name": "wells.exe"}, "file", "不支持的文件类型"),
        ({"name": "wells.shp"}, "file", "zip"),
        ({"name": "wells"}, "file", "不支持的文件类型"),
        ({"text": b""}, "file", "空"),
        ({"target": "nothing"}, "target", "nothing"),
        ({"crs": "EPSG:9"}, "crs", "EPSG:9"),
        ({"closing": "on"}, "closing", "行政区划"),
        ({"effective": "2020-01"}, "effective", "行政区划"),
        ({"target": "region", "effective": "soon"}, "effective", "2020-01"),
    ],
)
def test_a_form_that_cannot_be_says_so(
    admin: Client, grid: make.Grid, options: dict[str, Any], field: str, said: str
) -> None:
    answer = admin.post(DESK, sent(**options))
    assert answer.status_code == 400
    assert said in answer.context["error"] and answer.context["error_field"] == field
    told = admin.post(f"{DESK}?lang=en", sent(**options), headers={"Accept": "application/json"})
    assert told.status_code == 400 and told.json()["field"] == field
    assert all(ord(letter) < 0x2E80 for letter in told.json()["error"])
    assert kept() == [] and not ImportJob.objects.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"text": "a,b\n1,2\n"}, "没有任何一列"),
        ({"text": "code,name\nW1,x\n"}, "缺少必需的列"),
        ({"text": b"PK\x03\x04 nonsense", "name": "a.xlsx"}, "已损坏或不完整"),
        ({"text": "{}", "name": "a.geojson"}, "无法读取"),
        ({"inner": "Sheet9", "text": b"PK\x03\x04", "name": "a.zip"}, "损坏"),
    ],
)
def test_a_file_that_cannot_be_imported_says_why_and_changes_nothing(
    admin: Client, grid: make.Grid, options: dict[str, Any], said: str
) -> None:
    address = upload(admin, **options)
    page = admin.get(address)
    assert page.context["slug"] == "refused"
    assert said in page.context["error"]
    assert "数据没有任何改动" in page.content.decode()
    assert "--" not in page.context["error"]  # no word of the command line
    english = admin.get(f"{address}?lang=en").context["error"]
    assert english and "--" not in english
    assert not models.Well.objects.exists()


@pytest.mark.parametrize("cell", workbooks.FAR)
def test_a_word_in_a_far_cell_ends_no_worker(admin: Client, grid: make.Grid, tmp_path: Path, cell: str) -> None:
    """1.4 kB of which XFD1048576 asked for 549 GB and ended the worker, and Z1048576 took a gigabyte of it."""
    content = workbooks.far(tmp_path / "far.xlsx", cell).read_bytes()
    upload(admin, "code\n1\n")  # whatever is loaded with the first import is no matter of this file's
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    page = admin.get(upload(admin, content, "机井.xlsx"))
    assert f"工作表“机井”在远处的单元格 {cell} 有内容" in page.context["error"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 << 10


def test_a_file_that_takes_more_memory_than_it_may_is_refused(
    admin: Client, grid: make.Grid, settings: LazySettings, tmp_path: Path
) -> None:
    settings.IMPORT_READ_BYTES = 300 << 20
    columns = range(1, 16_385)
    some = dict.fromkeys(columns[::40], "1")
    rows = [workbooks.row(1, dict.fromkeys(columns, "h")), *(workbooks.row(n, some) for n in range(2, 1_000))]
    path = workbooks.write(tmp_path / "a.xlsx", {"表": [*rows, workbooks.row(1_000, {16_384: "1"})]})
    page = admin.get(upload(admin, path.read_bytes(), "a.xlsx"))
    assert "要用的内存超过 300 MB 的上限" in page.context["error"]


def test_the_system_of_coordinates_reaches_the_import(admin: Client, grid: make.Grid) -> None:
    text = f"编码,用途,计量方式,区划代码,x,y\nW1,农业,水表,{A},415038.559,4430558.477\n"
    address = upload(admin, text, crs="EPSG:4548")
    assert job_of(address).report["crs"] == "EPSG:4548"
    commit(admin, address)
    well = models.Well.objects.get(code="W1")
    assert 116.0049 < well.geom.x < 116.0051
    assert 40.0049 < well.geom.y < 40.0051


def test_a_layer_fills_in_its_kind(admin: Client, grid: make.Grid) -> None:
    commit(admin, upload(admin, f"code,name,region\nVS1,站,{A}\n", "站.csv", "village_station"))
    assert models.SupplyFacility.objects.get(code="VS1").kind == 3


def test_a_file_of_refused_rows_only_cannot_be_imported(admin: Client, grid: make.Grid) -> None:
    address = upload(admin, WELLS.replace("农业", "钓鱼").replace("监测", "钓鱼"))
    page = admin.get(address).content.decode()
    assert 'data-state="refused"' in page
    assert 'value="commit"' not in page
    admin.post(address, {"action": "commit"})
    assert worker.work(idle_s=0) == 0 and job_of(address).state == REFUSED


def test_a_request_too_long_is_not_even_read(admin: Client, grid: make.Grid, settings: LazySettings) -> None:
    settings.IMPORT_MAX_BYTES = 1 << 10
    assert admin.post(DESK, sent(WELLS + " " * 600)).status_code == 302
    inside = admin.post(DESK, sent(WELLS * 10))
    assert inside.status_code == 400
    assert "上限" in inside.context["error"]
    beyond = admin.post(DESK, sent(b"x" * (guard.FORM_BYTES + (1 << 11))))
    assert beyond.status_code == 413
    assert "上限" in beyond.content.decode()


def test_every_dataset_and_layer_can_be_chosen_and_has_a_template(admin: Client, grid: make.Grid) -> None:
    page = admin.get(DESK).content.decode()
    for name in {dataset.name for dataset in DATASETS} | {layer.id for layer in IMPORTED}:
        assert f'value="{name}"' in page
        answer = admin.get(f"{DESK}template/{name}.csv")
        assert answer.content.startswith(b"\xef\xbb\xbf"), name
        headings = answer.content.decode("utf-8-sig").strip().split(",")
        assert len(headings) == len(set(headings)) > 1
    assert admin.get(f"{DESK}template/nothing.csv").status_code == 404


def test_a_geojson_of_regions_can_close_what_it_lacks(admin: Client, grid: make.Grid) -> None:
    def village(code: str) -> dict[str, Any]:
        outline = json.loads(grid.boundary(code).geom.geojson)
        properties = {"code": code, "name": make.NAMES[code], "level": "village"}
        return {"type": "Feature", "properties": properties, "geometry": outline}

    text = json.dumps({"type": "FeatureCollection", "features": [village(code) for code in make.VILLAGES[:3]]})
    address = upload(admin, text, "村.geojson", "village", closing="on")
    assert admin.get(address).context["report"]["rows"]["closed"] == 1
    commit(admin, address)
    assert not models.Region.objects.filter(code=make.D, valid_to=None).exists()


def test_the_list_says_how_each_file_stands(admin: Client, grid: make.Grid) -> None:
    upload(admin)
    admin.post(DESK, sent(name="next.csv"))
    lines = admin.get(DESK).context["jobs"]
    assert [(line["job"].name, line["slug"], line["target"]) for line in lines] == [
        ("next.csv", "queued", "机井"), ("wells.csv", "checked", "机井"),
    ]  # fmt: skip
    assert [job.state for job in ImportJob.objects.all()] == [QUEUED, CHECKED]
    assert COMMITTED not in (line["job"].state for line in lines)


def test_an_upload_that_breaks_off_leaves_nothing(settings: LazySettings) -> None:
    def chunks() -> Any:
        yield b"code"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        parcels.receive(chunks(), ".csv")
    assert list(parcels.home().iterdir()) == []
