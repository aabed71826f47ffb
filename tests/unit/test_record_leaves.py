"""What an entry says: one canonical form, and commitments that tell nothing without their salt."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from layers.record import kinds, leaves
from layers.record.compared import RecordedState, differences, differing
from layers.record.kinds import Now
from layers.record.leaves import STATED, BadLeaf, Leaf
from layers.record.permits import KIND

VALUES = {
    "holder_code": "H1", "holder_name": "甲公司", "permitted_l_per_year": 1_000_000, "valid_from": "2019-01-01", "valid_to": None,
    "region": "110101",
}  # fmt: skip
SALT = bytes(range(32))


def permit(values: dict[str, Any] = VALUES, salt: bytes = SALT, **more: Any) -> Leaf:
    told = Now(1, "京A1", values).state(KIND, salt)
    return Leaf("permit", 1, "京A1", STATED, "2026-11-28T04:10:00Z", told, **more)


def test_an_entry_is_written_in_one_way() -> None:
    holder = hashlib.sha256(SALT + b'holder_name\x00"\xe7\x94\xb2\xe5\x85\xac\xe5\x8f\xb8"').hexdigest()
    code = hashlib.sha256(SALT + b'holder_code\x00"H1"').hexdigest()
    assert permit(release=7).canonical().decode() == (
        '{"act":"stated","at":"2026-11-28T04:10:00Z","kind":"permit","release":7,"schema":"shuitu-record/1","state":'
        f'{{"holder_code":{{"sha256":"{code}"}},"holder_name":{{"sha256":"{holder}"}},"permitted_l_per_year":1000000,'
        '"region":"110101","valid_from":"2019-01-01","valid_to":null},"subject":"京A1","version":1}'
    )


@given(
    some.dictionaries(
        some.text(), some.one_of(some.none(), some.integers(), some.text(alphabet=some.characters(codec="utf-8")))
    )
)
def test_it_is_read_back_as_it_was_written_on_one_line(state: dict[str, Any]) -> None:
    leaf = Leaf("permit", 2, "a\nb", STATED, "now", state, taken_in=True)
    try:
        told = leaf.canonical()
    except UnicodeEncodeError:  # half a character, which no text of the database is
        return
    assert Leaf.parse(told) == leaf and Leaf.parse(told).canonical() == told
    assert b"\n" not in told


@pytest.mark.parametrize(
    "wrong", ["", "{}", "[]", '{"schema":"other/1"}', '{"schema":"shuitu-record/1","kind":"permit"}', "null"]
)
def test_what_is_no_entry_is_refused(wrong: str) -> None:
    with pytest.raises(BadLeaf):
        Leaf.parse(wrong)


def test_no_personal_value_is_in_an_entry_and_the_same_one_looks_different_in_each() -> None:
    told = permit().canonical().decode()
    assert "甲公司" not in told and '"H1"' not in told
    assert permit(salt=leaves.new_salt()).canonical() != permit(salt=leaves.new_salt()).canonical()
    one, other = (json.loads(permit({**VALUES, "holder_code": code}).canonical())["state"] for code in ("x", "y"))
    assert one["holder_code"] != other["holder_code"] and len(leaves.new_salt()) == 32


def test_what_differs_is_named_old_and_new() -> None:
    state = RecordedState(4, permit(), SALT)
    assert list(differences(KIND, state, Now(1, "京A1", dict(VALUES)))) == []
    now = Now(1, "京A1", {**VALUES, "permitted_l_per_year": 9, "valid_to": "2030-01-01", "holder_name": "乙公司"})
    assert [one.in_("en") for one in differences(KIND, state, now)] == [
        "“Holder” is not the one that was recorded",
        "Permitted volume (litres a year) 1000000 → 9",
        "Valid to (nothing) → 2030-01-01",
    ]
    unsalted = RecordedState(4, permit(), None)
    assert unsalted.is_unshown and len(list(differences(KIND, unsalted, now))) == 2


def test_two_forms_of_an_entry_are_compared_value_by_value() -> None:
    other = Leaf.parse(permit({**VALUES, "region": "110102"}, release=3).canonical())
    assert differing(permit(), other).in_("zh") == "release （空） → 3；登记所在区划 110101 → 110102"


def test_every_kind_says_what_it_is_in_both_languages_and_has_each_fact_in_its_statement() -> None:
    for kind in kinds.every():
        assert kind.words.in_("zh") and kind.words.in_("en")
        names = [fact.name for fact in kind.facts]
        assert len(set(names)) == len(names) and all(name in kind.select for name in names)
    assert [kind.name for kind in kinds.every()] == ["release", "permit", "report_step", "verdict"]
