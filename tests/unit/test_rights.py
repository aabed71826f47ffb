"""The arithmetic of rights: reaches as sets of regions, held to what sets of codes say; classes that are one where rights are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from layers.access.rights import (
    ALL_SEEN,
    BUT_PERSONAL,
    CAPABILITIES,
    NOTHING,
    Rights,
    mark_in,
    mark_of,
)
from layers.reach import WHOLE, Reach

CODES = ["", "11", "110101", "110102", "110101001", "110101002", "110102001", "110101001001"]
LEAVES = ["110101001001", "110101001002", "110101002001", "110102001001", "120101001001", ""]
codes = st.lists(st.sampled_from(CODES), max_size=5)
rights = st.dictionaries(st.sampled_from(list(CAPABILITIES)), st.lists(st.sampled_from(CODES), max_size=3)).map(
    Rights.of_dict
)


def held(reach: Reach) -> set[str]:
    return {code for code in LEAVES if reach.holds(code)}


@given(codes)
def test_a_reach_holds_what_its_codes_begin_and_is_said_in_one_way(given_codes: list[str]) -> None:
    reach = Reach.of(given_codes)
    assert held(reach) == {leaf for leaf in LEAVES if any(leaf.startswith(code) for code in given_codes)}
    assert reach == Reach.of(reversed(given_codes)) == Reach.of([*given_codes, *given_codes])
    assert not any(a != b and b.startswith(a) for a in reach.prefixes for b in reach.prefixes)
    assert bool(reach) == bool(given_codes) and reach.whole == ("" in given_codes)


@given(codes, codes)
def test_sum_cut_and_cover_are_those_of_sets(one: list[str], other: list[str]) -> None:
    a, b = Reach.of(one), Reach.of(other)
    assert held(a | b) == held(a) | held(b)
    assert held(a & b) == held(a) & held(b)
    assert a | b == b | a and a & b == b & a and (a | b).covers(a) and a.covers(a & b)
    if a.covers(b):
        assert held(b) <= held(a) and a | b == a and a & b == b


@given(rights, rights)
def test_rights_add_up_and_cover_what_they_are_made_of(one: Rights, other: Rights) -> None:
    both = one | other
    assert both.covers(one) and both.covers(other) and both == other | one
    assert Rights.of_dict(both.to_dict()) == both
    assert NOTHING.covers(NOTHING) and both.covers(NOTHING)


@given(rights, rights)
def test_a_class_is_the_same_for_the_same_seen_and_for_nobody_else(one: Rights, other: Rights) -> None:
    assert (mark_of(one) == mark_of(other)) == (one.seeing == other.seeing)
    assert mark_in(f"26-{mark_of(one)}0123abcd") == mark_of(one)


def test_what_a_mark_is() -> None:
    assert (mark_of(ALL_SEEN), mark_of(BUT_PERSONAL), mark_of(NOTHING)[0]) == ("o", "s", "k")
    assert mark_of(ALL_SEEN | Rights.everywhere("audit", "import")) == "o"
    assert [mark_in(stamp) for stamp in ("26-o0123abcd", "0-s01234567", "26-g01234567", "26-x", "")] == [
        "o",
        "s",
        "",
        "",
        "",
    ]


def test_figures_of_a_part_are_figures_of_all() -> None:
    assert Rights.of_dict({"figures": ["110101"]}).reach("figures") == WHOLE
    assert not Rights.of_dict({"objects": ["110101"]}).may("figures")


def test_three_duties_are_three_people() -> None:
    assert not (Rights.everywhere("accounts", "import", "personal")).contradict
    assert not Rights.everywhere("audit", "publish").contradict
    three = Rights.everywhere("accounts", "audit") | Rights.of_dict({"edit": ["110101"]})
    assert three.contradict and three.duties() == {"administrator", "auditor", "operator"}
