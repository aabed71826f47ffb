"""A dry run writes into a twin of the table: the table is left alone, and what it would refuse is refused."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from layers.ingest.refusal import ImportRefused
from layers.ingest.report import ImportReport
from tests.db.ingest_files import TOWNSHIP, VILLAGES, counts, csv, geojson, load, region, regions, small_city, square

pytestmark = pytest.mark.django_db

PERMITS = "code,holder_code,holder_name\nP1,H1,甲\nP2,H1,甲"
WELLS = f"""
    code,name,use,metering,depth_m,year_built,region,lon,lat,permits
    W1,一,irrigation,none,80,1980,{VILLAGES[0]},116.02,39.05,P1
    W2,二,irrigation,none,90,1985,{VILLAGES[1]},116.07,39.05,P1;P2
    W3,三,irrigation,none,,,{VILLAGES[1]},,,
"""
METERS = f"""
    code,system,source,purpose,region,lon,lat
    M1,group,self_built_well,industrial,{VILLAGES[0]},116.02,39.05
    M2,group,self_built_well,industrial,{VILLAGES[1]},116.07,39.05
"""
AGAIN_PERMITS = "code,holder_code,holder_name\nP1,H1,乙\nP3,H3,丙\nP4,H9,"
USAGE = "month,meter,source,purpose,volume_l\n2019-01,M1,self_built_well,industrial,1000\n2019-01,M2,self_built_well,industrial,5"
AGAIN = {
    "well": WELLS.replace("116.02", "116.07").replace("P1;P2", "P2").replace("一", "壹").replace("W3", "W4"),
    "meter": METERS.replace("116.02", "116.06").replace("M2", "M3"),
    "permit": AGAIN_PERMITS,
    "usage": USAGE.replace(",5", ",6") + "\n2019-02,M1,self_built_well,industrial,7",
}


@pytest.fixture(autouse=True)
def _city(tmp_path: Path) -> None:
    small_city(tmp_path)
    for target, text in (("permit", PERMITS), ("well", WELLS), ("meter", METERS), ("usage", USAGE)):
        load(target, csv(tmp_path / f"{target}.csv", text))


def _asked(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _told(report: ImportReport) -> dict[str, Any]:
    whole = report.to_dict()
    left_out = ("dry_run", "committed", "release", "seconds", "rows_per_second", "steps")
    return {name: said for name, said in whole.items() if name not in left_out}


@pytest.mark.parametrize("target", AGAIN)
def test_a_dry_run_says_what_the_commit_says(tmp_path: Path, target: str) -> None:
    path = csv(tmp_path / "again.csv", AGAIN[target])
    dry, real = load(target, path, commit=False), load(target, path)
    assert _told(dry) == _told(real)
    assert dry.changed


@pytest.mark.parametrize(("target", "new"), [("well", AGAIN["well"]), ("meter", METERS.replace("M", "N")), ("usage", AGAIN["usage"])])  # fmt: skip
def test_a_dry_run_takes_no_number_of_the_table(tmp_path: Path, target: str, new: str) -> None:
    table = {"usage": "usagerecord"}.get(target, target)
    last = f"SELECT last_value FROM layers_{table}_id_seq"
    before = _asked(last)
    assert load(target, csv(tmp_path / "new.csv", new), commit=False).new
    assert _asked(last) == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("target", ["well", "permit", "usage", "region"])
def test_two_dry_runs_of_a_dataset_go_on_side_by_side(tmp_path: Path, target: str) -> None:
    """The second begins and ends while the first has written, and both say the same."""
    divided = [*regions()[:3], region(TOWNSHIP, "新名街道", square(0, 0))]
    path = (
        geojson(tmp_path / "again.geojson", divided) if target == "region" else csv(tmp_path / "a.csv", AGAIN[target])
    )
    beside: list[ImportReport] = []

    def second() -> None:
        try:
            beside.append(load(target, path, commit=False, wait_s=0))
        finally:
            connection.close()

    def at(step: str, _done: int, _of: int | None) -> None:
        if step == "constraints":
            other = threading.Thread(target=second)
            other.start()
            other.join(30)

    first = load(target, path, commit=False, progress=at)
    assert [_told(one) for one in beside] == [_told(first)] and first.changed


def divisions() -> list[dict[str, Any]]:
    """The city's divisions with one renamed, one redrawn beyond its township, one new, one of an unknown parent."""
    city, district, other, township, first, second = regions()
    first["properties"]["name"], second["geometry"] = "新社区", square(0.05, 0, 0.08)
    township["properties"]["name"] = "新街道"
    new = region(f"{TOWNSHIP}003", "新村", square(0.09, 0, 0.01))
    return [city, district, other, township, first, second, new, region("110109001", "孤街道", square(0, 0))]


