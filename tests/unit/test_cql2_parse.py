"""CQL2 text: the tree it means, held to a second reader of the language, and the place of what is wrong."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import cql2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.cql2 import parse
from layers.cql2.parse import TEMPORAL
from layers.cql2.temporal import RELATIONS
from layers.cql2.texts import without_accents
from layers.errors import BadParameter

TEXTS = [
    "a = 1", "a<>1.5", "a < -2", "a>=1e3", "a <= 0.5", "a = 'x'", "a = 'it''s'", "a = ''", '"a b" = 1', "井深 > 1",
    "a = 1 OR b = 2 AND c = 3", "(a = 1 OR b = 2) AND c = 3", "NOT a = 1 AND b = 2", "NOT (a = 1 OR b = 2)",
    "NOT NOT a = 1", "((a = 1))", "a = 1 and b = 2 and c = 3", "a = 1 or b = 2 or c = 3",
    "a IS NULL", "a IS NOT NULL", "a is not null or b = 1",
    "a LIKE '甲%'", "a NOT LIKE 'x_'", "CASEI(a) LIKE CASEI('x%')", "casei(a) = casei('X')", "CASEI(a) IN (CASEI('x'), CASEI('y'))",
    "a BETWEEN 1 AND 2", "a NOT BETWEEN 1 AND 2 AND b = 3", "a IN (1, 2)", "a NOT IN ('x')", "a in ('x','y') or b=1",
    "a = TRUE", "a = DATE('2019-07-01')", "a > TIMESTAMP('2019-07-01T00:00:00Z')",
    "a + 1 > 2", "a - 1 - 2 = 3", "a + 2 * b = 3", "(a + 2) * b = 3", "a / 2 = 1", "a * (b - 1) BETWEEN 1 AND 2",
    "S_INTERSECTS(geometry, POINT(116 40))", "s_within(geometry,POLYGON((0 0,1 0,1 1,0 1,0 0)))",
    "NOT S_DISJOINT(geometry, LINESTRING(0 0, 1 1)) AND a = 1", "S_INTERSECTS(geometry, MULTIPOINT((0 0),(1 1)))",
    "S_INTERSECTS(geometry, BBOX(116, 39.5, 117, 40))", "S_INTERSECTS(geometry, POINT Z (1 2 3))",
    "S_INTERSECTS(POINT(1 2), geometry)", "  a\n=\t1  ",
    "a % 2 = 1", "a div 2 = 1", "a DIV 2 * 3 % 4 = 1", "a ^ 2 = 1", "a + 2 ^ 3 * 2 = 1", "-a ^ 2 = 1", "2 ^ -1 = a", "a - -1 = 1",
    "(a + 1) % 2 = 0", "a = b", "a + b > c * (d - 1)", "a BETWEEN b AND c + 1", "a IN (b, c)",
    "ACCENTI(a) = ACCENTI('é')", "ACCENTI(CASEI(a)) LIKE ACCENTI(CASEI('é%'))", "accenti(a) IN (accenti('x'), 'y')",
    "T_AFTER(a, DATE('2019-01-01'))", "t_before(a,TIMESTAMP('2019-01-01T00:00:00Z'))", "T_EQUALS(a, b)",
    "T_INTERSECTS(INTERVAL(a, b), INTERVAL('2019-01-01', '..'))", "T_DISJOINT(interval('..', '2019-01-01'), a)",
    "T_DURING(INTERVAL('2019-01-01T00:00:00Z', b), INTERVAL(a, '..')) AND NOT T_MEETS(INTERVAL(a,b), INTERVAL(b,c)) OR a = 1",
    "INTERVAL = 1", "S_INTERSECTS(geometry, geometry)", "S_WITHIN(POINT(1 2), BBOX(0,0,3,3))",
]  # fmt: skip


def test_every_relation_in_time_that_is_read_is_answered() -> None:
    assert {name.lower() for name in TEMPORAL} == {*RELATIONS, "t_disjoint"}


def plain(tree: Any) -> Any:
    """Numbers alike and names of types dropped where the two write the same thing in two ways."""
    if isinstance(tree, dict):
        return {key: plain(value) for key, value in tree.items() if key != "crs"}
    if isinstance(tree, list):
        return [plain(value) for value in tree]
    return float(tree) if isinstance(tree, int) and not isinstance(tree, bool) else tree


@pytest.mark.parametrize("text", TEXTS)
def test_the_tree_is_that_of_another_reader(text: str) -> None:
    assert plain(parse(text)) == plain(cql2.parse_text(text).to_json())


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("TRUE", True),
        ("FALSE OR a = 1", {"op": "or", "args": [False, {"op": "=", "args": [{"property": "a"}, 1]}]}),
        ("(a) = 1", {"op": "=", "args": [{"property": "a"}, 1]}),
        ("( - (5)) < a", {"op": "<", "args": [-5, {"property": "a"}]}),
        (r"a = 'x\'y'", {"op": "=", "args": [{"property": "a"}, "x'y"]}),
        (r"a LIKE 'x\\'", {"op": "like", "args": [{"property": "a"}, "x\\\\"]}),
        ('"DATE" = 1', {"op": "=", "args": [{"property": "DATE"}, 1]}),
        ("(a NOT IN (1))", {"op": "not", "args": [{"op": "in", "args": [{"property": "a"}, [1]]}]}),
    ],
)
def test_a_tree(text: str, tree: Any) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "at"),
    [("", 1), ("a", 2), ("a =", 4), ("a = 1 AND", 10), ("a = 1)", 6), ("(a = 1", 7), ("a == 1", 4), ("a = 'x", 5),
     ("a ! 1", 3), ("a = 1; DROP TABLE", 6), ("a LIKE", 7), ("a BETWEEN 1", 12), ("a IN 1", 6), ("a IN (1", 8),
     ("a IS 1", 6), ("= 1", 1), ("f(a) = 1", 1), ("DATE(5) = a", 6), ("S_INTERSECTS(geometry)", 13),
     ("S_INTERSECTS(geometry, POINT(1 2)", 34), ("S_INTERSECTS(geometry, POINT(1))", 24),
     ("S_INTERSECTS(geometry, 5)", 24), ("a = 1 b = 2", 7), ("NOT", 4), ("a ^ ^ 2 = 1", 5), ("a & 2 = 1", 3), ("T_AFTER(a)", 8), ("T_AFTER(a, INTERVAL('x'", 24), ("a % = 1", 5), ("甲 = '乙' 丙", 9)],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, at: int) -> None:
    with pytest.raises(BadParameter) as caught:
        parse(text)
    assert caught.value.param == "filter"
    (told,) = re.findall(r"at character (\d+)", caught.value.detail)
    assert int(told) == at, caught.value.detail


@pytest.mark.parametrize(
    "text",
    ["(" * 5000 + "a = 1" + ")" * 5000, "NOT " * 5000 + "a = 1", "a = " + "-" * 5000 + "1", "a = " + "(" * 5000 + "1",
     "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(" + "GEOMETRYCOLLECTION(" * 2000, "CASEI(" * 3000],
    ids=["brackets", "not", "minus", "values", "geometries", "functions"],
)  # fmt: skip
def test_a_text_nested_without_end_is_refused_and_not_fallen_over(text: str) -> None:
    with pytest.raises(BadParameter):
        parse(text)


WORDS = st.lists(
    st.sampled_from(["a", "b", "1", "-2.5", "'x'", "''", "(", ")", "AND", "OR", "NOT", "=", "<>", "<", "IN", "LIKE", "BETWEEN",
                     "IS", "NULL", ",", "+", "*", "CASEI(", "ACCENTI(", "T_AFTER(", "INTERVAL(", "%", "^", "DIV", "DATE(", "S_INTERSECTS(", "POINT(1 2)", "BBOX(1,2,3,4)", "geometry", "TRUE"]),
    max_size=14,
)  # fmt: skip


@given(st.one_of(WORDS.map(" ".join), st.text(max_size=40)))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except BadParameter as error:
        assert error.param == "filter"


@pytest.mark.parametrize(
    ("text", "bare"),
    [("København", "Kobenhavn"), ("äöüéáíÄÉ", "aoueaiAE"), ("Łódź", "Lodz"), ("ﬁ水厂ü", "ﬁ水厂u"), ("ガギ", "ガギ"), ("가", "가"), ("", "")],
)  # fmt: skip
def test_accents_are_left_out_and_nothing_else(text: str, bare: str) -> None:
    assert without_accents(text) == bare
    assert without_accents(unicodedata.normalize("NFD", text)) == bare
