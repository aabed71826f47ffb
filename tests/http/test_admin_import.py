"""The import page: who may, what is taken, a dry run that changes nothing, and then exactly that file."""

from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from layers import models
from layers.admin import parcels, upload
from layers.ingest.refusal import ImportRefused
from layers.registry import DATASETS, IMPORTED
from tests import factories as make
from tests import workbooks
from tests.factories import A

pytestmark = pytest.mark.django_db

START = "/admin/import/"
WELLS = f"""code,name,use,metering,depth_m,region,lon,lat,备注
W1,一号井,农业,水表,50,{A},116.005,40.005,甲
W2,=二号井,钓鱼,水表,60,{A},116.005,40.005,乙
W3,三号井,监测,无计量,,{A},,,丙
"""


def sent(text: str | bytes, name: str = "wells.csv", target: str = "well", **options: Any) -> dict[str, Any]:
    content = text.encode() if isinstance(text, str) else text
    return {"target": target, "file": SimpleUploadedFile(name, content), **options}


def dry_run(client: Client, *args: Any, **options: Any) -> str:
    """Upload for a dry run; → the address of its report."""
    answer = client.post(START, sent(*args, **options))
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def kept(settings: LazySettings) -> list[Path]:
    """Uploaded files that lie on the server."""
    return sorted(path for path in Path(settings.STATE_DIR, "uploads").glob("*/*") if path.stem in ("data", "taken"))


def test_only_staff_with_the_permission_may_import(client: Client, grid: make.Grid) -> None:
    assert "/admin/login/" in client.get(START)["Location"]
    clerk = User.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    assert client.get(START).status_code == 403
    assert client.post(START, sent(WELLS)).status_code == 403
    assert "导入文件" not in client.get("/admin/").content.decode()
    clerk.user_permissions.add(Permission.objects.get(codename="import_data"))
    assert client.get(START).status_code == 200
    assert START in client.get("/admin/").content.decode()
    outsider = User.objects.create_user("outsider")
    outsider.user_permissions.add(Permission.objects.get(codename="import_data"))
    client.force_login(outsider)
    assert client.get(START).status_code == 302


def test_a_form_without_its_token_is_refused(grid: make.Grid) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("chief"))
    assert strict.post(START, sent(WELLS)).status_code == 403
    strict.get(START)
    token = strict.cookies["csrftoken"].value
    assert strict.post(START, sent(WELLS, csrfmiddlewaretoken=token)).status_code == 302


def test_a_dry_run_reports_and_changes_nothing(admin: Client, grid: make.Grid, settings: LazySettings) -> None:
    page = admin.get(dry_run(admin, WELLS))
    report = page.context["report"]
    assert {key: report["rows"][key] for key in ("read", "new", "refused")} == {"read": 3, "new": 2, "refused": 1}
    assert report["columns"]["ignored"] == ["备注"]
    text = page.content.decode()
    for words in ("试运行", "忽略的列：备注", "钓鱼", "不在词表中", "正式导入这个文件"):
        assert words in text
    assert not models.Well.objects.exists()
    (file,) = kept(settings)
    assert file.parent.stat().st_mode & 0o077 == 0


def test_the_refused_rows_come_as_a_table_for_excel(admin: Client, grid: make.Grid) -> None:
    answer = admin.get(f"{dry_run(admin, WELLS)}refused.csv")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer["Content-Disposition"]
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0].endswith(",原因,建议") and lines[0].startswith(WELLS.partition("\n")[0].strip())
    assert len(lines) == 2 and "钓鱼" in lines[1] and ",用途：不在词表中," in lines[1]


def test_the_import_is_of_exactly_that_file_and_once(admin: Client, grid: make.Grid, settings: LazySettings) -> None:
    address = dry_run(admin, WELLS)
    page = admin.post(address, {"commit": "1"}, follow=True)
    assert page.context["report"]["committed"]
    assert sorted(models.Well.objects.values_list("code", flat=True)) == ["W1", "W3"]
    assert models.Well.objects.get(code="W1").found_region == grid[A]
    release = models.Release.objects.latest("pk")
    assert (release.file_name, release.actor, release.rows_new, release.rows_refused) == ("wells.csv", "chief", 2, 1)
    assert release.report["context"] == {"from": "admin"}
    assert kept(settings) == []
    assert "导入文件" in admin.get("/admin/").content.decode()
    releases = models.Release.objects.count()
    again = admin.post(address, {"commit": "1"}, follow=True)
    assert "已经导入" in again.content.decode()
    assert models.Release.objects.count() == releases
    assert "wells.csv" in admin.get(f"/admin/layers/release/{release.pk}/change/").content.decode()


