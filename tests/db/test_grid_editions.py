"""Cells in time: those of a month are cut at the lines of its own divisions, or of any that are asked for, to the litre."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from layers import editions, models, vocab
from layers.admin.journal import ChangeByHand
from layers.grid import assign, conservation
from layers.grid.within import Every
from layers.models.grid import EVER
from layers.recorded import all_months
from layers.standing import CORRECTION, Effect
from tests import factories as make
from tests.cells_by_hand import SIZE, by_cell
from tests.db.ingest_files import csv, load
from tests.factories import NORTHERN, SOUTHERN, A, B, C
from tests.split_city import AFTER, APRIL, MONTHS, NAMES, NEW, E, file_of, make_cells, split
from tests.standing import standing

pytestmark = pytest.mark.django_db
BEFORE = make.CELLS
HEADINGS = "month,meter,source,purpose,volume_l\n"
Litres = dict[tuple[date, str], int]


world = standing(lambda folder: make_cells())


@pytest.fixture
def town(world: make.Grid, db: None) -> make.Grid:
    return world


def known() -> editions.Editions:
    with connection.cursor() as cursor:
        return editions.read(cursor)


def stored(months: list[date], edition: int = 0) -> Litres:
    """Litres by (month, unit or reason): of each month in its own divisions, or in those of an edition."""
    units = dict(models.GridUnit.objects.values_list("pk", "code"))
    found: Counter[tuple[date, str]] = Counter()
    tables = [models.GridUsage.objects.all(), models.GridDifference.objects.filter(edition=edition)]
    for rows in tables[: 2 if edition else 1]:
        for month, unit, gap, litres in rows.filter(size=SIZE, month__in=months).values_list(
            "month", "unit", "gap", "volume_l"
        ):
            found[month, units[unit] if unit else vocab.GRID_GAP.by_id[gap].code] += litres
    return {key: litres for key, litres in found.items() if litres}


def of_years(edition: int) -> Litres:
    """The same from the kept years, of what lies in units."""
    units = dict(models.GridUnit.objects.values_list("pk", "code"))
    rows = {
        row.unit_id: row
        for row in models.GridYear.objects.filter(size=SIZE, edition__in={0, edition}).order_by("edition")
    }
    return {
        (date(row.year, nth, 1), units[unit]): litres
        for unit, row in rows.items()
        for nth, litres in enumerate(row.volume_l, 1)
        if litres
    }


def units_of(edition: editions.EditionSpan) -> set[str]:
    found = models.GridUnit.objects.filter(first_edition__lte=edition.id, last_edition__gte=edition.id)
    return set(found.values_list("code", flat=True))


def everything() -> dict[str, set[Any]]:
    """All that is kept of the grid, but the ids of rows."""
    tables = {
        models.GridUsage: "size month unit gap source purpose rule volume_l records",
        models.GridDifference: "edition size month unit gap source purpose rule volume_l records",
        models.GridYear: "size year edition unit volume_l gross_l by_area_l present",
        models.GridWeight: "size place_kind place_id purpose unit weight total nth basis first_edition last_edition",
        models.GridPlace: "size kind place_id unit rule share_kind share_id gap since until first_edition last_edition",
    }
    return {
        model.__name__: {
            tuple(tuple(value) if isinstance(value, list) else value for value in row)
            for row in model._default_manager.values_list(*names.split())
        }
        for model, names in tables.items()
    }


def build_from_nothing() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("gridusage", "griddifference", "gridyear", "gridplace", "gridweight"):
            cursor.execute(f"DELETE FROM layers_{table}")
        cursor.execute("UPDATE layers_gridbuild SET weighed_release = 0")
        assign.prepare(cursor, SIZE)
        assign.rebuild(cursor, all_months(cursor), SIZE)


def use(folder: Path, *lines: str) -> None:
    load("usage", csv(folder / "u.csv", HEADINGS + "\n".join(lines)))


def test_the_months_before_stay_as_they_were(town: make.Grid, tmp_path: Path) -> None:
    before = stored(MONTHS)
    assert before == by_cell(MONTHS, BEFORE)
    split(tmp_path)
    assert stored(MONTHS) == before
    first, second = known().all
    assert {code[-9:] for code in units_of(first)} == {SOUTHERN, NORTHERN}
    assert {code[-9:] for code in units_of(second)} == {SOUTHERN, NORTHERN, NEW}


def test_the_same_months_in_the_new_lines(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path)
    today = known().current.id
    assert stored(MONTHS, today) == by_cell(MONTHS, AFTER) != by_cell(MONTHS, BEFORE)
    in_units = {key: litres for key, litres in stored(MONTHS, today).items() if "-" in key[1]}
    assert of_years(today) == in_units and any(key[1].endswith(NEW) for key in in_units)


def test_a_month_after_it_in_its_own_and_in_the_old_lines(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path)
    use(
        tmp_path,
        *(
            f"2019-04,{meter},村级供水,居民,{10**nth}"
            for nth, meter in enumerate(("M-b", "M-line", "M-declared", "M-user"))
        ),
    )
    load(
        "usage",
        csv(
            tmp_path / "r.csv",
            f"month,region,source,purpose,volume_l\n2019-04,{E},村级供水,居民,5003\n2019-04,{C},村级供水,居民,777",
        ),
    )
    first, second = known().all
    every = [*MONTHS, APRIL]
    assert stored([APRIL]) == by_cell([APRIL], AFTER)
    assert stored(every, first.id) == by_cell(every, BEFORE)
    assert stored(every, second.id) == by_cell(every, AFTER)
    for edition in (first, second):
        assert of_years(edition.id) == {k: v for k, v in stored(every, edition.id).items() if "-" in k[1]}


@pytest.mark.parametrize("outlines", [BEFORE, AFTER], ids=["then", "today"])
def test_a_township_is_what_its_cells_are(town: make.Grid, tmp_path: Path, outlines: Any) -> None:
    """Its figure of the statistics, with what counts at a district and is used in its cells."""
    split(tmp_path)
    use(tmp_path, "2019-04,M-b,村级供水,居民,7")
    edition = known().all[0] if outlines is BEFORE else known().current
    every = [*MONTHS, APRIL]
    rows = models.UsageSum.objects.filter(
        edition__in={0, edition.id}, level=vocab.TOWNSHIP, source_sel=0, purpose_sel=0, gap=0
    )
    figures: Counter[tuple[date, str]] = Counter()
    for month, code, litres in rows.values_list("month", "code", "volume_l"):
        figures[month, code] += litres
    cells: Counter[tuple[date, str]] = Counter()
    for (month, unit), litres in stored(every, edition.id).items():
        if "-" in unit:
            cells[month, unit[-9:]] += litres
    models.UsageRecord.objects.exclude(facility__kind=1).delete()
    for (month, unit), litres in by_cell(every, outlines).items():
        cells[month, unit[-9:]] -= litres
    assert +cells == +figures and len(+figures) > 6


def test_what_is_the_same_is_kept_once(town: make.Grid, tmp_path: Path) -> None:
    north = set(models.GridUnit.objects.filter(region__code=NORTHERN).values_list("pk", flat=True))
    split(tmp_path)
    kept = models.GridUnit.objects.filter(region__code=NORTHERN)
    assert set(kept.values_list("pk", "first_edition", "last_edition")) == {(pk, 0, EVER) for pk in north}
    ended = models.GridUnit.objects.filter(last_edition=known().all[0].id)
    assert set(ended.values_list("region__code", flat=True)) == {SOUTHERN}
    meters = dict(models.Meter.objects.values_list("code", "pk"))
    rows = Counter(models.GridPlace.objects.filter(kind=vocab.PLACE_METER).values_list("place_id", flat=True))
    assert {code: rows[pk] for code, pk in meters.items() if rows[pk] > 1} == {
        "M-a": 2,
        "M-b": 2,
        "M-user": 2,
        "M-declared": 2,
    }


def test_a_city_that_never_changed_keeps_nothing_for_it(town: make.Grid) -> None:
    assert not models.GridDifference.objects.exists() and not models.GridYear.objects.filter(edition__gt=0).exists()
    for model in (models.GridUnit, models.GridWeight, models.GridPlace):
        assert set(model._default_manager.values_list("first_edition", "last_edition")) == {(0, EVER)}


def test_usage_that_comes_late_lies_in_the_cells_of_its_month(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path)
    load(
        "usage",
        csv(
            tmp_path / "u.csv",
            f"month,region,source,purpose,volume_l\n2019-02,{B},村级供水,居民,5003\n2019-02,{C},村级供水,居民,9",
        ),
    )
    use(tmp_path, "2019-03,M-b,村级供水,居民,41")
    assert stored(MONTHS) == by_cell(MONTHS, BEFORE)
    assert stored(MONTHS, known().current.id) == by_cell(MONTHS, AFTER)
    after = everything()
    build_from_nothing()
    assert everything() == after


def moved(code: str, column: float, row: float) -> Callable[[], None]:
    return lambda: by_hand("meter", models.Meter, code, geom=make.at(column, row))


def by_hand(dataset: str, model: Any, code: str, effect: Effect = CORRECTION, **values: Any) -> None:
    """A change by hand of one object."""
    found = model.objects.get(code=code)
    change = ChangeByHand(dataset, "tester", "change", [found.pk], [code], effect)
    model.objects.filter(pk=found.pk).update(**values)
    change.settle([found.pk])


CHANGES: dict[str, Callable[[], None]] = {
    "within the split": moved("M-a", 1.2, 0.3),
    "over the moved line": moved("M-b", 0.85, 1.5),
    "out of the city": moved("M-b", 7, 7),
    "purpose": lambda: by_hand("meter", models.Meter, "M-line", purpose=2),
    "no position": lambda: by_hand("meter", models.Meter, "M-line", geom=None),
    "user": lambda: by_hand("water_user", models.WaterUser, "U1", geom=make.at(0.4, 0.6)),
    "user gone": lambda: by_hand("water_user", models.WaterUser, "U1", geom=None),
    "plant": lambda: by_hand("facility", models.SupplyFacility, "F-plant", geom=make.at(1.4, 0.4)),
    "plant of a district": lambda: by_hand("facility", models.SupplyFacility, "F-plant", kind=1),
    "area": lambda: by_hand("supply_area", models.SupplyArea, "SA-F-plant", geom=make.outline(make.square(0.7, 0.2, 1.6, 1.4))),
}  # fmt: skip


@pytest.mark.turns(2)
def test_few_rows_changed_leave_what_building_everything_would(town: make.Grid, tmp_path: Path) -> None:
    """One change after the other: cells in both divisions by hand, and every row as a build from nothing has it."""
    split(tmp_path)
    use(tmp_path, "2019-04,M-b,村级供水,居民,7", "2019-04,M-line,村级供水,居民,90")
    every = [*MONTHS, APRIL]
    for name, change in CHANGES.items():
        before = everything()
        change()
        after = everything()
        assert after != before, name
        for edition, outlines in zip(known().all, (BEFORE, AFTER), strict=True):
            assert stored(every, edition.id) == by_cell(every, outlines), (name, edition)
        build_from_nothing()
        for table, rows in everything().items():
            assert rows == after[table], (name, table)


def test_what_was_moved_stood_in_the_lines_of_then(town: make.Grid, tmp_path: Path) -> None:
    """Moved from March on, into the half that is another township from April on."""
    split(tmp_path)
    by_hand("meter", models.Meter, "M-a", Effect(date(2019, 3, 1)), geom=make.at(1.2, 0.3))
    after = everything()
    stood = {("M-a", month): make.at(0.5, 0.5) for month in MONTHS[:2]}
    for edition, outlines in zip(known().all, (BEFORE, AFTER), strict=True):
        assert stored(MONTHS, edition.id) == by_cell(MONTHS, outlines, stood) != by_cell(MONTHS, outlines)
    build_from_nothing()
    assert everything() == after


@pytest.mark.turns(2)
def test_a_third_edition_keeps_the_first_two_apart(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path)
    use(tmp_path, "2019-04,M-b,村级供水,居民,7", "2019-04,M-a,村级供水,居民,31")
    third = {**AFTER, NEW: (0.9, 0, 2, 1), E: (0.9, 0, 2, 1), SOUTHERN: (0, 0, 0.9, 1), A: (0, 0, 0.9, 1)}
    load("region", file_of(tmp_path, third), closing=True, effective="2019-05")
    use(tmp_path, "2019-05,M-b,村级供水,居民,8", "2019-05,M-line,村级供水,居民,5")
    every = [*MONTHS, APRIL, date(2019, 5, 1)]
    assert len(known().all) == 3
    for edition, outlines in zip(known().all, (BEFORE, AFTER, third), strict=True):
        assert stored(every, edition.id) == by_cell(every, outlines), edition
        assert of_years(edition.id) == {k: v for k, v in stored(every, edition.id).items() if "-" in k[1]}
    after = everything()
    build_from_nothing()
    assert everything() == after


def test_a_renamed_township_keeps_its_cells_and_both_names(town: make.Grid, tmp_path: Path) -> None:
    before = stored(MONTHS)
    load("region", file_of(tmp_path, BEFORE, {**NAMES, NORTHERN: "北新镇"}))
    assert stored(MONTHS) == before == stored(MONTHS, known().current.id)
    names = models.GridUnit.objects.filter(region__code=NORTHERN).values_list("last_edition", "region__name")
    assert set(names) == {(known().all[0].id, "北镇"), (EVER, "北新镇")}


def test_a_correction_of_todays_lines_leaves_no_others(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path, effective="current")
    assert stored(MONTHS) == by_cell(MONTHS, AFTER)
    assert not models.GridDifference.objects.exists()
    assert {code[-9:] for code in models.GridUnit.objects.values_list("code", flat=True)} == {SOUTHERN, NORTHERN, NEW}


def test_lines_that_take_effect_in_a_published_month(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path, effective="2019-03")
    assert stored(MONTHS[:2]) == by_cell(MONTHS[:2], BEFORE)
    assert stored(MONTHS[2:]) == by_cell(MONTHS[2:], AFTER)
    assert stored(MONTHS, known().all[0].id) == by_cell(MONTHS, BEFORE)


def test_a_litre_made_between_editions_undoes_the_change(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path)
    row = models.GridDifference.objects.filter(month=MONTHS[0], volume_l__gt=0).first()
    assert row
    models.GridDifference.objects.filter(pk=row.pk).update(volume_l=row.volume_l + 1)
    with connection.cursor() as cursor:
        found = conservation.differences(cursor, SIZE, MONTHS, Every(cursor))
        assert [(one[0], one[1], one[4]) for one in found] == [(known().current.id, MONTHS[0], 1)]
        with pytest.raises(conservation.NotConserved, match="between editions"):
            conservation.hold(cursor, SIZE, MONTHS, Every(cursor))
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 项不守恒"):
        call_command("check_conservation", stdout=out)
    assert f"区划版次 {known().current.id} 多出 1 升" in out.getvalue()


def test_a_village_of_no_township_of_then_is_in_none(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path)
    load("usage", csv(tmp_path / "r.csv", f"month,region,source,purpose,volume_l\n2019-04,{E},村级供水,居民,5003"))
    assert stored([APRIL], known().all[0].id) == {(APRIL, "no_units"): 5003}
    assert sum(stored([APRIL]).values()) == 5003 and {code for _, code in stored([APRIL])}.isdisjoint({"no_units"})