def _files(folder: Path) -> dict[str, tuple[str, Path, dict[str, Any]]]:
    """Name → dataset, file and options of imports that change, add and take out."""
    found = {name: (name, csv(folder / f"{name}.csv", text), {}) for name, text in AGAIN.items()}
    del found["meter"]  # whose water counts elsewhere is found by changing it
    whole = geojson(folder / "whole.geojson", [one for one in regions() if one["properties"]["code"] != VILLAGES[1]])
    return {
        **found,
        "divisions": ("region", geojson(folder / "d.geojson", divisions()), {"effective": "2019-03"}),
        "closing": ("region", whole, {"closing": True}),
        "corrected": ("region", geojson(folder / "c.geojson", divisions()[:5]), {"effective": "current"}),
        "replaced": ("well", csv(folder / "one.csv", f"code,use,metering,region\nW1,irrigation,none,{VILLAGES[0]}"), {"replacing": True}),
    }  # fmt: skip


def _writes() -> dict[str, int]:
    """Rows written so far in this transaction, by table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables WHERE schemaname = 'public'"
        )
        return dict(cursor.fetchall())


@pytest.mark.parametrize("name", [*(n for n in AGAIN if n != "meter"), "divisions", "closing", "corrected", "replaced"])
def test_a_dry_run_writes_no_table_and_says_what_the_commit_says(tmp_path: Path, name: str) -> None:
    target, path, options = _files(tmp_path)[name]
    before, seen = _writes(), []
    told = {"coordinates": "EPSG:4490"} if target == "well" else {}

    def progress(step: str, done: int, of: int | None) -> None:
        if step == "constraints":
            seen.append(_writes())

    dry = load(target, path, commit=False, progress=progress, told=told, **options)
    (after,) = seen
    assert {table for table, count in after.items() if count != before.get(table, 0)} <= {"layers_release"}
    real = load(target, path, told=told, **options)
    assert _told(dry) == _told(real)
    assert dry.changed or dry.closed or dry.gone


def test_two_dry_runs_of_permits_do_not_wait_for_one_another(tmp_path: Path) -> None:
    """What another transaction would wait for is a lock on a row, and so a change of it: there is none to be seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid, xmin, xmax, code, name FROM layers_abstractionholder ORDER BY 1")
        before = cursor.fetchall()
        load("permit", csv(tmp_path / "p.csv", AGAIN_PERMITS), commit=False)
        cursor.execute("SELECT ctid, xmin, xmax, code, name FROM layers_abstractionholder ORDER BY 1")
        assert cursor.fetchall() == before


def test_what_old_and_new_together_break_is_refused(tmp_path: Path) -> None:
    """The file says the depth alone; the year that forbids it is in the table."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE layers_well ADD CONSTRAINT deep_are_new CHECK (depth_m < 500 OR year_built > 1990)")
    path = csv(tmp_path / "deep.csv", f"code,use,metering,depth_m,region\nW1,irrigation,none,600,{VILLAGES[0]}")
    with pytest.raises(ImportRefused, match="deep_are_new"):
        load("well", path, commit=False)


def test_what_a_twin_cannot_hold_is_written_and_undone(tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX one_name ON layers_well (name)")
    path = csv(tmp_path / "name.csv", f"code,name,use,metering,region\nW9,二,irrigation,none,{VILLAGES[0]}")
    with pytest.raises(ImportRefused, match="one_name"):
        load("well", path, commit=False)


def test_a_replacement_with_refused_rows_is_refused_before_a_row_is_written(tmp_path: Path) -> None:
    last = "SELECT last_value FROM layers_well_id_seq"
    before, v = _asked(last), VILLAGES[0]
    text = f"{WELLS.strip()}\nW8,八,irrigation,none,,,{v},,,\nW9,九,fishing,none,,,{v},,,"
    with pytest.raises(ImportRefused, match="1 行被拒收"):
        load("well", csv(tmp_path / "spoilt.csv", text), replacing=True)
    assert _asked(last) == before
    assert counts(load("well", csv(tmp_path / "w.csv", WELLS), replacing=True)) == (0, 0, 3, 0)
