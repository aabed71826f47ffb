"""A release of divisions taken back: every month speaks as before it, and what stands in the way is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db.models import Sum

from layers import editions, models
from layers.ingest.refusal import ImportRefused
from layers.ingest.undo import undo
from layers.models import Boundary, Meter, Region, Release
from tests import factories as make
from tests.db.ingest_files import csv, load
from tests.db.test_editions import known, summed
from tests.factories import B, C
from tests.split_city import AFTER, APRIL, MONTHS, NEW, E, expected, file_of, make_cells, make_city, split

pytestmark = pytest.mark.django_db
BEFORE = make.CELLS
USAGE = "month,meter,source,purpose,volume_l\n2019-04,M-b,村级供水,居民,7\n2019-04,M-line,村级供水,居民,90\n2019-04,M-declared,村级供水,居民,1100"


def divisions() -> set[tuple[object, ...]]:
    """The current ones, with what they are and where."""
    outlines = Boundary.objects.filter(valid_to=None).values_list("region__code", "source", "quality", "geom")
    regions = Region.objects.filter(valid_to=None).values_list(
        "code", "name", "level", "parent__code", "reporting_unit"
    )
    return {
        *regions,
        *((code, source, quality, geom.normalize() or geom.wkt) for code, source, quality, geom in outlines),
    }


def last() -> int:
    return Release.objects.filter(dataset="region").latest("pk").pk


def test_every_month_speaks_as_before(tmp_path: Path) -> None:
    make_city()
    before = divisions()
    split(tmp_path)
    done = undo(last(), commit=True)
    assert divisions() == before
    assert (done.removed, done.returned) == (2, 1)  # the new township and village, and the village that had gone
    first, second = known().all
    for edition in (editions.OWN, first.id, second.id):
        assert summed(MONTHS, edition) == expected(MONTHS, BEFORE)
    assert Meter.objects.get(code="M-declared").declared_region == Region.objects.get(code=B, valid_to=None)
    load("usage", csv(tmp_path / "u.csv", USAGE))
    assert summed([APRIL]) == summed([APRIL], first.id) == expected([APRIL], BEFORE)


def test_the_grid_is_as_before(tmp_path: Path) -> None:
    def cells() -> set[tuple[object, ...]]:
        return set(models.GridUsage.objects.values_list("month", "unit__code", "gap", "source", "purpose", "volume_l"))

    make_cells()
    before = cells()
    split(tmp_path)
    assert models.GridDifference.objects.filter(edition__in=[one.id for one in known().all]).exists()
    undo(last(), commit=True)
    assert cells() == before
    # Units of the edition that was corrected may be others, under the same codes: nothing is different in any cell.
    different = models.GridDifference.objects.filter(edition__in=[one.id for one in known().all])
    by_code = (
        different.values("edition", "month", "unit__code", "source", "purpose")
        .annotate(litres=Sum("volume_l"))
        .order_by()
    )
    assert not [one for one in by_code if one["litres"]]


def test_it_can_be_taken_back_again(tmp_path: Path) -> None:
    make_city()
    split(tmp_path)
    after, told = divisions(), expected(MONTHS, AFTER)
    undo(last(), commit=True)
    undo(last(), commit=True)
    assert divisions() == after
    found = summed(MONTHS, known().current.id)
    assert summed(MONTHS) == expected(MONTHS, BEFORE)
    assert {key: found[key] for key in told if key[1] not in ("", B)} == {
        k: v for k, v in told.items() if k[1] not in ("", B)
    }
    # What was recorded at the village itself stays with it: closed by a correction, it is still of the edition.
    assert found[4, B] + found[4, ""] == told[4, ""]
    assert len(known().all) == 2


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    make_city()
    split(tmp_path)
    after, release = divisions(), last()
    told = undo(release)
    assert (told.committed, told.removed, told.returned) == (False, 2, 1)
    assert divisions() == after and last() == release


def test_what_came_later_stands_in_the_way(tmp_path: Path) -> None:
    make_city()
    split(tmp_path)
    release = last()
    renamed = file_of(tmp_path, {E: AFTER[E]}, {E: "己社区"})
    load("region", renamed, effective="current")
    with pytest.raises(ImportRefused, match=rf"以后的发布又改动了其中.*{E}"):
        undo(release)
    undo(last(), commit=True)
    undo(release, commit=True)
    with pytest.raises(ImportRefused, match="已由第"):
        undo(release)


def test_another_edition_since_stands_in_the_way(tmp_path: Path) -> None:
    make_city()
    split(tmp_path)
    release = last()
    load("region", file_of(tmp_path, {**AFTER, C: (0, 1, 0.7, 2)}), effective="2019-06")
    with pytest.raises(ImportRefused, match="已使区划另起一版（自 2019-06 起）"):
        undo(release)


def test_divisions_that_others_lead_to_stay(tmp_path: Path) -> None:
    make_city()
    split(tmp_path)
    Meter.objects.filter(code="M-nowhere").update(declared_region=Region.objects.get(code=E))
    with pytest.raises(ImportRefused, match="它新增的区划已被引用，不能停用：水表 1"):
        undo(last())
    assert Region.objects.filter(code=NEW, valid_to=None).exists()
