"""Positions in time: what is moved keeps where it stood for the months before, at every level, in every edition and in the grid.

Everything is recounted record by record from a list of where each object stood, kept beside the database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.db.models import Sum

from layers import editions, models, vocab
from layers.admin.journal import ChangeByHand
from layers.grid import assign, conservation
from layers.ingest.refusal import ImportRefused
from layers.ingest.undo import undo
from layers.periods import parse_period
from layers.recorded import all_months
from layers.standing import CORRECTION, Effect
from layers.stats import explain, moved, rebuild
from tests import factories as make
from tests.db.ingest_files import csv, load
from tests.db.test_editions import every_row, known, summed
from tests.factories import A, B, C, D, at
from tests.split_city import AFTER, APRIL, MONTHS, make_city, split, village_at
from tests.standing import standing

pytestmark = pytest.mark.django_db
BEFORE = make.CELLS
JANUARY, FEBRUARY, MARCH = MONTHS
SIZE = 500
BY_POSITION = (vocab.BY_METER, vocab.BY_USER, vocab.BY_FACILITY_POSITION)  # what is shared goes by today's positions
# From which month on an object stands where: (kind, code) → months and points in their order.
Stood = dict[tuple[str, str], list[tuple[date | None, Point | None]]]


def make_town(folder: Path) -> make.Grid:
    grid = make_city()
    grid.cut(SIZE)
    return grid


world = standing(make_town)


@pytest.fixture
def town(world: make.Grid, db: None) -> make.Grid:
    return world


def move(code: str, to: Any, effect: Effect | None = None, model: Any = models.Meter, dataset: str = "meter") -> None:
    """As the administration saves it."""
    one = model.objects.get(code=code)
    with transaction.atomic():
        change = ChangeByHand(dataset, "tester", "change", [one.pk], [code], effect)
        model.objects.filter(pk=one.pk).update(geom=to)
        change.settle([one.pk])


def recounted(months: list[date], outlines: Any, stood: Stood) -> dict[tuple[int, str], int]:
    """Litres by (level, code), record by record; '' is what no division of the level has."""
    found: dict[tuple[int, str], int] = {}
    for record in models.UsageRecord.objects.filter(month__in=months).select_related("meter", "facility", "region"):
        finest, thing = 4, record.meter or record.facility
        if thing is None:
            code = record.region.code  # type: ignore[union-attr]
        else:
            here = _where(record, thing, stood)
            code = village_at(here, outlines) if here else getattr(thing.declared_region, "code", "")
            finest = 2 if record.facility and record.facility.kind == 1 else 4
        for level, digits in {1: 2, 2: 6, 3: 9, 4: 12}.items():
            name = code[:digits] if len(code) >= digits and level <= finest and code[:digits] in outlines else ""
            found[level, name] = found.get((level, name), 0) + record.volume_l
    return found


def _where(record: Any, thing: Any, stood: Stood) -> Point | None:
    kind = "meter" if record.meter else "facility"
    here = thing.geom or next((user.geom for user in thing.users.all()), None) if kind == "meter" else thing.geom
    for since, point in stood.get((kind, thing.code), ()):
        if since is None or since <= record.month:
            here = point
    return here


def check(stood: Stood, outlines: Any = BEFORE) -> None:
    """Sums, grid and explanations are the recount; and what a change left is what making everything again gives."""
    for month in all_of(all_months):
        assert summed([month]) == recounted([month], outlines, stood)
    rows, units = every_row(), grid_rows()
    with connection.cursor() as cursor:
        assert conservation.of_grid(cursor, SIZE, all_months(cursor), only_wrong=True) == []
        rebuild.rebuild(cursor, all_months(cursor))
        cursor.execute("UPDATE layers_gridbuild SET weighed_release = 0")
        assign.prepare(cursor, SIZE)
        assign.rebuild(cursor, all_months(cursor), SIZE)
    assert every_row() == rows
    assert grid_rows() == units
    for month in all_of(all_months):
        assert meters_of_the_grid(month) == meters_recounted(month, stood)
        for code in (A, B, C, D):
            found = explain.explain_region(code, parse_period(f"{month:%Y-%m}"), page=explain.RecordsPage(1000))
            assert found["volume_l"] == found["parts_l"]


def all_of(months: Callable[[Any], list[date]]) -> list[date]:
    with connection.cursor() as cursor:
        return months(cursor)


def grid_rows(rules: Collection[int] = tuple(term.id for term in vocab.GRID_RULE)) -> set[tuple[Any, ...]]:
    columns = ("size", "month", "unit", "gap", "source", "purpose", "rule", "volume_l", "records")
    return set(models.GridUsage.objects.filter(rule__in=rules).values_list(*columns))


def meters_of_the_grid(month: date) -> dict[tuple[int, int], int]:
    """Litres that the grid has by a meter's or a user's position, by cell."""
    rows = models.GridUsage.objects.filter(size=SIZE, month=month, gap=0, rule__in=(vocab.BY_METER, vocab.BY_USER))
    return {(x, y): litres for x, y, litres in rows.values_list("unit__col", "unit__row").annotate(Sum("volume_l"))}


def meters_recounted(month: date, stood: Stood) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for record in models.UsageRecord.objects.filter(month=month, meter__isnull=False).select_related("meter"):
        here = _where(record, record.meter, stood)
        if here is None or not village_at(here, AFTER):
            continue
        plane = here.transform(4548, clone=True)
        cell = (-(-plane.x // SIZE) - 1, -(-plane.y // SIZE) - 1)
        found[cell] = found.get(cell, 0) + record.volume_l  # type: ignore[index]
    return found  # type: ignore[return-value]


def parts(region: str, period: str, **options: Any) -> dict[str, int]:
    """What a region's figure is made of: litres by code of meter or facility."""
    found = explain.explain_region(region, parse_period(period), page=explain.RecordsPage(1000), **options)
    assert found["volume_l"] in (found["parts_l"], found["parts_l"] or None)
    return {part["code"]: part["volume_l"] for part in found["parts"] if part["kind"] != "region"}


