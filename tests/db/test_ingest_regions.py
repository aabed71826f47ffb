"""Divisions and outlines: versions, followers, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from layers.ingest.refusal import ImportRefused
from layers.models import Boundary, BoundaryPiece, LayerVersion, Region, UsageRecord, UsageSum, Well
from tests.db.ingest_files import (
    CITY,
    DISTRICT,
    TOWNSHIP,
    VILLAGES,
    counts,
    csv,
    geojson,
    load,
    reasons,
    region,
    regions,
    small_city,
    square,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _city(tmp_path: Path) -> None:
    small_city(tmp_path)


def current(code: str) -> Region:
    return Region.objects.get(code=code, valid_to=None)


def as_of(code: str, release: int) -> tuple[str, float]:
    """Name and west edge of a division as of a release, by the two validities alone."""
    then = Q(valid_from__lte=release) & (Q(valid_to=None) | Q(valid_to__gt=release))
    found = Region.objects.get(then, code=code)
    return found.name, round(Boundary.objects.get(then, region=found).geom.extent[0], 3)


def test_divisions_come_in_from_the_top_with_parents_and_pieces() -> None:
    assert Region.objects.count() == Boundary.objects.count() == 6
    village = current(VILLAGES[0])
    assert [village.parent.code, village.parent.parent.code, village.parent.parent.parent.code] == [
        TOWNSHIP,
        DISTRICT,
        CITY,
    ]
    assert current(CITY).parent is None and current(DISTRICT).reporting_unit.code == DISTRICT
    assert set(BoundaryPiece.objects.values_list("region__code", flat=True)) == set(VILLAGES)
    outline = village.boundaries.get()
    assert outline.geom.srid == 4490 and outline.quality == 1
    assert outline.area_m2 == pytest.approx(0.05 * 86_500 * 0.1 * 111_000, rel=0.01)


def test_what_comes_next_is_planned_on_the_divisions_that_are_there() -> None:
    """Without statistics the joins of the next file's positions took twenty times as long in a new city."""
    tables = [one._meta.db_table for one in (Region, Boundary, BoundaryPiece)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT bool_and(reltuples > 0) FROM pg_class WHERE relname = ANY(%s)", [tables])
        assert cursor.fetchone() == (True,)


def test_the_order_in_the_file_does_not_matter(tmp_path: Path) -> None:
    features = [
        region("110102001001", "甲社区", square(0.1, 0, 0.05)),
        region("110102001", "甲街道", square(0.1, 0)),
    ]
    assert counts(load("region", geojson(tmp_path / "r.geojson", features))) == (2, 0, 0, 0)
    assert current("110102001001").parent.code == "110102001"


def test_the_same_outlines_again_change_nothing(tmp_path: Path) -> None:
    report = load("region", geojson(tmp_path / "r.geojson", regions()))
    assert counts(report) == (0, 0, 6, 0) and not report.version_raised
    assert Boundary.objects.count() == 6 and LayerVersion.objects.get(dataset="region").version == 1


def test_a_redrawn_outline_closes_the_old_one(tmp_path: Path) -> None:
    first = LayerVersion.objects.get(dataset="region").release_id
    old = current(VILLAGES[0])
    report = load("region", geojson(tmp_path / "r.geojson", [region(VILLAGES[0], "多福巷社区", square(0.01, 0, 0.04))]))
    assert counts(report) == (0, 1, 0, 0)
    assert current(VILLAGES[0]).pk == old.pk  # the same division
    assert list(old.boundaries.order_by("id").values_list("valid_from", "valid_to")) == [
        (first, report.release_id), (report.release_id, None),
    ]  # fmt: skip
    assert as_of(VILLAGES[0], first) == ("多福巷社区", 116.0)
    assert as_of(VILLAGES[0], report.release_id or 0) == ("多福巷社区", 116.01)
    piece = BoundaryPiece.objects.get(region=old)
    assert piece.boundary.valid_to is None and round(piece.geom.extent[0], 2) == 116.01


def test_what_stood_in_a_redrawn_outline_is_found_anew(tmp_path: Path) -> None:
    text = f"code,use,metering,region,lon,lat\nA,supply,none,{VILLAGES[0]},116.005,39.05\nB,supply,none,{VILLAGES[0]},116.02,39.05"
    load("well", csv(tmp_path / "w.csv", text))
    assert Well.objects.get(code="A").found_region.code == VILLAGES[0]
    load("region", geojson(tmp_path / "r.geojson", [region(VILLAGES[0], "多福巷社区", square(0.01, 0, 0.04))]))
    assert Well.objects.get(code="A").found_region is None
    assert Well.objects.get(code="B").found_region.code == VILLAGES[0]
    assert LayerVersion.objects.get(dataset="well").version == 2  # its rows answer otherwise now


def test_a_renamed_division_is_a_new_row_that_everything_follows(tmp_path: Path) -> None:
    first = LayerVersion.objects.get(dataset="region").release_id
    load("well", csv(tmp_path / "w.csv", f"code,use,metering,region,lon,lat\nA,supply,none,{VILLAGES[0]},116.02,39.05"))
    load(
        "usage", csv(tmp_path / "u.csv", f"month,region,source,purpose,volume_l\n2019-01,{VILLAGES[0]},村级供水,居民,7")
    )
    old = {code: current(code) for code in (TOWNSHIP, VILLAGES[0])}
    features = [region(TOWNSHIP, "新街道", square(0, 0)), region(VILLAGES[0], "新社区", square(0, 0, 0.05))]
    report = load("region", geojson(tmp_path / "r.geojson", features))
    assert counts(report) == (0, 2, 0, 0)
    assert any("由“多福巷社区”更名为“新社区”" in note.zh for note in report.notes)
    village = current(VILLAGES[0])
    assert village.pk != old[VILLAGES[0]].pk and village.parent == current(TOWNSHIP)
    assert current(VILLAGES[1]).parent == current(TOWNSHIP)  # a child that the file does not name follows, too
    well = Well.objects.get()
    assert well.declared_region == well.found_region == village
    assert UsageRecord.objects.get().region == village
    assert UsageSum.objects.get(level=4, source_sel=0, purpose_sel=0).volume_l == 7
    closed = Region.objects.get(pk=old[VILLAGES[0]].pk)
    assert closed.name == "多福巷社区" and closed.parent == old[TOWNSHIP] and closed.valid_to_id == report.release_id
    assert as_of(VILLAGES[0], first)[0] == "多福巷社区" and as_of(VILLAGES[0], report.release_id or 0)[0] == "新社区"
    pieces = BoundaryPiece.objects.filter(boundary__valid_to=None)  # those of before are kept, for the months of before
    assert set(pieces.values_list("region_id", flat=True)) == {village.pk, current(VILLAGES[1]).pk}


def test_another_reporting_unit_is_a_version_too_and_a_missing_column_is_none(tmp_path: Path) -> None:
    same = load("region", geojson(tmp_path / "r.geojson", [region(DISTRICT, "东城区", square(0, 0))]))
    assert counts(same) == (0, 0, 1, 0) and current(DISTRICT).reporting_unit.code == DISTRICT
    moved = region(DISTRICT, "东城区", square(0, 0), reporting_unit="110102")
    assert counts(load("region", geojson(tmp_path / "r.geojson", [moved]))) == (0, 1, 0, 0)
    assert current(DISTRICT).reporting_unit.code == "110102"
    assert Region.objects.filter(code=DISTRICT).count() == 2


def test_source_and_quality_belong_to_the_outline(tmp_path: Path) -> None:
    feature = region(VILLAGES[0], "多福巷社区", square(0, 0, 0.05), boundary_source="测绘院", boundary_quality="合成")
    assert counts(load("region", geojson(tmp_path / "r.geojson", [feature]))) == (0, 1, 0, 0)
    outline = Boundary.objects.get(region__code=VILLAGES[0], valid_to=None)
    assert (outline.source, outline.quality) == ("测绘院", 3)


@pytest.mark.parametrize(
    ("feature", "reason"),
    [
        (region("110103001", "无上级", square(0, 0)), ("parent", "unknown_reference")),
        (
            region("110102001", "单位不明", square(0.1, 0), reporting_unit="110199"),
            ("reporting_unit", "unknown_reference"),
        ),
        (region("110102001", "上级不符", square(0.1, 0), parent="110101"), ("parent", "wrong_parent")),
        (region("110102001", "没有边界", None), ("geometry", "no_geometry")),
        (region("110102001", "", square(0.1, 0)), ("name", "missing")),
        (region("110102001", "级别不符", square(0.1, 0)) | {}, ("code", "code_digits")),
    ],
)
def test_what_is_refused(tmp_path: Path, feature: dict[str, Any], reason: tuple[str, str]) -> None:
    if reason[1] == "code_digits":
        feature["properties"]["level"] = "village"
    good = region("110102002", "好街道", square(0.15, 0, 0.05))
    report = load("region", geojson(tmp_path / "r.geojson", [feature, good]))
    assert counts(report) == (1, 0, 0, 1) and reasons(report) == [(1, *reason)]


def test_children_of_a_refused_parent_are_refused(tmp_path: Path) -> None:
    features = [region("110102001", "", square(0.1, 0)), region("110102001001", "孤儿", square(0.1, 0, 0.05))]
    report = load("region", geojson(tmp_path / "r.geojson", features))
    assert report.refused_as_a_whole
    assert reasons(report) == [(1, "name", "missing"), (2, "parent", "unknown_reference")]


def test_a_child_that_hangs_over_its_parent_is_a_warning(tmp_path: Path) -> None:
    report = load("region", geojson(tmp_path / "r.geojson", [region("110102001", "出界街道", square(0.15, 0))]))
    assert counts(report) == (1, 0, 0, 0)
    assert any("出界街道 110102001 有 50.0%" in note.zh for note in report.notes)


def test_a_level_layer_fills_in_the_level(tmp_path: Path) -> None:
    feature = region("110102001", "甲街道", square(0.1, 0))
    del feature["properties"]["level"]
    assert counts(load("township", geojson(tmp_path / "r.geojson", [feature]))) == (1, 0, 0, 0)
    report = load("township", geojson(tmp_path / "d.geojson", [region("110104", "区", square(0.1, 0))]))
    assert reasons(report)[0] == (1, "level", "other_layer")


def test_missing_divisions_are_left_alone_unless_told_to_close(tmp_path: Path) -> None:
    path = geojson(tmp_path / "r.geojson", [region(VILLAGES[0], "多福巷社区", square(0, 0, 0.1))])
    load("region", path)
    assert current(VILLAGES[1])
    report = load("region", path, closing=True)
    assert (counts(report), report.closed) == ((0, 0, 1, 0), 1) and report.version_raised
    gone = Region.objects.get(code=VILLAGES[1])
    assert gone.valid_to_id == report.release_id and gone.boundaries.get().valid_to_id == report.release_id
    assert set(BoundaryPiece.objects.values_list("region__code", flat=True)) == {VILLAGES[0]}


def test_a_division_with_children_is_not_closed(tmp_path: Path) -> None:
    path = geojson(tmp_path / "r.geojson", [region("110102001", "甲街道", square(0.1, 0))])
    with pytest.raises(ImportRefused, match="东华门街道"):
        load("region", path, closing=True)
    assert current(TOWNSHIP) and Region.objects.count() == 6


def test_nothing_is_closed_by_a_file_with_refused_rows(tmp_path: Path) -> None:
    features = [region(VILLAGES[0], "多福巷社区", square(0, 0)), region(VILLAGES[1], "", square(0, 0))]
    with pytest.raises(ImportRefused, match="被拒收的行"):
        load("region", geojson(tmp_path / "r.geojson", features), closing=True)


def test_an_outline_with_a_repeated_code_is_refused(tmp_path: Path) -> None:
    feature = region(VILLAGES[0], "多福巷社区", square(0, 0))
    report = load("region", geojson(tmp_path / "r.geojson", [feature, feature]))
    assert reasons(report) == [(1, "code", "duplicate"), (2, "code", "duplicate")] and report.refused_as_a_whole
