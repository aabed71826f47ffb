"""CQL2 conditions: which features each is true of, what is unknown, and what is refused; in every reference system."""

from __future__ import annotations

import json
import re
from typing import Any

import cql2
import pytest
from django.db import transaction
from pyproj import Transformer

from layers import models
from layers.cql2 import condition, parse
from layers.cql2.parse import TEMPORAL
from layers.crs import CRS84, Crs, parse_crs, systems
from layers.errors import BadParameter
from layers.features import FeatureQuery, stream
from layers.plane import USUAL
from layers.registry import published
from tests import factories as make
from tests.factories import CELL, SOUTH, WEST, A, D, at
from tests.standing import standing

pytestmark = pytest.mark.django_db


def make_city() -> None:
    grid = make.make_grid()
    make.WellFactory(code="a", name="甲井 One", use=1, metering=1, depth_m=10, year_built=1980, geom=at(0.5, 0.5))
    make.WellFactory(code="b", name="100%_x", use=2, metering=1, depth_m=50, geom=at(1.5, 0.5), declared_region=grid[A])
    make.WellFactory(code="c", name="it's", use=2, metering=3, depth_m=None, status=3, geom=at(0.5, 1.5))
    make.WellFactory(code="n", name="", use=3, depth_m=120.5, geom=None, declared_region=grid[D])
    grid.settle()


world = standing(lambda folder: make_city())


@pytest.fixture(autouse=True)
def wells(world: None, db: None) -> None:
    pass


def true_of(tree: Any, layer: str = "well", system: Crs = CRS84) -> str:
    query = FeatureQuery(published(layer), cql=condition(published(layer), tree, system))
    found = "".join(sorted(query.found().values_list("code", flat=True)))
    assert query.count() == len(found)
    return found