def litres(code: str, month: date) -> int:
    return models.UsageRecord.objects.get(meter__code=code, month=month).volume_l


def use(folder: Path, month: str, code: str, volume_m3: float = 0.5) -> None:
    load(
        "usage",
        csv(folder / "u.csv", f"month,meter,source,purpose,volume_m3\n{month},{code},村级供水,居民,{volume_m3}"),
    )


def test_a_meter_moved_by_hand_keeps_its_past(town: make.Grid, tmp_path: Path) -> None:
    before = every_row(), grid_rows(BY_POSITION)
    move("M-a", at(1.5, 1.5))
    assert (every_row(), grid_rows(BY_POSITION)) == before
    meter = models.Meter.objects.get(code="M-a")
    assert meter.stands_since == APRIL and meter.found_region == town[D]
    past = models.PastStanding.objects.get()
    assert (past.object_id, past.since, past.until, past.found_region) == (meter.pk, None, APRIL, town[A])
    use(tmp_path, "2019-04", "M-a")
    check({("meter", "M-a"): [(None, at(0.5, 0.5)), (APRIL, at(1.5, 1.5))]})
    assert parts(A, "2019-03")["M-a"] == litres("M-a", MARCH) and parts(D, "2019-04") == {"M-a": 500}
    assert parts(A, "2019")["M-a"] == 6 and parts(D, "2019")["M-a"] == 500


def test_a_month_that_is_told(town: make.Grid) -> None:
    move("M-a", at(1.5, 1.5), Effect(FEBRUARY))
    check({("meter", "M-a"): [(None, at(0.5, 0.5)), (FEBRUARY, at(1.5, 1.5))]})


def test_a_correction_moves_all_months(town: make.Grid) -> None:
    move("M-a", at(1.5, 1.5), CORRECTION)
    assert not models.PastStanding.objects.exists()
    check({})


