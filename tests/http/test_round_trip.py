"""Every layer in every format, as it is downloaded, comes back as unchanged: to the last bit of a coordinate."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.test import Client

from layers import registry
from layers.feeds.downloads import formats_of
from layers.ingest import run as importing
from layers.ingest.readers import FORMATS, opened
from layers.ingest.refusal import ImportRefused
from layers.ingest.report import ImportReport
from layers.ingest.source import Source
from layers.models import SupplyArea, Well
from tests import factories as make
from tests.factories import A, Grid, at

LAYERS = [layer for layer in (*registry.LAYERS, *registry.TABLES) if layer.dataset in registry.DATASETS]
# Of which the files in Chinese are read too: a position, an outline, a division, a table.
SPOKEN = [registry.published(name) for name in ("well", "supply_area", "village", "usage")]
MM = 1e-8  # degrees: a millimetre
ODD = Point(116.0 + math.pi / 1000, 40.0 + math.e / 1000, srid=4490)  # seventeen digits each


def ring(*corners: tuple[float, float]) -> Polygon:
    return Polygon([(116 + x, 40 + y) for x, y in (*corners, corners[0])])


def slivers() -> MultiPolygon:
    """A triangle with a hole whose rings turn as they please, a strip a millimetre wide, and a square of a millimetre."""
    third = 0.01 / 3
    hole = [(116 + third / 2, 40 + third / 3), (116 + third / 2, 40 + third / 2), (116 + third / 1.5, 40 + third / 2.5)]
    triangle = Polygon([(116, 40), (116 + third, 40), (116 + third, 40 + third), (116, 40)], [*hole, hole[0]])
    return MultiPolygon(
        triangle,
        ring((0.005, 0.001), (0.005, 0.007), (0.005 + MM, 0.007), (0.005 + MM, 0.001)),
        ring((0.007, 0.001), (0.007 + MM, 0.001), (0.007 + MM, 0.001 + MM), (0.007, 0.001 + MM)),
        srid=4490,
    )


@pytest.fixture
def grid(db: None) -> Grid:
    found = make.make_grid()
    holder = make.HolderFactory()
    permit = make.PermitFactory(holder=holder, permitted_l_per_year=123_456_789, declared_region=found[A])
    well = make.WellFactory(name="=一号井", depth_m=12.5, geom=ODD, declared_region=found[A])
    make.WellFactory(geom=Point(ODD.x + MM, ODD.y, srid=4490), declared_region=found[A])
    make.WellFactory(geom=None, declared_region=found[A])
    for kind in (1, 2, 3, 4):
        facility = make.FacilityFactory(kind=kind, geom=ODD, declared_region=found[A])
    make.SupplyAreaFactory(facility=facility, geom=slivers())
    for underneath in make.UNDERNEATH:
        underneath()
    user = make.WaterUserFactory(geom=ODD, declared_region=found[A])
    user.wells.add(well)
    user.permits.add(permit)
    meter = make.MeterFactory(geom=ODD, declared_region=found[A])
    meter.users.add(user)
    make.SurfaceIntakeFactory(geom=ODD, declared_region=found[A])
    for kind in (1, 2):
        make.SewagePlantFactory(kind=kind, geom=at(1 / 3, 2 / 3))
    make.UsageFactory(meter=meter, volume_l=1234)
    found.boundary(A).__class__.objects.filter(pk=found.boundary(A).pk).update(geom=slivers())
    found.settle()
    return found


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same reader without a process for each of two hundred files, which takes longer than all the rest."""
    monkeypatch.setattr(importing, "opened_apart", opened)


@pytest.mark.turns(2)
@pytest.mark.parametrize("lang", ["", "zh"])
def test_what_is_downloaded_imports_as_unchanged(client: Client, grid: Grid, tmp_path: Path, lang: str) -> None:
    wrong = {}
    for layer in LAYERS if not lang else SPOKEN:
        for one in formats_of(layer):
            answer: Any = client.get(f"/feeds/{layer.id}.{one.suffix}" + (f"?lang={lang}" if lang else ""))
            assert answer.status_code == 200
            path = tmp_path / f"{layer.id}.{one.suffix.removeprefix('shp.')}"
            path.write_bytes(answer.getvalue())
            if path.suffix in (*FORMATS, ".zip") and (told := changed(layer.id, Source(path))):
                wrong[f"{layer.id}.{one.suffix}"] = told
    assert wrong == {}


def changed(target: str, source: Source) -> str:
    """What an import of a file would change or refuse; empty for nothing."""
    try:
        report = importing.run(target, source)
    except ImportRefused as refused:
        return refused.zh
    if report.unchanged == report.read and not any(choice.asks for choice in report.choices):
        return ""
    refusals = [f"{one.field} {one.value} {one.zh}" for one in report.refusals.first(3)]
    return f"{report.new} new, {report.changed} changed, {report.refused} refused {refusals} {report.choices}"


def test_an_outline_is_the_same_whichever_way_it_turns_and_wherever_it_begins(grid: Grid, tmp_path: Path) -> None:
    """And another by a millimetre."""
    stored = SupplyArea.objects.get()
    turned = [[ring[::-1][2:-1] + ring[::-1][:3] for ring in part] for part in map(list, stored.geom.coords)][::-1]
    assert read_back(tmp_path, stored, turned).unchanged == 1
    turned[0][0] = [(x + MM, y) if at == 1 else (x, y) for at, (x, y) in enumerate(turned[0][0])]
    assert read_back(tmp_path, stored, turned).changed == 1


def read_back(folder: Path, stored: SupplyArea, coordinates: Any) -> ImportReport:
    properties = {"code": stored.code, "name": stored.name, "facility": stored.facility.code}
    shape = {"type": "MultiPolygon", "coordinates": coordinates}
    file = folder / "a.geojson"
    one = {"type": "Feature", "properties": properties, "geometry": shape}
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [one]}))
    return importing.run("supply_area", Source(file))


def test_a_point_is_another_by_a_millimetre(grid: Grid, tmp_path: Path) -> None:
    well = Well.objects.get(name="=一号井")
    for moved, changes in ((0.0, 0), (MM / 100, 0), (MM, 1)):
        file = tmp_path / "w.csv"
        line = f"{well.code},{well.use},{well.metering},{A},{well.geom.x + moved!r},{well.geom.y!r}"
        file.write_text(f"code,use,metering,region,lon,lat\n{line}".replace(",1,1,", ",supply,water_meter,"))
        report = importing.run("well", Source(file))
        assert (report.changed, report.refused) == (changes, 0), moved


def test_a_table_of_outlines_without_them_keeps_those_that_are_known(grid: Grid, tmp_path: Path) -> None:
    stored = SupplyArea.objects.get()
    file = tmp_path / "a.csv"
    file.write_text(f"code,name,facility\n{stored.code},改名,{stored.facility.code}\nNEW,新,{stored.facility.code}")
    report = importing.run("supply_area", Source(file), commit=True)
    assert (report.changed, report.refused) == (1, 1)
    assert [(one.row, one.reason) for one in report.refusals.first(9)] == [(3, "no_geometry")]
    assert any("已有的图形保持不变" in note.zh for note in report.notes)
    again = SupplyArea.objects.get()
    assert again.name == "改名" and again.geom.equals_exact(stored.geom)
    file.write_text(f"code,name,facility\nNEW,新,{stored.facility.code}")
    with pytest.raises(ImportRefused, match="该图层需要面"):
        importing.run("supply_area", Source(file))