BOX = f"BBOX({WEST},{SOUTH},{WEST + CELL},{SOUTH + CELL})"
SQUARE = (
    f"POLYGON(({WEST} {SOUTH},{WEST + CELL} {SOUTH},{WEST + CELL} {SOUTH + CELL},{WEST} {SOUTH + CELL},{WEST} {SOUTH}))"
)
POINT = f"POINT({WEST + CELL / 2} {SOUTH + CELL / 2})"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("use = 'supply'", "a"),
        ("'supply' = use", "a"),
        ("use <> 'supply'", "bcn"),
        ("use = 'no such use'", ""),
        ("use <> 'no such use'", "abcn"),
        ("use IN ('supply', 'greening')", "an"),
        ("use NOT IN ('supply', 'no such use')", "bcn"),
        ("use LIKE '%r%g%'", "bcn"),
        ("use > 'irrigation'", "a"),
        ("CASEI(use) = CASEI('SUPPLY')", "a"),
        ("use = 'supply' OR use = 'irrigation' AND metering = 'none'", "ac"),
        ("(use = 'supply' OR use = 'irrigation') AND metering = 'none'", "c"),
        ("depth_m > 10", "bn"),
        ("10 < depth_m", "bn"),
        ("depth_m >= 10", "abn"),
        ("depth_m = 120.5", "n"),
        ("depth_m <> 10", "bn"),
        ("NOT depth_m = 10", "bn"),
        ("NOT (depth_m > 10 AND use = 'irrigation')", "an"),
        ("NOT (depth_m > 10 OR use = 'irrigation')", "a"),
        ("depth_m IS NULL", "c"),
        ("depth_m IS NOT NULL", "abn"),
        ("NOT (depth_m IS NULL)", "abn"),
        ("depth_m BETWEEN 10 AND 50", "ab"),
        ("depth_m NOT BETWEEN 10 AND 50", "n"),
        ("depth_m IN (10, 50.0, 7)", "ab"),
        ("depth_m NOT IN (10)", "bn"),
        ("depth_m * 2 + 1 > 100", "bn"),
        ("(depth_m + 10) / 2 = 10", "a"),
        ("depth_m / 0 = 1", ""),
        ("NOT (depth_m / 0 = 1)", ""),
        ("depth_m < year_built", "a"),
        ("year_built = 1980.5", ""),
        ("year_built > 1979.5", "a"),
        ("year_built < 99999999999999999999999", "a"),
        ("-depth_m = -10", "a"),
        ("name = '甲井 One'", "a"),
        ("name = 'it''s'", "c"),
        ("name LIKE '甲%'", "a"),
        ("name LIKE '甲井_One'", "a"),
        ("name LIKE 'one'", ""),
        ("CASEI(name) LIKE CASEI('%ONE')", "a"),
        (r"name LIKE '100\%\_x'", "b"),
        (r"name LIKE '\%%'", ""),
        ("name LIKE ''", "n"),
        ("name NOT LIKE '%'", ""),
        ("region = '110101001001'", "b"),
        ("region <> '1'", "bn"),
        ("found_region LIKE '110101001%'", "ab"),
        ("region = found_region", ""),
        ("use = use", "abcn"), ("use <> use", ""), ("use = metering", ""), ("use < metering", "abcn"),
        ("name < code", "bn"), ("code = code AND depth_m = depth_m", "abn"), ("depth_m BETWEEN depth_m AND year_built", "a"),
        ("10 IN (depth_m, year_built)", "a"), ("NOT (depth_m IN (year_built, 50))", "a"),
        ("TRUE = TRUE", "abcn"), ("TRUE <> TRUE", ""), ("'it' LIKE 'i_'", "abcn"), ("'it' NOT LIKE 'i_'", ""),
        ("depth_m % 7 = 3", "a"), ("depth_m div 7 = 1", "a"), ("depth_m ^ 2 = 100", "a"), ("-7 % 4 = -3 AND -7 div 4 = -1", "abcn"),
        ("depth_m = 2 + 2 ^ 3", "a"), ("depth_m % 0 = 1 OR depth_m div 0 = 1", ""), ("NOT (depth_m % 0 = 1)", ""), ("1 / 0 = 1", ""),
        ("ACCENTI(name) = ACCENTI('甲井 Öné')", "a"), ("ACCENTI(CASEI(name)) LIKE accenti(casei('%ÖNE'))", "a"),
        ("ACCENTI(use) = ACCENTI('süpply')", "a"), ("CASEI(name) IN (CASEI('甲井 ONE'), CASEI('IT''S'))", "ac"),
        ("ACCENTI(name) NOT IN (ACCENTI('甲井 Öne'))", "bcn"),
        ("TRUE", "abcn"),
        ("FALSE", ""),
        ("1 = 1 AND NOT (2 < 1)", "abcn"),
        (f"S_INTERSECTS(geometry, {BOX})", "a"),
        (f"S_INTERSECTS({BOX}, geometry)", "a"),
        (f"S_INTERSECTS(\"geometry\", {SQUARE})", "a"),
        (f"NOT S_INTERSECTS(geometry, {SQUARE})", "bc"),
        (f"S_DISJOINT(geometry, {SQUARE})", "bc"),
        (f"S_WITHIN(geometry, {SQUARE})", "a"),
        (f"S_CONTAINS({SQUARE}, geometry)", "a"),
        (f"S_CONTAINS(geometry, {SQUARE})", ""),
        (f"S_EQUALS(geometry, {POINT})", "a"),
        (f"S_INTERSECTS(geometry, GEOMETRYCOLLECTION({POINT}))", "a"),
        ("S_INTERSECTS(geometry, BBOX(170,-10,-170,10))", ""),
        ("S_INTERSECTS(geometry, BBOX(-180,-90,180,90))", "abc"),
        ("S_INTERSECTS(geometry, geometry)", "abc"), ("S_DISJOINT(geometry, geometry)", ""), ("NOT S_TOUCHES(geometry, geometry)", "abc"),
        ("S_WITHIN(POINT(1 2), BBOX(0,0,3,3))", "abcn"), ("NOT S_WITHIN(POINT(1 2), BBOX(0,0,3,3))", ""),
        ("geometry IS NULL", "n"),
        ("geometry IS NOT NULL", "abc"),
    ],
)  # fmt: skip
def test_a_condition_is_true_of(text: str, expected: str) -> None:
    assert true_of(parse(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["depth_m > 10", "use = 'supply'", "name LIKE '1%'", f"S_INTERSECTS(geometry, {SQUARE})", "year_built = 1980"],
)
def test_true_false_and_unknown_are_all_there_is(text: str) -> None:
    """What is neither true nor false is unknown, and has no value to compare: never a feature in two of them."""
    true, false = true_of(parse(text)), true_of(parse(f"NOT ({text})"))
    assert not set(true) & set(false)
    column = {"depth_m": "depth_m", "use": "use", "name": "name", "S": "geom", "year": "year_built"}
    path = next(path for word, path in column.items() if text.startswith(word))
    unknown = models.Well.objects.filter(**{f"{path}__isnull": True}).values_list("code", flat=True)
    assert set(true) | set(false) == set("abcn") - set(unknown)


@pytest.mark.parametrize("system", systems(USUAL), ids=lambda system: system.uri.rpartition("/")[2])
def test_geometries_are_in_the_axis_order_of_filter_crs(system: Crs) -> None:
    to = Transformer.from_crs("OGC:CRS84", "OGC:CRS84" if system is CRS84 else system.srid)
    corners = [to.transform(WEST + x * CELL, SOUTH + y * CELL) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
    ring = ",".join(f"{first!r} {second!r}" for first, second in corners)
    assert true_of(parse(f"S_INTERSECTS(geometry, POLYGON(({ring})))"), system=system) == "a"
    low, high = corners[0], corners[2]
    assert true_of(parse(f"S_INTERSECTS(geometry, BBOX({low[0]},{low[1]},{high[0]},{high[1]}))"), system=system) == "a"


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"op": "=", "args": [{"property": "use"}, "supply"]}, "a"),
        ({"op": "and", "args": [{"op": ">", "args": [{"property": "depth_m"}, 5]}, True]}, "abn"),
        ({"op": "in", "args": [{"property": "code"}, ["a", "n"]]}, "an"),
        ({"op": "like", "args": [{"op": "casei", "args": [{"property": "code"}]}, {"op": "casei", "args": ["A"]}]}, "a"),
        ({"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [WEST, SOUTH, WEST + CELL, SOUTH + CELL]}]}, "a"),
        ({"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": [WEST + CELL / 2, SOUTH + CELL / 2]}]}, "a"),
        ({"op": "not", "args": [{"op": "isNull", "args": [{"property": "depth_m"}]}]}, "abn"),
    ],
)  # fmt: skip
def test_a_tree_of_json_is_true_of(tree: Any, expected: str) -> None:
    assert true_of(json.loads(json.dumps(tree))) == expected