def test_one_move_after_another(town: make.Grid, tmp_path: Path) -> None:
    use(tmp_path, "2019-04", "M-a")
    move("M-a", at(1.5, 1.5), Effect(FEBRUARY))
    move("M-a", at(0.5, 1.5), Effect(APRIL))
    stood: Stood = {("meter", "M-a"): [(None, at(0.5, 0.5)), (FEBRUARY, at(1.5, 1.5)), (APRIL, at(0.5, 1.5))]}
    check(stood)
    move("M-a", at(1.5, 0.5), CORRECTION)  # where it stands now was wrong; where it stood before was not
    stood["meter", "M-a"][-1] = (APRIL, at(1.5, 0.5))
    check(stood)
    move("M-a", at(5, 5), Effect(MARCH))  # it moved earlier than was known, and out of the city
    check({("meter", "M-a"): [(None, at(0.5, 0.5)), (FEBRUARY, at(1.5, 1.5)), (MARCH, at(5, 5))]})
    move("M-a", at(0.5, 0.5), Effect(FEBRUARY))  # it never moved at all
    assert not models.PastStanding.objects.exists() and models.Meter.objects.get(code="M-a").stands_since is None
    check({})


def test_a_better_position_in_the_same_cell_is_no_move(town: make.Grid) -> None:
    move("M-a", at(0.5001, 0.5))
    assert not models.PastStanding.objects.exists() and models.Meter.objects.get(code="M-a").stands_since is None


def test_a_first_position_holds_for_all_months_unless_told(town: make.Grid) -> None:
    move("M-declared", at(0.5, 1.5))
    check({})
    assert not models.PastStanding.objects.exists()
    move("M-nowhere", at(0.5, 1.5), Effect(MARCH, firsts=True))
    check({("meter", "M-nowhere"): [(None, None), (MARCH, at(0.5, 1.5))]})


def test_a_position_withdrawn_keeps_the_past(town: make.Grid) -> None:
    move("M-b", None)
    check({("meter", "M-b"): [(None, at(1.5, 0.5))]})


def test_a_meter_that_counts_at_its_user_stays_where_the_user_stood(town: make.Grid, tmp_path: Path) -> None:
    move("U1", at(0.5, 1.5), model=models.WaterUser, dataset="water_user")
    use(tmp_path, "2019-04", "M-user")
    check({("meter", "M-user"): [(None, at(1.5, 0.5)), (APRIL, at(0.5, 1.5))]})


@pytest.mark.parametrize("code", ["F-b", "F-self"])
def test_a_facility_keeps_its_past(town: make.Grid, code: str) -> None:
    move(code, at(0.6, 1.6), Effect(MARCH), models.SupplyFacility, "facility")
    here = at(1.6, 0.6) if code == "F-b" else at(1.7, 0.6)
    check({("facility", code): [(None, here), (MARCH, at(0.6, 1.6))]})
    if code == "F-self":
        assert code in parts(B, "2019-01") and code in parts(C, "2019-03") and code not in parts(B, "2019-03")


