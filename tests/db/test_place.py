"""Any city: its root at any level of codes, its plane by its meridian, both declared by its first file of boundaries."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from layers import declare, place
from layers.errors import BadParameter
from layers.feeds.meta import meta
from layers.grid import assign, conservation
from layers.ingest.refusal import ImportRefused
from layers.ingest.report import ImportReport
from layers.ingest.run import Source, run
from layers.models import Boundary, Declaration, GridUnit, GridUsage, Meter, Region, SupplyArea, UsageSum
from layers.periods import parse_period
from layers.recorded import all_months
from layers.stats.answer import BELOW_ROOT, Question, answer
from layers.stats.regions import region_index
from tests import second_city as second
from tests.db.ingest_files import csv, geojson, load, reasons

pytestmark = pytest.mark.django_db

AGAINST_ELLIPSOID = "SELECT max(abs(area_m2 / ST_Area(geom::geography) - 1)) FROM layers_boundary"


def one(question: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return float(cursor.fetchone()[0])


def hold() -> None:
    """What is recorded is in cells and in every level's sums, to the litre, in every month."""
    with connection.cursor() as cursor:
        months = all_months(cursor)
        assert months and assign.sizes(cursor) == [500]
        found = conservation.of_grid(cursor, 500, months)
        for level in (1, 2, 3, 4, 5):
            found += conservation.of_level(cursor, level, months)
        assert found and {one.difference_l for one in found} == {0}


def file_of(folder: Path, features: list[dict[str, object]]) -> Path:
    return geojson(folder / "regions.geojson", features)


def choice(report: ImportReport, name: str) -> dict[str, object]:
    return next(found.to_dict() for found in report.choices if found.name == name)


def command(*words: str, **options: object) -> str:
    out = StringIO()
    call_command("place", *words, stdout=out, **options)
    return out.getvalue()


# --- the first file proposes, its sender confirms -------------------------------------------------------------------


def test_the_first_file_proposes_the_city_and_its_plane(tmp_path: Path) -> None:
    report = load("region", file_of(tmp_path, second.prefecture()[:3]), commit=False, told={"place": second.PLACE})
    told = choice(report, "place")
    assert told["value"] == second.PLACE and told["asks"]
    assert {"5101@4543", "5101@4545"} <= set(told["others"])  # type: ignore[arg-type]
    assert "锦川市 5101（地级市）" in str(told["zh"]) and "中央经线 105°E" in str(told["zh"])
    assert "EPSG:4548" in str(told["zh"])  # what it would be in the usual plane
    assert not Declaration.objects.exists() and place.read().plane == 4548  # a dry run keeps nothing


def test_a_commit_waits_for_the_confirmation(tmp_path: Path) -> None:
    path = file_of(tmp_path, second.prefecture()[:3])
    with pytest.raises(ImportRefused) as caught:
        run("region", Source(path), commit=True)
    assert caught.value.param == "place" and "--read place=5101@4544" in caught.value.zh
    assert (Region.objects.count(), place.read().declared, place.read().plane) == (0, False, 4548)


def test_what_is_no_place_of_the_file_is_refused(tmp_path: Path) -> None:
    for told in ("5101", "5102@4544", "5101@4548"):
        with pytest.raises(ImportRefused) as caught:
            load("region", file_of(tmp_path, second.prefecture()[:3]), told={"place": told})
        assert caught.value.param == "place"


def test_another_plane_than_the_proposed_can_be_told(tmp_path: Path) -> None:
    load("region", file_of(tmp_path, second.prefecture()[:3]), told={"place": "5101@4543"})
    assert place.read().plane == 4543