P, G = {"property": "depth_m"}, {"property": "geometry"}


@pytest.mark.parametrize(
    "tree",
    [
        None, 5, "use", [], {}, {"op": "="}, {"op": 5, "args": []}, {"op": "=", "args": []}, {"op": "=", "args": [P]},
        {"op": "=", "args": [P, 1, 2]}, {"op": "and", "args": []}, {"op": "not", "args": []}, {"op": "nope", "args": [P, 1]},
        {"op": "=", "args": [{"property": "nope"}, 1]}, {"op": "=", "args": [{"property": ["x"]}, 1]},
        {"op": "=", "args": [P, "x"]}, {"op": "=", "args": [P, None]}, {"op": "=", "args": [P, True]},
        {"op": "=", "args": [P, {"date": "2019-01-01"}]}, {"op": "=", "args": [P, {"date": 5}]}, {"op": "=", "args": [P, [1]]},
        {"op": "in", "args": [P, 1]}, {"op": "in", "args": [P, []]}, {"op": "between", "args": [P, 1]},
        {"op": "like", "args": [P, "x"]}, {"op": "=", "args": [P, 1e999]}, {"op": "accenti", "args": [P]}, {"op": "t_after", "args": [P, P]},
        {"op": "t_after", "args": [{"interval": ["2019-01-01"]}, {"date": "2019-01-01"}]}, {"op": "t_after", "args": [{"interval": 5}, {"date": "2019-01-01"}]},
        {"op": "t_after", "args": [{"interval": ["2020-01-01", "2019-01-01"]}, {"date": "2019-01-01"}]}, {"op": "t_after", "args": ["soon", "later"]},
        {"op": "t_meets", "args": [{"date": "2019-01-01"}, {"interval": ["2020-01-01", ".."]}]}, {"op": "t_after", "args": [5, {"date": "2019-01-01"}]},
        {"op": "in", "args": [P, [1] * 5001]}, {"op": "and", "args": [{"op": "=", "args": [P, 1]}] * 1001}, {"op": "like", "args": [{"property": "name"}, "x\\"]},
        {"op": "like", "args": [{"property": "name"}, {"property": "code"}]}, {"op": "=", "args": [{"property": "use"}, {"property": "depth_m"}]},
        {"op": "=", "args": [{"op": "casei", "args": [P]}, 1]}, {"op": "=", "args": [{"op": "+", "args": ["a", 1]}, 1]},
        {"op": "=", "args": [{"op": "sin", "args": [P]}, 1]}, {"op": "=", "args": [G, G]},
        {"op": "s_intersects", "args": [G, {"property": "name"}]}, {"op": "s_intersects", "args": [P, {"bbox": [1, 2, 3, 4]}]},
        {"op": "s_intersects", "args": [G, {"bbox": [1, 2, 3]}]}, {"op": "s_intersects", "args": [G, {"bbox": [1, 2, "x", 4]}]},
        {"op": "s_intersects", "args": [G, {"bbox": 5}]}, {"op": "s_intersects", "args": [G, {"type": "Point"}]},
        {"op": "s_intersects", "args": [G, {"type": "Blob", "coordinates": [1, 2]}]}, {"op": "s_intersects", "args": [G, {"type": "Point", "coordinates": "x"}]},
        {"op": "s_intersects", "args": [G, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}]},
        {"op": "s_intersects", "args": [G, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}]},
        {"op": "s_intersects", "args": [G, {"type": "Point", "coordinates": [500, 0]}]},
        {"op": "s_within", "args": [G, {"type": "GeometryCollection", "geometries": []}]},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_condition_is_refused(tree: Any) -> None:
    with pytest.raises(BadParameter) as caught:
        true_of(tree)
    assert caught.value.param == "filter"