def test_a_file_that_was_changed_meanwhile_is_not_imported(
    admin: Client, grid: make.Grid, settings: LazySettings
) -> None:
    address = dry_run(admin, WELLS)
    (file,) = kept(settings)
    file.write_text(WELLS.replace("W1", "W7"), encoding="utf-8")
    admin.post(address, {"commit": "1"})
    assert not models.Well.objects.exists()
    assert admin.get(address).status_code == 404


def test_a_file_can_be_given_up(admin: Client, grid: make.Grid, settings: LazySettings) -> None:
    address = dry_run(admin, WELLS)
    assert "已放弃" in admin.post(address, {"discard": "1"}, follow=True).content.decode()
    assert kept(settings) == []
    assert admin.get(address).status_code == 404


def test_what_is_left_lying_goes_after_a_day(admin: Client, grid: make.Grid, settings: LazySettings) -> None:
    address = dry_run(admin, WELLS)
    (file,) = kept(settings)
    old = time.time() - parcels.KEPT_S - 1
    os.utime(file.parent / "wanted.json", (old, old))
    assert admin.post(address, {"commit": "1"}).status_code == 404
    assert list(file.parent.parent.iterdir()) == []
    assert not models.Well.objects.exists()


def test_nobody_else_sees_or_imports_a_file(admin: Client, grid: make.Grid) -> None:
    address = dry_run(admin, WELLS)
    other = Client()
    other.force_login(User.objects.create_superuser("other"))
    assert other.get(address).status_code == 404
    assert other.get(f"{address}refused.csv").status_code == 404
    assert other.post(address, {"commit": "1"}).status_code == 404
    assert not models.Well.objects.exists()


@pytest.mark.parametrize("token", ["..", "../../secret_key", "%2e%2e%2fx", "a" * 43, "." * 43])
def test_a_token_is_no_path(admin: Client, grid: make.Grid, token: str) -> None:
    for tail in ("/", "/refused.csv"):
        assert admin.get(f"{START}{token}{tail}").status_code in (301, 302, 404)
    assert parcels.find(token, 1) is None


@pytest.mark.parametrize("name", ["../../evil.csv", "..\\..\\evil.csv", "/etc/evil.csv", "坏 名;rm -rf.csv"])
def test_a_file_name_is_only_shown(admin: Client, grid: make.Grid, settings: LazySettings, name: str) -> None:
    file = SimpleUploadedFile("x.csv", WELLS.encode())
    file._name = name  # as a hand-made request could send it
    admin.post(START, {"target": "well", "file": file})
    (kept_file,) = kept(settings)
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
        ({"field_map": "code"}, "field_map", "字段=列名"),
        ({"field_map": "kode=编号"}, "field_map", "没有字段"),
        ({"closing": "on"}, "closing", "行政区划"),
    ],
)
def test_a_form_that_cannot_be_says_so_at_the_field(
    admin: Client, grid: make.Grid, settings: LazySettings, options: dict[str, Any], field: str, said: str
) -> None:
    answer = admin.post(START, sent(**{"text": WELLS, **options}))
    assert answer.status_code == 400
    assert said in str(answer.context["form"].errors[field])
    assert kept(settings) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"text": "a,b\n1,2\n"}, "没有任何一列"),
        ({"text": "code,name\nW1,x\n"}, "缺少必需的列"),
        ({"text": b"PK\x03\x04 nonsense", "name": "a.xlsx"}, "已损坏或不完整"),
        ({"text": "{}", "name": "a.geojson"}, "无法读取"),
        ({"field_map": "code=编号"}, "没有列“编号”"),
        ({"inner": "Sheet9", "text": b"PK\x03\x04", "name": "a.zip"}, "损坏"),
    ],
)
def test_a_file_that_cannot_be_imported_leaves_nothing(
    admin: Client, grid: make.Grid, settings: LazySettings, options: dict[str, Any], said: str
) -> None:
    answer = admin.post(START, sent(**{"text": WELLS, **options}))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert said in page
    assert "数据没有任何改动" in page
    assert "--" not in answer.context["error"]  # no word of the command line
    assert list(Path(settings.STATE_DIR, "uploads").iterdir()) == []


@pytest.mark.parametrize("cell", workbooks.FAR)
def test_a_word_in_a_far_cell_ends_no_worker(
    admin: Client, grid: make.Grid, settings: LazySettings, tmp_path: Path, cell: str
) -> None:
    """1.4 kB of which XFD1048576 asked for 549 GB and ended the worker, and Z1048576 took a gigabyte of it."""
    content = workbooks.far(tmp_path / "far.xlsx", cell).read_bytes()
    admin.post(START, sent("code\n1\n"))  # whatever is loaded with the first import is no matter of this file's
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = admin.post(START, sent(content, "机井.xlsx"))
    assert answer.status_code == 400
    assert f"工作表“机井”在远处的单元格 {cell} 有内容" in answer.content.decode()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 << 10
    assert list(Path(settings.STATE_DIR, "uploads").iterdir()) == []