def test_a_city_without_a_row_is_its_districts_together_and_needs_a_name(tmp_path: Path) -> None:
    second.units(tmp_path)
    path = file_of(tmp_path, second.prefecture()[1:3])
    with pytest.raises(ImportRefused) as caught:
        load("region", path, told={"place": second.PLACE})
    assert caught.value.param == "place.name"
    report = load("region", path, told={"place": second.PLACE, "place.name": "锦川市"})
    assert (report.new, report.refused, report.read) == (2, 0, 2)
    assert any("市界由 2 个下级区划合并" in zh for zh in (note.zh for note in report.notes))
    whole = Boundary.objects.get(region__code="5101")
    assert whole.region.name == place.read().zh == "锦川市"
    parts = sum(Boundary.objects.filter(region__level=2).values_list("area_m2", flat=True))
    assert whole.area_m2 == pytest.approx(parts, rel=1e-9) and len(whole.geom) == 1
    assert {region.parent.code for region in Region.objects.filter(level=2)} == {"5101"}


def test_a_direct_city_is_its_province(tmp_path: Path) -> None:
    features = [second.division("510104"), second.division("510105")]
    for feature, code in zip(features, ("310101", "310104"), strict=True):
        feature["properties"]["code"] = code
    report = load("region", file_of(tmp_path, features), commit=False, told={"place": "31@4544", "place.name": "申城"})
    assert choice(report, "place")["value"] == "31@4544" and choice(report, "place")["others"][-1] == "3101@4544"  # type: ignore[index]


def test_codes_of_two_cities_are_no_city(tmp_path: Path) -> None:
    features = [second.division("510104"), second.division("510105")]
    features[1]["properties"]["code"] = "650102"
    with pytest.raises(ImportRefused) as caught:
        load("region", file_of(tmp_path, features), told={"place": "51@4544"})
    assert caught.value.param == "place" and "一个库只管一个城市" in caught.value.zh


# --- a prefecture in another zone -----------------------------------------------------------------------------------


@pytest.fixture
def prefecture(tmp_path: Path) -> None:
    second.units(tmp_path)
    second.make(tmp_path, second.prefecture(), second.PLACE)


def test_a_prefecture_has_its_own_root_plane_sums_and_cells(prefecture: None) -> None:
    here = place.read()
    assert (here.root, here.zh, here.plane, here.declared) == ("5101", "锦川市", 4544, True)
    city = Region.objects.get(code="5101")
    assert (city.level, city.parent) == (1, None)
    assert {region.parent.code for region in Region.objects.filter(level=2)} == {"5101"}
    assert one(AGAINST_ELLIPSOID) < 1e-4
    assert (
        one(AGAINST_ELLIPSOID.replace("area_m2", "ST_Area(ST_Transform(geom, 4548))")) > 0.03
    )  # as it was for everybody
    # Its litres are in the sums and the cells, to the litre.
    by_level = answer(Question(BELOW_ROOT, parse_period("2023")))
    assert by_level["level"] == "district" and by_level["total_l"] == second.LITRES
    assert {row["code"]: row["volume_l"] for row in by_level["rows"]} == {"510104": second.LITRES, "510105": None}
    whole = answer(Question(1, parse_period("2023")))
    assert [(row["code"], row["volume_l"]) for row in whole["rows"]] == [("5101", second.LITRES)]
    used = GridUsage.objects.filter(size=500).values_list("volume_l", flat=True)
    assert sum(used) == second.LITRES and not GridUsage.objects.filter(gap__gt=0).exists()
    hold()
    # Cut in the plane of the zone: near 500 km of its false easting, and all of the townships.
    assert all(4400 < int(unit.code[5:10]) < 4800 for unit in GridUnit.objects.all())
    townships = sum(Boundary.objects.filter(region__level=3).values_list("area_m2", flat=True))
    assert sum(GridUnit.objects.values_list("area_m2", flat=True)) == pytest.approx(townships, rel=1e-6)
    # A bureau that is no district counts its townships.
    found = answer(Question(5, parse_period("2023-01")))
    assert {row["code"]: row["volume_l"] for row in found["rows"]} == {
        "510104": 1001 + 2002, "510105": None, second.UNIT: 3003 + 4004 + 70001,
    }  # fmt: skip


def test_divisions_are_found_by_name_in_any_city(prefecture: None, tmp_path: Path) -> None:
    text = "code,name,system,source,purpose,区划\nM9,表,conservation,group_tap,residential,锦川市东川区春熙街道\n"
    text += "M8,表,conservation,group_tap,residential,东川春熙"
    load("meter", csv(tmp_path / "names.csv", text), told={}, field_map={"region": "区划"})
    assert set(Meter.objects.filter(code__in=("M8", "M9")).values_list("declared_region__code", flat=True)) == {
        "510104001"
    }