def test_a_tree_nested_without_end_is_refused() -> None:
    for deep in ({"op": "not", "args": [True]}, {"op": "and", "args": [True]}):
        tree: Any = True
        for _ in range(900):
            tree = {**deep, "args": [tree]}
        with pytest.raises(BadParameter):
            true_of(tree)
    value: Any = 1
    for _ in range(900):
        value = {"op": "+", "args": [value, 1]}
    with pytest.raises(BadParameter):
        true_of({"op": "=", "args": [P, value]})


def test_days_and_instants() -> None:
    release = make.ReleaseFactory()
    for code, day in (("x", "2019-07-01"), ("y", "2019-07-02"), ("z", None)):
        models.AbstractionPermit.objects.create(code=code, valid_from=day, permitted_l_per_year=2000, release=release)
    make.publish()
    for text, expected in {
        "valid_from = DATE('2019-07-01')": "x",
        "valid_from = '2019-07-01'": "x",
        "valid_from <> DATE('2019-07-01')": "y",
        "valid_from < TIMESTAMP('2019-07-01T12:00:00Z')": "x",
        "valid_from <= TIMESTAMP('2019-07-01T12:00:00Z')": "x",
        "valid_from > TIMESTAMP('2019-07-01T12:00:00Z')": "y",
        "valid_from = TIMESTAMP('2019-07-01T12:00:00Z')": "",
        "valid_from >= TIMESTAMP('2019-07-01T00:00:00Z')": "xy",
        "valid_from > DATE('0000-01-01')": "xy",
        "valid_from < DATE('9999-12-31')": "xy",
        "permitted_m3_per_year = 2": "xyz",
        "permitted_m3_per_year * 1000 > 2000": "",
    }.items():
        assert true_of(parse(text), "permit") == expected, text
    for text in ("valid_from = 'soon'", "valid_from = DATE('2019-13-01')", "valid_from > 5", "geometry IS NULL"):
        with pytest.raises(BadParameter):
            true_of(parse(text), "permit")


DAYS = ("2019-01-01", "2019-01-02", "2019-01-03", "2019-01-04")
SPANS = [(a, b) for a in DAYS for b in DAYS if a <= b]


@pytest.fixture
def permits() -> dict[str, tuple[str | None, str | None]]:
    """One of every span of four days, by code."""
    release = make.ReleaseFactory()
    found = {chr(ord("a") + number): span for number, span in enumerate(SPANS)}
    for code, (start, end) in found.items():
        models.AbstractionPermit.objects.create(code=code, valid_from=start, valid_to=end, release=release)
    make.publish()
    return found


@pytest.mark.parametrize("name", TEMPORAL)
def test_relations_in_time_are_those_of_another_reader(permits: dict[str, tuple[str, str]], name: str) -> None:
    others = [f"INTERVAL('{a}', '{b}')" for a, b in (*SPANS, ("..", DAYS[1]), (DAYS[1], ".."))]
    told = [f"{name}(INTERVAL(valid_from, valid_to), {other})" for other in others]
    told += [f"{name}({other}, INTERVAL(valid_from, valid_to))" for other in others[::5]]
    if name in ("T_AFTER", "T_BEFORE", "T_DISJOINT", "T_EQUALS", "T_INTERSECTS"):
        told += [f"{name}(valid_from, {other})" for other in (*others[::3], f"DATE('{DAYS[1]}')", "valid_to")]
    for text in told:
        expected = [
            code
            for code, (start, end) in permits.items()
            if cql2.parse_text(text).matches({"properties": {"valid_from": start, "valid_to": end}})
        ]
        assert true_of(parse(text), "permit") == "".join(expected), text
        assert true_of(parse(f"NOT {text}"), "permit") == "".join(sorted(set(permits) - set(expected))), text