def test_a_file_that_takes_more_memory_than_it_may_is_refused(
    admin: Client, grid: make.Grid, settings: LazySettings, tmp_path: Path
) -> None:
    settings.IMPORT_READ_BYTES = 300 << 20
    columns = range(1, 16_385)
    some = dict.fromkeys(columns[::40], "1")
    rows = [workbooks.row(1, dict.fromkeys(columns, "h")), *(workbooks.row(n, some) for n in range(2, 1_000))]
    path = workbooks.write(tmp_path / "a.xlsx", {"表": [*rows, workbooks.row(1_000, {16_384: "1"})]})
    answer = admin.post(START, sent(path.read_bytes(), "a.xlsx"))
    assert answer.status_code == 400
    assert "要用的内存超过 300 MB 的上限" in answer.content.decode()


def test_options_reach_the_import(admin: Client, grid: make.Grid) -> None:
    text = f"井号;用途;计量;所在;x;y\nW1;农业;水表;{A};415038.559;4430558.477\n".replace(";", ",")
    options = {"crs": "EPSG:4548", "field_map": "code=井号\n\nregion = 所在"}
    address = dry_run(admin, text, **options)
    assert admin.get(address).context["report"]["crs"] == "EPSG:4548"
    admin.post(address, {"commit": "1"})
    well = models.Well.objects.get(code="W1")
    assert 116.0049 < well.geom.x < 116.0051
    assert 40.0049 < well.geom.y < 40.0051


def test_a_layer_fills_in_its_kind(admin: Client, grid: make.Grid) -> None:
    text = f"code,name,region\nVS1,站,{A}\n"
    admin.post(dry_run(admin, text, "站.csv", "village_station"), {"commit": "1"})
    assert models.SupplyFacility.objects.get(code="VS1").kind == 3


def test_a_file_of_refused_rows_only_cannot_be_imported(admin: Client, grid: make.Grid, settings: LazySettings) -> None:
    address = dry_run(admin, WELLS.replace("农业", "钓鱼").replace("监测", "钓鱼"))
    page = admin.get(address).content.decode()
    assert 'data-state="refused"' in page
    assert 'name="commit"' not in page
    assert kept(settings) == []


def test_a_busy_import_keeps_the_file_for_another_try(
    admin: Client, grid: make.Grid, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = dry_run(admin, WELLS)

    def busy(*args: Any, **kwargs: Any) -> Any:
        raise ImportRefused("另一个导入正在进行，请稍后再试", "another import is running")

    with monkeypatch.context() as patched:
        patched.setattr(upload, "run", busy)
        assert "另一个导入正在进行" in admin.post(address, {"commit": "1"}, follow=True).content.decode()
    assert [path.stem for path in kept(settings)] == ["data"]
    admin.post(address, {"commit": "1"})
    assert models.Well.objects.count() == 2


def test_a_request_too_long_is_not_even_read(admin: Client, grid: make.Grid, settings: LazySettings) -> None:
    settings.IMPORT_MAX_BYTES = 1 << 10
    fits = admin.post(START, sent(WELLS + " " * 600))
    assert fits.status_code in (302, 400)
    inside = admin.post(START, sent(WELLS * 10))
    assert inside.status_code == 400
    assert "上限" in str(inside.context["form"].errors["file"])
    beyond = admin.post(START, sent(b"x" * (upload.FORM_BYTES + (1 << 11))))
    assert beyond.status_code == 413
    assert "上限" in beyond.content.decode()


def test_every_dataset_and_layer_can_be_chosen_and_has_a_template(admin: Client, grid: make.Grid) -> None:
    page = admin.get(START).content.decode()
    for name in {dataset.name for dataset in DATASETS} | {layer.id for layer in IMPORTED}:
        assert f'value="{name}"' in page
        answer = admin.get(f"{START}template/{name}.csv")
        assert answer.content.startswith(b"\xef\xbb\xbf"), name
        headings = answer.content.decode("utf-8-sig").strip().split(",")
        assert len(headings) == len(set(headings)) > 1
    assert admin.get(f"{START}template/nothing.csv").status_code == 404


def test_a_geojson_of_regions_can_close_what_it_lacks(admin: Client, grid: make.Grid) -> None:
    def village(code: str) -> dict[str, Any]:
        outline = json.loads(grid.boundary(code).geom.geojson)
        properties = {"code": code, "name": make.NAMES[code], "level": "village"}
        return {"type": "Feature", "properties": properties, "geometry": outline}

    text = json.dumps({"type": "FeatureCollection", "features": [village(code) for code in make.VILLAGES[:3]]})
    address = dry_run(admin, text, "村.geojson", "village", closing="on")
    assert admin.get(address).context["report"]["rows"]["closed"] == 1
    admin.post(address, {"commit": "1"})
    assert not models.Region.objects.filter(code=make.D, valid_to=None).exists()
