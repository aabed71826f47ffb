"""A clerk who reads English meets no Chinese on the desk but what is in the file, or the name of something."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from geoapp.desk import parcels, rows
from geoapp.desk.models import ImportJob
from layers import models, vocab
from layers.ingest.refusal import Fault
from tests import awkward_files as awkward
from tests import factories as make
from tests.desk_files import DESK, act, commit, job_of, upload
from tests.factories import DISTRICT, A, B, C
from tests.tongue import shown

pytestmark = pytest.mark.django_db

# With the marks of Chinese writing: 、（）：，
CHINESE = re.compile(r"[\u3000-\u303f㐀-鿿\uff00-\uffef]+")
ENGLISH = "?lang=en"


@dataclass
class Sent:
    """A file, and what of it is met with that reason; ``committed`` where its release is looked at too."""

    target: str
    name: str
    content: str | bytes
    reasons: set[str] = field(default_factory=set)
    told: dict[str, str] = field(default_factory=dict)
    committed: bool = False


def _square(west: float, south: float, width: float = 0.01) -> list[list[list[float]]]:
    w, s = 116 + west, 40 + south
    return [[[w, s], [w + width, s], [w + width, s + width], [w, s + width], [w, s]]]


def _geojson(*features: tuple[dict[str, Any], Any]) -> str:
    listed = [{"type": "Feature", "properties": told, "geometry": shape} for told, shape in features]
    return json.dumps({"type": "FeatureCollection", "features": listed}, ensure_ascii=False)


def _polygon(*place: float) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": _square(*place)}


WELLS = f"""code,name,use,metering,depth_m,year_built,status,region,permits,lon,lat
W1,,irrigation,none,,,,{A},,,
W2,two,fishing,none,deep,1980.5,in_service,{A},,116.005,40.005
W3,three,irrigation,#N/A,50,1980,in_service,999999,P9,116.005,40.005
1.2E+15,,irrigation,none,50,3000,in_service,{A},,116.005,40.005
123456789012345000,,irrigation,none,99999,1980,in_service,{A},/,116.005,40.005
W6,,irrigation,none,N/A,1980,in_service,{A},,here,40.005
W7,,irrigation,none,50,1980,in_service,{A},,40.005,116.005
W8,,irrigation,none,50,1980,in_service,{A},,116.005,
W9,,irrigation,none,50,1980,in_service,{A},,116.035,40.005
W10,,irrigation,none,50,1980,in_service,{A},,116.015,40.005
W11,,irrigation,none,50,1980,in_service,{A},,116.005,40.005
W11,,irrigation,none,51,1980,in_service,{A},,116.005,40.005
"W 12",,irrigation,none,50,1980,in_service,{A},,116.005,40.005
{"W" * 40},,irrigation,none,50,1980,in_service,{A},,116.005,40.005
W15,,irrigation,none,50,1980,in_service,无此村,,116.005,40.005
W16,,irrigation,none,50,1980,in_service,社区,,116.005,40.005
W17,,irrigation,none,"1,5,5",1980,in_service,{A},,116.005,40.005
W18,,irrigation,none,80kg,1980,in_service,{A},,116.005,40.005
W19,,irrigation,none,八十,1980,in_service,{A},,116.005,40.005
W21,,irrigation,none,8000cm,1980,in_service,{A},,116.005,40.005
Ｗ22,,irrigation,none,80,1980,in_service,{A},,116.005,40.005
W23,only this
W24,,irrigation,none,80,1980,in_service,999999,P9,116.005,40.005
"""
PARTS = f"""code,use,metering,region,经度-度,经度-分,经度-秒,纬度-度,纬度-分,纬度-秒
A1,irrigation,none,{A},116,61,0,40,0,18
A2,irrigation,none,{A},x,0,18,40,0,18
A3,irrigation,none,{A},116,,18,40,0,18
"""
PAIRS = f'code,use,metering,region,坐标\nA1,irrigation,none,{A},"here"\nA2,irrigation,none,{A},"116.005,40.005"\n'
LETTERED = (
    f"code,use,metering,region,lon,lat\nA1,irrigation,none,{A},N40.005,N40.005\nA2,irrigation,none,{A},116.005,40.005\n"
)
PLANTS = """code,name,kind,lon,lat
S1,one,urban,116.105,40.005
S2,two,urban,116.0208,40.005
S3,three,urban,116.005,40.005
"""
PERMITS = """code,holder_code,holder_name,permitted_m3_per_year,valid_from,valid_to
P1,H1,one,100.5,2020-01-01,2019-01-01
P2,H1,one,200,2020-13-01,2021-01-01
P3,H2,two,300,20-01-01,2021-01-01
P4,H2,three,300,2020-01-01,2021-01-01
P8,H8,eight,300,2020-01-01,2021-01-01
P9,H8,nine,300,2020-01-01,2021-01-01
P5,,nobody,300,2020-01-01,43831
P6,H6,six,10,2020-01-01,2030-01-01
小计,,,49,,
P7,H7,seven,10,2020-01-01,2030-01-01
合计,,,352,,
"""
USAGE = f"""month,region,source,purpose,volume_l,volume_m3
2018.1,{A},self_built_well,industrial,,1
2018.9,{A},self_built_well,industrial,,1
2035-01,{A},self_built_well,industrial,,1
2018 Q1,{A},self_built_well,industrial,,1
2018-02,,self_built_well,industrial,,1
2018-03,{A},self_built_well,industrial,,-1
2018-04,{A},self_built_well,industrial,,1.23456
2018-05,{A},self_built_well,industrial,5,1
2018-06,{A},self_built_well,industrial,,
2018-07,{A},self_built_well,industrial,,1
2018-07,{A},self_built_well,industrial,,2
2018-08,{B},self_built_well,fun,,3
"""
WIDE = f"""region,source,purpose,Jan,Feb,total
{A},self_built_well,industrial,1,2,4
{B},self_built_well,industrial,10,bad,30
Total,,,11,23,33
"""
LEAP = f"month,region,source,purpose,volume_l\n2019-02,{A},self_built_well,industrial,300000000000\n"
REGIONS = _geojson(
    ({"code": "12010", "name": "five", "level": "district"}, _polygon(0, 0)),
    ({"code": "120101", "name": "another's", "level": "district"}, _polygon(0, 0)),
    ({"code": f"{DISTRICT}009", "name": "parent", "level": "township", "parent": "110102"}, _polygon(0, 0)),
    ({"code": "110109001", "name": "orphan", "level": "township"}, _polygon(0, 0)),
    ({"code": f"{DISTRICT}008", "name": "unit", "level": "township", "reporting_unit": "7"}, _polygon(0, 0)),
    ({"code": f"{DISTRICT}007", "name": "over", "level": "township"}, _polygon(0.015, 0)),
    ({"code": f"{DISTRICT}006", "name": "none", "level": "township"}, None),
    ({"code": f"{DISTRICT}005", "name": "cell", "level": "grid"}, _polygon(0, 0)),
    ({"code": f"{DISTRICT}004", "name": "point", "level": "township"}, {"type": "Point", "coordinates": [116, 40]}),
)
AREAS = _geojson(
    ({"code": "A1", "name": "area", "facility": "F1"}, _polygon(-40, -20, 30)),
    ({"code": "A2", "name": "area", "facility": "F2"}, _polygon(0, 0)),
)


def _workbook() -> bytes:
    """Merged numbers, padded codes, hidden rows, columns and a hidden sheet, two lines above the heading."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Wells"
    lines = [["Register of wells"], [None, "unit: m"], ["code", "use", "metering", "depth_m", "region"],
             [1, "irrigation", "none", 50, A], [2, "irrigation", "none", None, A], [3, "fishing", "none", 70, A]]  # fmt: skip
    for line in lines:
        sheet.append(line)
    for at in (4, 5, 6):
        sheet.cell(at, 1).number_format = "000"
    sheet.merge_cells("D4:D5")
    sheet.row_dimensions[6].hidden = True
    sheet.column_dimensions["B"].hidden = True
    book.create_sheet("kept away").sheet_state = "hidden"
    book.create_sheet("other").append(["nothing"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sent() -> Iterator[Sent]:
    of_wells = {
        "missing", "not_a_term", "not_a_number", "not_an_integer", "excel_error", "unknown_reference", "damaged_code", "maybe_damaged_code",
        "out_of_range", "no_value", "bad_position", "outside_china", "half_position", "outside_declared", "duplicate", "bad_code", "too_long",
        "unknown_division", "ambiguous_number", "other_unit", "chinese_numeral", "unit_in_cell", "cleaned_code", "cells", "cleared",
    }  # fmt: skip
    yield Sent("well", "wells.csv", WELLS, of_wells - {"missing"}, committed=True)
    yield Sent("well", "parts.csv", PARTS, {"bad_position", "not_a_number", "half_position"})
    yield Sent("well", "pairs.csv", PAIRS, {"bad_position"})
    yield Sent("well", "lettered.csv", LETTERED, {"bad_position"})
    yield Sent("sewage_plant", "plants.csv", PLANTS, {"outside_city"})
    yield Sent("permit", "permits.csv", PERMITS, {"out_of_range", "not_a_date", "short_year", "duplicate", "missing", "serial_date", "total_differs"}, committed=True)  # fmt: skip
    yield Sent("usage", "usage.csv", USAGE, {"month_point", "out_of_range", "not_one_month", "one_place", "negative", "not_litres", "contradiction", "missing", "duplicate", "not_a_term"})  # fmt: skip
    yield Sent("usage", "wide.csv", WIDE, {"total_differs", "not_a_number"}, {"year": "2018"}, committed=True)
    yield Sent("usage", "leap.csv", LEAP, {"unlike_before"})
    yield Sent("region", "regions.geojson", REGIONS, {"code_digits", "not_of_place", "wrong_parent", "unknown_reference", "no_geometry", "not_a_term", "geometry_type"})  # fmt: skip
    yield Sent("supply_area", "areas.geojson", AREAS, {"beyond_city", "unknown_reference"})
    yield Sent("well", "book.xlsx", _workbook(), {"not_a_term"})
    # Refused as a whole.
    yield Sent("well", "strange.csv", "colour,taste\nred,sweet\n")
    yield Sent("well", "short.csv", "code,use\nW1,irrigation\n")
    yield Sent("usage", "doubt.csv", f"region,source,purpose,2018.1,2018.2\n{A},self_built_well,industrial,1,2\n")
    yield Sent("well", "twice.csv", f"code,code,use,metering,region\nW1,W2,irrigation,none,{A}\n")
    yield Sent("well", "plane.csv", f"code,use,metering,region,lon,lat\nW1,irrigation,none,{A},500,4000000\nW2,irrigation,none,{A},501,4000000\n")  # fmt: skip
    yield Sent("", "unknown.csv", "colour,taste\nred,sweet\n")
    cut = awkward.dbf(["code", "use", "metering", "region", "permitted_"], [["W1", "irrigation", "none", A, "1"]])
    yield Sent("permit", "cut.dbf", cut)


SENT = list(_sent())


@pytest.fixture
def clerk(admin: Client, grid: make.Grid) -> Client:
    make.WellFactory(code="W1", use=2, depth_m=80, name="first", geom=make.at(0.5, 0.5))
    make.FacilityFactory(code="F1", name="plant")
    region = grid[A]
    of = {"source": vocab.SOURCE.id_of("self_built_well"), "purpose": vocab.PURPOSE.id_of("industrial")}
    for month in range(9, 13):
        make.UsageFactory(region=region, month=make.JANUARY.replace(year=2018, month=month), volume_l=10**9, **of)
    grid.settle()
    return admin


def chinese(text: str, known: set[str]) -> list[str]:
    for name in sorted(known, key=len, reverse=True):
        text = text.replace(name, " ")
    return CHINESE.findall(text)


def names(content: str | bytes) -> set[str]:
    """What is in the file or the data, and so in no language."""
    own = set(CHINESE.findall(content)) if isinstance(content, str) else set()
    found = {"测试.csv", *own}
    for model in (models.Region, models.ReportingUnit):
        found |= {str(name) for name in model.objects.values_list("name", flat=True)}
    return found


def said(client: Client, address: str, known: set[str]) -> list[str]:
    """The texts of a page that are Chinese in English."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return [text for text in shown(answer.content.decode()) if chinese(text, known)]


@pytest.mark.parametrize("sent", SENT, ids=lambda sent: sent.name)
def test_a_clerk_who_reads_english_meets_no_chinese(clerk: Client, sent: Sent) -> None:
    address = upload(clerk, sent.content, sent.name, sent.target)
    page = address + ENGLISH
    if sent.told:
        act(clerk, page, "read", target=sent.target, **{f"told.{name}": value for name, value in sent.told.items()})
    known = names(sent.content)
    wrong = said(clerk, page, known)
    folder = _folder(address)
    counted = rows.faults(folder).count
    for number in range(2, counted // rows.PAGE + 2):
        wrong += said(clerk, f"{page}&page={number}", known)
    wrong += said(clerk, DESK + ENGLISH, known)
    assert wrong == []
    assert sent.reasons <= {reason for _, _, reason, _ in rows.fault_groups(folder)}
    _asked(clerk, page)
    if any(kind == rows.REFUSED for kind, *_ in rows.fault_groups(folder)):
        refused = b"".join(clerk.get(f"{address}refused.csv{ENGLISH}").streaming_content)  # type: ignore[attr-defined]
        table = list(csv.reader(io.StringIO(refused.decode("utf-8-sig"))))
        assert table[0][-2:] == ["Reason", "What would be right"] and chinese(str(table), known) == []
    if sent.committed:
        commit(clerk, page)
        number = models.Release.objects.latest("pk").pk
        assert job_of(address).release_id == number
        for of in ("releases/", f"releases/{number}/", f"releases/{number}/undo/"):
            assert said(clerk, f"{DESK}{of}{ENGLISH}", known) == []


def _asked(client: Client, page: str) -> None:
    """What a script is told of a job."""
    state = client.get(page.replace(ENGLISH, f"state{ENGLISH}")).json()
    assert not CHINESE.search(json.dumps(state, ensure_ascii=False))


def _folder(address: str) -> Path:
    return parcels.folder_of(job_of(address).token)


def test_refused_rows_in_english_are_mended_and_imported_as_they_are(clerk: Client) -> None:
    text = f"code,use,metering,region\nW5,fishing,none,{B}\n"
    address = upload(clerk, text)
    refused = b"".join(clerk.get(f"{address}refused.csv{ENGLISH}").streaming_content)  # type: ignore[attr-defined]
    lines = refused.decode("utf-8-sig").splitlines()
    assert lines[0] == "code,use,metering,region,Reason,What would be right"
    assert lines[1].startswith(f"W5,fishing,none,{B},Use: not a word of the vocabulary,")
    again = upload(clerk, refused.decode("utf-8-sig").replace("fishing", "irrigation"))
    counts = {name: count for name, _, count in clerk.get(again).context["counts"]}
    assert (counts["read"], counts["new"], counts["refused"]) == (1, 1, 0)
    assert ImportJob.objects.get(token=job_of(again).token).report["columns"]["ignored"] == []


def test_what_an_older_check_has_kept_is_read_as_it_is(clerk: Client) -> None:
    address = upload(clerk, f"code,use,metering,region\nW5,fishing,none,{C}\n")
    folder = _folder(address)
    with sqlite3.connect(rows.path_of(folder)) as base:
        base.execute("UPDATE fault SET expected = '如 120'")
    (_, fault, _) = rows.faults(folder).rows[0]
    assert isinstance(fault, Fault) and fault.expected == "如 120"