def test_a_permit_without_an_end_is_valid_on(permits: dict[str, tuple[str, str]]) -> None:
    """As ``datetime`` has it: the span of a row of a register is open where no day is written. A single day is not."""
    models.AbstractionPermit.objects.exclude(code="a").delete()
    for code, start, end in (("x", DAYS[1], None), ("y", None, DAYS[1]), ("z", None, None)):
        models.AbstractionPermit.objects.create(
            code=code, valid_from=start, valid_to=end, release=make.ReleaseFactory()
        )
    make.publish()
    own = "INTERVAL(valid_from, valid_to)"
    for text, expected in {
        f"T_INTERSECTS({own}, DATE('2019-01-03'))": "xz",
        f"T_INTERSECTS({own}, INTERVAL('2018-01-01', '2018-12-31'))": "yz",
        f"NOT T_INTERSECTS({own}, DATE('2019-01-03'))": "ay",
        f"T_DISJOINT({own}, DATE('2019-01-03'))": "ay",
        f"T_EQUALS({own}, INTERVAL('{DAYS[1]}', '..'))": "x",
        f"T_DURING(DATE('2019-01-03'), {own})": "xz",
        "T_AFTER(valid_to, DATE('2018-01-01'))": "ay",
        "NOT T_AFTER(valid_to, DATE('2018-01-01'))": "",
        "T_INTERSECTS(INTERVAL(valid_to, '..'), DATE('2019-01-05'))": "ay",
        "valid_from = valid_to": "a",
        "valid_to >= valid_from": "a",
        f"T_INTERSECTS({own}, INTERVAL('2019-01-02T12:00:00Z', '..'))": "xz",
    }.items():
        assert true_of(parse(text), "permit") == expected, text


@pytest.mark.parametrize(
    "text",
    [
        "d % 3 = 1", "d div 3 = 3", "d ^ 2 = 100", "d - 2 * 3 = 4", "-d + 20 = d", "d / 4 = 2.5", "2 ^ 3 = 8",
        "ACCENTI(n) = ACCENTI('甲井 Óne')", "CASEI(n) = CASEI('甲井 ONE')", "d BETWEEN d AND 11", "d IN (1, 10)", "n <> n", "7 % 4 = 3",
    ],
)  # fmt: skip
def test_what_is_reckoned_is_as_another_reader_reckons(text: str) -> None:
    theirs = cql2.parse_text(text).matches({"properties": {"d": 10, "n": "甲井 One"}})
    ours = text.replace("d BETWEEN d", "depth_m BETWEEN depth_m")
    ours = re.sub(r"\bd\b", "depth_m", re.sub(r"\bn\b", "name", ours))
    assert ("a" in true_of(parse(ours))) is theirs


def test_a_long_list_is_one_condition() -> None:
    codes = ",".join(f"'{number}'" for number in range(4000))
    assert true_of(parse(f"code IN ('a',{codes})")) == "a"
    assert true_of(parse(f"code NOT IN ('a',{codes})")) == "bcn"
    assert true_of(parse(f"depth_m IN (10,{','.join(map(str, range(1000, 4000)))})")) == "a"
    assert true_of(parse("year_built IN (1980.5, 1979.5)")) == ""


@pytest.mark.parametrize(
    "text",
    [
        "depth_m ^ 400 > 1",
        "depth_m * 1e308 * 1e308 > 1",
        "(0 - depth_m) ^ 0.5 = 1",
        "0 ^ (0 - depth_m) = 1",
        "1e308 + 1e308 = depth_m",
    ],
)
def test_what_is_beyond_all_numbers_is_told(text: str) -> None:
    well = published("well")
    query = FeatureQuery(well, cql=condition(well, parse(text)))
    with pytest.raises(BadParameter, match="no value"), transaction.atomic():
        query.count()
    with pytest.raises(BadParameter, match="no value"), transaction.atomic(), stream.rows(query) as batches:
        list(batches)


@pytest.mark.parametrize("text", ["depth_m < 1e400", f"depth_m < {'9' * 400}", f"depth_m IN ({'9' * 400})"])
def test_a_number_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadParameter, match="1e308"):
        true_of(parse(text))


def test_it_is_in_crs84_unless_told() -> None:
    assert parse_crs(None, "filter-crs") is CRS84