def test_a_file_moves_as_a_hand_does(town: make.Grid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "code,system,source,purpose,region,lon,lat\nM-a,group,村级供水,居民,{},{},{}"
    file = lambda point: csv(tmp_path / "m.csv", text.format(A, point.x, point.y))  # noqa: E731
    load("meter", file(at(1.5, 1.5)), effective="2019-03")
    check({("meter", "M-a"): [(None, at(0.5, 0.5)), (MARCH, at(1.5, 1.5))]})
    monkeypatch.setattr("layers.settle.FEW", 0)  # as of a large file
    load("meter", file(at(0.5, 1.5)))
    stood: Stood = {("meter", "M-a"): [(None, at(0.5, 0.5)), (MARCH, at(1.5, 1.5)), (APRIL, at(0.5, 1.5))]}
    check(stood)
    load("meter", file(at(1.5, 0.5)), effective="current")
    use(tmp_path, "2019-04", "M-a")
    check({("meter", "M-a"): [*stood["meter", "M-a"][:2], (APRIL, at(1.5, 0.5))]})
    with pytest.raises(ImportRefused, match="no month"):
        load("meter", file(at(0.5, 1.5)), effective="2019")
    with pytest.raises(ImportRefused, match="takes effect"):
        load("usage", csv(tmp_path / "u.csv", "month,meter,source,purpose,volume_m3\n2019-04,M-a,村级供水,居民,1"), effective="2019-03")  # fmt: skip


def test_what_stood_elsewhere_speaks_in_every_edition(town: make.Grid, tmp_path: Path) -> None:
    """M-line lay in c before the line was moved and in d after; it is moved to the south before that, and back later."""
    move("M-a", at(0.9, 1.5), Effect(FEBRUARY))
    split(tmp_path)
    use(tmp_path, "2019-04", "M-a")
    move("M-a", at(0.5, 0.5), Effect(APRIL))
    stood: Stood = {("meter", "M-a"): [(None, at(0.5, 0.5)), (FEBRUARY, at(0.9, 1.5)), (APRIL, at(0.5, 0.5))]}
    first, second = known().all
    for edition, outlines in ((editions.OWN, BEFORE), (first.id, BEFORE), (second.id, AFTER)):
        assert summed(MONTHS, edition) == recounted(MONTHS, outlines, stood)
    assert summed([APRIL], first.id) == recounted([APRIL], BEFORE, stood)
    assert summed([APRIL]) == recounted([APRIL], AFTER, stood)
    assert "M-a" in parts(C, "2019-02") and "M-a" in parts(D, "2019-02", boundaries="current")
    assert "M-a" not in parts(D, "2019-02") and "M-a" in parts(A, "2019-04")
    told = moved.changes()[0]["moved"]["rows"]
    line = next(row for row in told if row["from"]["code"] == C)
    assert (line["to"]["code"], line["meters"]) == (D, 2)
    assert line["volume_l"] == sum(litres("M-line", m) for m in MONTHS) + litres("M-a", FEBRUARY) + litres("M-a", MARCH)
    rows = every_row()
    with connection.cursor() as cursor:
        rebuild.rebuild(cursor, all_months(cursor))
    assert every_row() == rows


def test_a_move_within_a_cell_across_a_line_that_is_over_is_one(town: make.Grid, tmp_path: Path) -> None:
    """What counts the same today did not before the line moved, and what was published of then stays."""
    move("M-line", at(0.99999, 1.5), CORRECTION)
    split(tmp_path)
    rows = every_row()
    cell = models.Meter.objects.values_list("cell_x", "cell_y", "found_region").get(code="M-line")
    move("M-line", at(1.00001, 1.5))
    assert models.Meter.objects.values_list("cell_x", "cell_y", "found_region").get(code="M-line") == cell
    assert models.Meter.objects.get(code="M-line").stands_since == APRIL
    assert every_row() == rows


def test_what_is_deleted_has_stood_nowhere(town: make.Grid) -> None:
    meter = make.MeterFactory(code="M-unused", geom=at(0.5, 0.5))
    town.settle()
    move("M-unused", at(1.5, 1.5))
    assert models.PastStanding.objects.filter(object_id=meter.pk).exists()
    with transaction.atomic():
        change = ChangeByHand("meter", "tester", "delete", [meter.pk])
        meter.delete()
        change.settle()
    assert not models.PastStanding.objects.exists()


def test_a_city_without_moves_pays_nothing(town: make.Grid) -> None:
    seen: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        seen.append(str(sql))
        return execute(sql, *rest)

    with connection.execute_wrapper(note), transaction.atomic(), connection.cursor() as cursor:
        rebuild.rebuild(cursor, MONTHS)
        assign.rebuild(cursor, MONTHS, SIZE)
        explain.explain_region(A, parse_period("2019"))
    asked = [sql for sql in seen if "layers_paststanding" in sql or "p.until" in sql]
    assert asked and {sql.strip() for sql in asked} == {"SELECT EXISTS (SELECT FROM layers_paststanding)"}


def test_a_move_taken_back_never_was(town: make.Grid, tmp_path: Path) -> None:
    before = every_row(), grid_rows()
    text = f"code,system,source,purpose,region,lon,lat\nM-a,group,村级供水,居民,{A},{at(1.5, 1.5).x},{at(1.5, 1.5).y}"
    for effective in ("", "2019-02", "current"):
        report = load("meter", csv(tmp_path / "m.csv", text), effective=effective)
        use(tmp_path, "2019-04", "M-a")
        undo(report.release_id, commit=True)  # type: ignore[arg-type]
        assert not models.PastStanding.objects.exists() and models.Meter.objects.get(code="M-a").stands_since is None
        models.UsageRecord.objects.filter(month=APRIL).delete()
        with connection.cursor() as cursor:
            rebuild.rebuild(cursor, [*MONTHS, APRIL])
            assign.rebuild(cursor, [*MONTHS, APRIL], SIZE)
        assert (every_row(), grid_rows()) == before