def test_what_is_no_division_of_the_city_is_refused(prefecture: None, tmp_path: Path) -> None:
    features = [second.division("510104001"), second.division("510105001"), second.division("510105")]
    for feature, code in zip(features, ("510704001", "5107", "510106"), strict=True):
        feature["properties"] |= {"code": code, "level": {9: "township", 4: "city", 6: "district"}[len(code)]}
    features[2]["properties"]["parent"] = "51"
    report = load("region", file_of(tmp_path, features), told={"place": second.PLACE})
    assert reasons(report) == [(1, "code", "not_of_place"), (2, "code", "not_of_place"), (3, "parent", "wrong_parent")]
    with pytest.raises(ImportRefused) as caught:
        load("region", file_of(tmp_path, second.prefecture()), told={"place": "5101@4548"})
    assert caught.value.param == "place" and list(caught.value.allowed) == [second.PLACE]


# --- a county -------------------------------------------------------------------------------------------------------


def test_a_county_has_townships_and_no_districts(tmp_path: Path) -> None:
    second.make(tmp_path, second.county(), second.COUNTY_PLACE)
    here = place.read()
    assert (here.root, here.zh, here.levels) == ("510104", "锦川县", (1, 3, 4))
    assert Region.objects.get(code="510104").level == 1 and not Region.objects.filter(level=2).exists()
    assert Region.objects.get(code="510104001").parent.code == "510104"
    index = region_index()
    assert index.below == (3, 4) and index.child_level(1) == 3
    found = answer(Question(BELOW_ROOT, parse_period("2023")))
    assert (found["level"], found["total_l"]) == ("township", second.LITRES)
    assert {row["code"]: row["volume_l"] for row in found["rows"]} == {
        "510104001": 2 * (1001 + 2002), "510104002": 2 * (3003 + 4004 + 70001),
    }  # fmt: skip
    assert meta()["levels"] == ["township", "village"]
    hold()
    assert one(AGAINST_ELLIPSOID) < 1e-4
    report = load("region", file_of(tmp_path, [second.division("510105")]), told={"place": second.COUNTY_PLACE})
    assert reasons(report)[0][1:] == ("level", "no_district_level")
    with pytest.raises(BadParameter) as caught:
        answer(Question(2, parse_period("2023")))
    assert list(caught.value.allowed) == ["city", "township", "village", "reporting_unit"]


# --- declared beforehand, and changed later -------------------------------------------------------------------------


def test_a_place_can_be_declared_before_anything_is_imported(tmp_path: Path) -> None:
    assert "尚未声明" in command("show")
    said = command("set", root="5101", zh="锦川市", en="Jinchuan", plane=4544)
    assert "锦川市 Jinchuan 5101" in said and "EPSG:4544" in said
    second.units(tmp_path)
    report = run("region", Source(file_of(tmp_path, second.prefecture()[1:3])), commit=True)
    assert [one.name for one in report.choices if one.asks] == [] and report.new == 2
    assert Region.objects.get(code="5101").name == "锦川市"


@pytest.mark.parametrize("options", [{"root": "510"}, {"root": "5101x4"}, {"root": "5101"}])
def test_half_a_declaration_is_none(options: dict[str, str]) -> None:
    with pytest.raises(CommandError) as caught:
        command("set", **options)
    assert caught.value.returncode == 2 and not Declaration.objects.exists()


def stored() -> dict[str, list[tuple[object, ...]]]:
    """Everything that is measured in the plane."""
    return {
        "boundary": list(Boundary.objects.order_by("region__code").values_list("region__code", "area_m2")),
        "area": list(SupplyArea.objects.order_by("code").values_list("code", "area_m2")),
        "meter": list(Meter.objects.order_by("code").values_list("code", "cell_x", "cell_y")),
        "unit": list(GridUnit.objects.order_by("code").values_list("code", "area_m2")),
        "usage": list(
            GridUsage.objects.order_by("month", "unit__code", "source", "purpose", "rule").values_list(
                "month", "unit__code", "source", "purpose", "rule", "volume_l"
            )
        ),
    }


