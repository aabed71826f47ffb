"""Divisions in time: a split that rewrites nothing, and the same months in any divisions that are asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum

from layers import editions, models
from layers.admin.journal import ChangeByHand
from layers.ingest.refusal import ImportRefused
from layers.standing import CORRECTION
from layers.stats import rebuild
from tests import factories as make
from tests.db.ingest_files import csv, load
from tests.factories import B, C
from tests.split_city import AFTER, APRIL, MONTHS, E, expected, make_city, split

pytestmark = pytest.mark.django_db
BEFORE = make.CELLS


@pytest.fixture
def town() -> make.Grid:
    return make_city()


def known() -> editions.Editions:
    with connection.cursor() as cursor:
        return editions.read(cursor)


def every_row() -> list[tuple[object, ...]]:
    columns = ("edition", "level", "source_sel", "purpose_sel", "month", "code", "parent_code", "gap", "volume_l", "ytd_l", "records")  # fmt: skip
    return sorted(models.UsageSum.objects.values_list(*columns), key=str)


def summed(months: list[date], edition: int = editions.OWN) -> dict[tuple[int, str], int]:
    """Litres by (level, code) as the sums have them, of each month's own divisions or of an edition."""
    found = (
        models.UsageSum.objects.filter(
            edition__in={editions.OWN, edition}, month__in=months, source_sel=0, purpose_sel=0, level__lte=4
        )
        .values_list("level", "code")
        .annotate(litres=Sum("volume_l"))
        .order_by()
    )
    return {(level, code): litres for level, code, litres in found if litres}


def test_what_was_published_stays_as_it_was(town: make.Grid, tmp_path: Path) -> None:
    before = every_row()
    report = split(tmp_path)
    assert report.closed == 1 and any("2019-04 起生效" in note.zh for note in report.notes)
    assert [row for row in every_row() if row[0] == editions.OWN] == before
    assert summed(MONTHS) == expected(MONTHS, BEFORE)
    assert [(one.since, one.current) for one in known().all] == [(None, False), (APRIL, True)]


def test_the_same_months_in_the_new_divisions(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path)
    found = summed(MONTHS, known().current.id)
    assert found == expected(MONTHS, AFTER)
    assert found[4, E] and (4, B) not in found


def test_a_month_after_it_speaks_in_them_and_can_be_asked_in_the_old_ones(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path)
    text = "month,meter,source,purpose,volume_l\n2019-04,M-b,村级供水,居民,7\n2019-04,M-line,村级供水,居民,90\n2019-04,M-declared,村级供水,居民,1100"
    load("usage", csv(tmp_path / "u.csv", text))
    first, second = known().all
    assert summed([APRIL]) == summed([APRIL], second.id) == expected([APRIL], AFTER)
    assert summed([APRIL], first.id) == expected([APRIL], BEFORE)
    assert summed([*MONTHS, APRIL], first.id) == expected([*MONTHS, APRIL], BEFORE)


def test_usage_that_comes_late_counts_in_the_divisions_of_its_month(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path)
    load("usage", csv(tmp_path / "u.csv", f"month,region,source,purpose,volume_l\n2019-02,{B},村级供水,居民,5000"))
    assert summed(MONTHS) == expected(MONTHS, BEFORE)
    assert summed(MONTHS, known().current.id) == expected(MONTHS, AFTER)


def test_a_few_rows_changed_leave_what_summing_everything_would(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path)
    meter = models.Meter.objects.get(code="M-b")
    change = ChangeByHand("meter", "tester", "change", [meter.pk], ["M-b"], CORRECTION)
    models.Meter.objects.filter(pk=meter.pk).update(geom=make.at(0.85, 1.5))  # in c before, in d after
    change.settle([meter.pk])
    after = every_row()
    assert summed(MONTHS) == expected(MONTHS, BEFORE)
    assert summed(MONTHS, known().current.id) == expected(MONTHS, AFTER)
    with connection.cursor() as cursor:
        rebuild.rebuild(cursor, MONTHS)
    assert every_row() == after


def test_an_object_that_comes_later_is_placed_in_the_old_divisions_too(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path)
    load(
        "meter",
        csv(
            tmp_path / "m.csv",
            f"code,system,source,purpose,region,lon,lat\nM-new,group,村级供水,居民,{C},116.009,40.015",
        ),
    )
    load("usage", csv(tmp_path / "u.csv", "month,meter,source,purpose,volume_l\n2019-03,M-new,村级供水,居民,123"))
    assert models.PastPlace.objects.get(object_id=models.Meter.objects.get(code="M-new").pk).code == C
    assert summed(MONTHS) == expected(MONTHS, BEFORE)


def test_a_year_to_date_adds_up_in_any_divisions(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path)
    load(
        "usage",
        csv(
            tmp_path / "u.csv",
            "month,meter,source,purpose,volume_l\n2019-04,M-b,村级供水,居民,7\n2019-04,M-line,村级供水,居民,90",
        ),
    )
    for one in (editions.OWN, *(edition.id for edition in known().all)):
        rows = models.UsageSum.objects.filter(edition__in={editions.OWN, one}, source_sel=0, purpose_sel=0)
        year = rows.filter(month=APRIL).values_list("level", "code", "gap").annotate(litres=Sum("ytd_l")).order_by()
        months = rows.values_list("level", "code", "gap").annotate(litres=Sum("volume_l")).order_by()
        assert {r for r in year if r[3]} == {r for r in months if r[3]}


def test_a_correction_of_the_current_divisions_is_told_as_one(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path, effective="current")
    assert len(known().all) == 1
    assert summed(MONTHS)[4, E] == expected(MONTHS, AFTER)[4, E]


def test_divisions_can_take_effect_in_a_month_that_is_published(town: make.Grid, tmp_path: Path) -> None:
    split(tmp_path, effective="2019-03")
    assert summed(MONTHS[:2]) == expected(MONTHS[:2], BEFORE)
    assert summed(MONTHS[2:]) == expected(MONTHS[2:], AFTER)
    with pytest.raises(ImportRefused, match="2019-02"):
        split(tmp_path, effective="2019-02")
    with pytest.raises(ImportRefused, match="no month"):
        split(tmp_path, effective="2019")


def test_nothing_published_yet_is_no_edition(tmp_path: Path) -> None:
    make.make_grid()
    split(tmp_path)
    assert [(one.since, one.current) for one in known().all] == [(None, True)]
