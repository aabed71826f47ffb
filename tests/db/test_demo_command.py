"""`manage.py demo`: resumes, repeats, and keeps out of other people's data. On a city of three small files."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from data import demo
from data.demo import DatasetSource
from layers.models import Region, Release, ReportingUnit, UsageRecord
from tests.db.ingest_files import CITY, csv, geojson, load, region, square

pytestmark = pytest.mark.django_db(transaction=True)  # VACUUM runs in no transaction


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> list[str]:
    """A small city in place of the whole one; → the files written so far, each refused after ``fail`` was put in."""
    settings.STATE_DIR = tmp_path
    names: list[str] = []

    def write(name: str, make: Any) -> Any:
        def writing(folder: Path) -> Path:
            if f"fail {name}" in names:
                raise KeyboardInterrupt
            names.append(name)
            return make(folder)

        return writing

    def datasets(months: int = 12) -> Iterator[DatasetSource]:
        yield DatasetSource("reporting_unit", "填报单位", write("units", lambda f: csv(f / "u.csv", "code,name\n1,甲")))
        city = region(CITY, "北京市", square(0, 0))
        yield DatasetSource("region", "行政区划", write("regions", lambda f: geojson(f / "r.geojson", [city])))
        for month in range(1, months + 1):
            text = f"month,region,source,purpose,volume_l\n2019-{month:02},11,group_tap,industrial,1"
            yield DatasetSource(
                "usage", f"用水量 {month}", write(f"usage {month}", lambda f, t=text: csv(f / "m.csv", t))
            )

    monkeypatch.setattr(demo, "datasets", datasets)
    monkeypatch.setattr(demo, "fingerprint", lambda: "one")
    return names


def command(*args: str) -> str:
    out = StringIO()
    call_command("demo", *args, stdout=out)
    return out.getvalue()


def test_it_loads_everything_once_and_leaves_no_files(written: list[str], tmp_path: Path) -> None:
    said = command("--months", "2")
    assert written == ["units", "regions", "usage 1", "usage 2"]
    assert "[ 1/4] 填报单位" in said and "完成 100%" in said and "行/秒" in said
    assert UsageRecord.objects.count() == 2 and Release.objects.count() == 4
    assert not (tmp_path / "demo").exists()
    assert "[" not in command("--months", "2")
    assert len(written) == 4 and Release.objects.count() == 4


def test_an_interrupted_load_carries_on_with_the_next_step(written: list[str], tmp_path: Path) -> None:
    written.append("fail usage 1")
    with pytest.raises(KeyboardInterrupt):
        command("--months", "2")
    assert Region.objects.count() == 1 and not (tmp_path / "demo").exists()
    written.clear()
    command("--months", "2")
    assert written == ["usage 1", "usage 2"]


def test_more_months_are_added_to_those_there(written: list[str]) -> None:
    command("--months", "1")
    written.clear()
    command("--months", "3")
    assert written == ["usage 2", "usage 3"] and UsageRecord.objects.count() == 3


def test_it_keeps_out_of_other_data_unless_forced(written: list[str], tmp_path: Path) -> None:
    load("reporting_unit", csv(tmp_path / "own.csv", "code,name\n9,自有"))
    with pytest.raises(CommandError, match=r"已有其他数据（reporting_unit，own.csv）"):
        command("--months", "1")
    assert not written
    command("--months", "1", "--force")
    assert ReportingUnit.objects.count() == 2


def test_it_keeps_off_the_city_of_another_recipe(written: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    command("--months", "1")
    monkeypatch.setattr(demo, "fingerprint", lambda: "two")
    with pytest.raises(CommandError, match="旧版的示范城市"):
        command("--months", "1")


def test_a_number_of_months_that_there_is_not_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError) as caught:
        command("--months", "58")
    assert caught.value.returncode == 2
