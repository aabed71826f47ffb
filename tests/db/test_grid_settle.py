"""What an import sets in motion: units, weights and months that it touches, and no others; and the two commands."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from layers import models, vocab
from layers.grid import assign
from layers.models.grid import EVER
from tests.db import ingest_files as files
from tests.db.ingest_files import TOWNSHIP, VILLAGES, csv, geojson, load, region, square
from tests.grid_world import versions

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH = (date(2019, month, 1) for month in (1, 2, 3))


def usage(folder: Path, text: str) -> None:
    report = load("usage", csv(folder / "usage.csv", "month,meter,facility,region,source,purpose,volume_l\n" + text))
    assert report.refused == 0, files.reasons(report)


def kept(month: date = JANUARY) -> dict[tuple[int, int], int]:
    """Litres by (rule, gap)."""
    found: dict[tuple[int, int], int] = {}
    for row in models.GridUsage.objects.filter(month=month, size=500):
        found[row.rule, row.gap] = found.get((row.rule, row.gap), 0) + row.volume_l
    return found


@pytest.fixture
def city(tmp_path: Path) -> Path:
    files.small_city(tmp_path)
    load(
        "meter",
        csv(
            tmp_path / "meters.csv",
            """code,lon,lat,system,source,purpose,region
            M1,116.02,39.05,group,group_tap,industrial,110101001001
            M2,116.07,39.05,group,group_tap,industrial,110101001002""",
        ),
    )
    load(
        "facility",
        csv(tmp_path / "facilities.csv", "code,name,kind,region,lon,lat\nF1,水厂,urban_plant,110101,116.02,39.02"),
    )
    usage(
        tmp_path,
        f"""2019-01,M1,,,group_tap,industrial,100
        2019-01,,,{VILLAGES[0]},village_supply,agricultural,1001
        2019-02,,F1,,group_tap,residential,50
        2019-03,M1,,,group_tap,industrial,30""",
    )
    return tmp_path


def test_nothing_is_built_before_there_is_usage(tmp_path: Path) -> None:
    files.small_city(tmp_path)
    assert not models.GridBuild.objects.exists()
    assert not models.GridUnit.objects.exists()


def test_the_first_usage_builds_the_default_size(city: Path) -> None:
    assert list(models.GridBuild.objects.values_list("size", flat=True)) == [500]
    assert kept() == {(vocab.BY_METER, 0): 100, (vocab.BY_REGION_AREA, 0): 1001}
    assert kept(FEBRUARY) == {(vocab.BY_FACILITY_POSITION, 0): 50}
    area = sum(models.GridUnit.objects.values_list("area_m2", flat=True))
    assert area == pytest.approx(models.Boundary.objects.get(region__code=TOWNSHIP).area_m2, abs=1)


def test_the_same_month_again_changes_nothing(city: Path) -> None:
    before = {month: versions(month=month) for month in (JANUARY, FEBRUARY)}
    usage(city, "2019-01,M1,,,group_tap,industrial,100")
    assert {month: versions(month=month) for month in before} == before


def test_another_month_leaves_the_others_alone(city: Path) -> None:
    before = versions(month=JANUARY)
    usage(city, "2019-02,M2,,,group_tap,industrial,7")
    assert versions(month=JANUARY) == before
    assert kept(FEBRUARY) == {(vocab.BY_FACILITY_POSITION, 0): 50, (vocab.BY_METER, 0): 7}


def test_a_meter_of_the_purpose_moves_the_months_that_it_weighs_in(city: Path) -> None:
    february, march = versions(month=FEBRUARY), versions(month=MARCH)
    load(
        "meter",
        csv(
            city / "more.csv",
            "code,region,lon,lat,system,source,purpose\nM3,110101001001,116.03,39.03,group,group_tap,agricultural",
        ),
    )
    assert kept() == {(vocab.BY_METER, 0): 100, (vocab.BY_REGION_POSITIONS, 0): 1001}
    assert (versions(month=FEBRUARY), versions(month=MARCH)) == (february, march)


def test_a_supply_area_moves_its_facilitys_months(city: Path) -> None:
    january = versions(month=JANUARY)
    feature = {
        "type": "Feature",
        "properties": {"code": "SA1", "facility": "F1"},
        "geometry": square(0.01, 0.01, 0.02, 0.02),
    }
    assert load("supply_area", geojson(city / "areas.geojson", [feature])).new == 1
    assert kept(FEBRUARY) == {(vocab.BY_FACILITY_AREA, 0): 50}
    assert versions(month=JANUARY) == january


@pytest.mark.parametrize("effective", ["current", ""])
def test_a_new_outline_cuts_the_township_anew_and_keeps_every_litre(city: Path, effective: str) -> None:
    """As a correction in place of the one that was; else for the months to come, and those before keep theirs."""
    old = set(models.GridUnit.objects.values_list("pk", flat=True))
    changed = [region(TOWNSHIP, "东华门街道", square(0, 0, 0.1, 0.09))]
    assert load("region", geojson(city / "again.geojson", changed), effective=effective).changed == 1
    if not effective:
        assert set(models.GridUnit.objects.filter(last_edition__lt=EVER).values_list("pk", flat=True)) == old
        assert set(models.GridUsage.objects.filter(gap=0).values_list("unit", flat=True)) <= old
        assert sum(kept().values()) == 1101
        return
    assert not old & set(models.GridUnit.objects.values_list("pk", flat=True))
    assert sum(kept().values()) == 1101
    assert not models.GridUsage.objects.filter(gap=0).exclude(unit__in=models.GridUnit.objects.all()).exists()


def test_a_renamed_township_keeps_every_litre(city: Path) -> None:
    load("region", geojson(city / "again.geojson", [region(TOWNSHIP, "新名街道", square(0, 0))]))
    names = models.GridUnit.objects.filter(region__code=TOWNSHIP).values_list("last_edition", "region__name")
    told = dict(set(names))
    assert len(told) == 2 and told.pop(EVER) == "新名街道" and set(told.values()) == {"东华门街道"}
    assert sum(kept().values()) == 1101


def test_a_dry_run_assigns_nothing(city: Path) -> None:
    before = versions(month=JANUARY)
    text = "month,meter,facility,region,source,purpose,volume_l\n2019-01,M2,,,group_tap,industrial,9"
    load("usage", csv(city / "dry.csv", text), commit=False)
    assert versions(month=JANUARY) == before


def test_a_change_by_hand_moves_its_litres(city: Path) -> None:
    from layers.admin.journal import ChangeByHand
    from layers.standing import CORRECTION

    meter = models.Meter.objects.get(code="M1")
    change = ChangeByHand("meter", "tester", "change", [meter.pk], effect=CORRECTION)
    models.Meter.objects.filter(pk=meter.pk).update(geom="SRID=4490;POINT(130 45)", release=change.release)
    change.settle([meter.pk])
    assert kept() == {(vocab.BY_NOTHING, vocab.GRID_OUTSIDE): 100, (vocab.BY_REGION_AREA, 0): 1001}


def checked() -> str:
    out = StringIO()
    call_command("check_conservation", stdout=out)
    return out.getvalue()


def test_the_commands(city: Path) -> None:
    out = StringIO()
    call_command("grid", "--size", "1000", stdout=out)
    assert "3 个月" in out.getvalue()
    assert list(models.GridBuild.objects.order_by("size").values_list("size", flat=True)) == [500, 1000]
    assert "1000 m | 2019-01 | 全部 | 全部 | 1101 | 1101 | 0 | 0 | 0" in checked()
    with connection.cursor() as cursor:
        assert assign.sizes(cursor) == [500, 1000]
    usage(city, "2019-01,M2,,,group_tap,industrial,9")
    assert "1000 m | 2019-01 | 全部 | 全部 | 1110 | 1110 | 0 | 0 | 0" in checked()


def test_what_is_due_is_built_and_nothing_else(city: Path) -> None:
    def due() -> str:
        out = StringIO()
        call_command("grid", "--due", stdout=out)
        return out.getvalue()

    before = {month: versions(month=month) for month in (JANUARY, FEBRUARY, MARCH)}
    assert due() == "500 米网格：已是最新\n"
    assert {month: versions(month=month) for month in before} == before
    models.GridUsage.objects.filter(month=FEBRUARY).delete()  # as a run leaves it that was interrupted
    assert "500 米网格：1 个月" in due()
    assert kept(FEBRUARY) == {(vocab.BY_FACILITY_POSITION, 0): 50}
    assert versions(month=JANUARY) == before[JANUARY]
    for model in (models.GridUsage, models.GridBuild):  # as an installation has it from before the grid was kept up
        model.objects.all().delete()
    assert "500 米网格：3 个月" in due()
    assert sum(kept().values()) == 1101


def test_weights_by_area_alone_are_a_choice_of_each_size(city: Path) -> None:
    load(
        "meter",
        csv(
            city / "more.csv",
            "code,region,lon,lat,system,source,purpose\nM3,110101001001,116.03,39.03,group,group_tap,agricultural",
        ),
    )
    assert kept()[vocab.BY_REGION_POSITIONS, 0] == 1001
    call_command("grid", "--weights", "area", stdout=StringIO())
    assert kept()[vocab.BY_REGION_AREA, 0] == 1001
    load(
        "meter",
        csv(
            city / "again.csv",
            "code,region,lon,lat,system,source,purpose\nM3,110101001001,116.05,39.03,group,group_tap,agricultural",
        ),
    )
    assert kept()[vocab.BY_REGION_AREA, 0] == 1001
    call_command("grid", "--weights", "positions", stdout=StringIO())
    assert kept()[vocab.BY_REGION_POSITIONS, 0] == 1001


def test_a_difference_is_shown_and_fails(city: Path) -> None:
    row = models.GridUsage.objects.filter(month=FEBRUARY).get()
    models.GridUsage.objects.filter(pk=row.pk).update(volume_l=49)
    out = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("check_conservation", stdout=out)
    assert failed.value.returncode == 1
    faulty = [
        line for line in out.getvalue().splitlines() if line.startswith("500 m | 2019-02") and line.endswith("| 1")
    ]
    kinds = ("自来水集团 | 居民生活", "全部 | 全部")
    assert faulty == [f"500 m | 2019-02 | {kind} | 50 | 49 | 0 | 0 | 1" for kind in kinds]


def test_a_month_without_records_is_refused(city: Path) -> None:
    with pytest.raises(CommandError, match="2018-01"):
        call_command("grid", "--months", "2018-01")