def test_another_plane_is_one_command_and_the_way_back_is_exact(tmp_path: Path) -> None:
    second.units(tmp_path)
    second.make(tmp_path, second.prefecture(), "5101@4545")
    before, sums = stored(), sorted(UsageSum.objects.values_list("month", "level", "code", "gap", "volume_l"))
    said = command("propose")
    assert "建议：EPSG:4544" in said and "--plane 4544" in said
    version = meta()["layers"][0]["as_of"]["version"]
    command("set", plane=4544)
    after = stored()
    assert one(AGAINST_ELLIPSOID) < 1e-4
    assert all(new < old for (_, new), (_, old) in zip(after["boundary"], before["boundary"], strict=True))  # type: ignore[operator]
    for name in ("meter", "unit", "usage"):
        assert after[name] and after[name] != before[name]
    with connection.cursor() as cursor:  # each cell is that of its own position in the new plane
        cursor.execute(
            "SELECT count(*) FROM layers_meter WHERE cell_x <> ceil(ST_X(ST_Transform(geom, 4544)) / 100) - 1"
            " OR cell_y <> ceil(ST_Y(ST_Transform(geom, 4544)) / 100) - 1"
        )
        assert cursor.fetchone()[0] == 0
        assert assign.due(cursor) == [] and assign.unassigned_months(cursor, 500, all_months(cursor)) == []
    hold()
    assert sorted(UsageSum.objects.values_list("month", "level", "code", "gap", "volume_l")) == sums
    assert meta()["layers"][0]["as_of"]["version"] > version  # everything kept of the old plane is asked for no more
    assert "现用的平面坐标系最合适" in command("propose")
    command("set", plane=4545)
    assert stored() == before


def test_a_change_that_was_interrupted_goes_on(tmp_path: Path) -> None:
    second.units(tmp_path)
    second.make(tmp_path, second.prefecture(), "5101@4545")
    with connection.cursor() as cursor:
        declare.set_plane(cursor, 4544)  # and no further: the grid is due
        assert assign.due(cursor) == [500]
    command("set", zh="锦川市")
    with connection.cursor() as cursor:
        assert assign.due(cursor) == []
    assert sum(GridUsage.objects.values_list("volume_l", flat=True)) == second.LITRES


def test_a_city_that_posed_as_its_province_gets_its_own_code(tmp_path: Path) -> None:
    features = second.prefecture()
    features[0]["properties"]["code"] = "51"
    second.units(tmp_path)
    load("region", file_of(tmp_path, features[:1]), told={"place": "51@4544"})
    second.make(tmp_path, features, "51@4544")
    assert answer(Question(1, parse_period("2023")))["rows"][0]["code"] == "51"
    command("set", root="5101")
    assert place.read().root == "5101"
    whole = answer(Question(1, parse_period("2023")))
    assert [(row["code"], row["volume_l"]) for row in whole["rows"]] == [("5101", second.LITRES)]
    assert answer(Question(BELOW_ROOT, parse_period("2023"), parent="5101"))["total_l"] == second.LITRES
    with pytest.raises(CommandError, match="不在 5107 之下"):
        command("set", root="5107")
    assert place.read().root == "5101"


def test_a_plane_that_does_not_reach_the_city_is_refused(tmp_path: Path) -> None:
    """Beyond its reach eastings are below nought, and no cell has a code."""
    command("set", root="5101", zh="锦川市", plane=4548)
    with pytest.raises(ImportRefused) as caught:
        run("region", Source(file_of(tmp_path, second.prefecture())), commit=True)
    assert list(caught.value.allowed) == ["EPSG:4544"]
    command("set", plane=4544)
    load("region", file_of(tmp_path, second.prefecture()[:3]), told={"place": second.PLACE})
    with pytest.raises(CommandError, match="应为 4544"):
        command("set", plane=4548)
