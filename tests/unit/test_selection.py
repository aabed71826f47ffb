"""Sources and purposes as asked, and the stored sums, added and taken away, that answer them."""

from itertools import combinations

import pytest

from layers import vocab
from layers.errors import BadParameter
from layers.selection import ALL, EVERYTHING, Selection, parse_selection

SUBSETS = [frozenset(chosen) for size in range(8) for chosen in combinations(range(1, 8), size)]


@pytest.mark.parametrize("chosen", SUBSETS, ids=lambda chosen: "".join(map(str, sorted(chosen))) or "none")
def test_every_subset_is_a_signed_sum_of_stored_ones(chosen: frozenset[int]) -> None:
    """Each vocabulary id counts 1 where it is chosen and 0 where not, when "all" counts for every one."""
    signed = Selection(sources=chosen, purposes=chosen)
    for stored in (signed.source_sels, signed.purpose_sels):
        weight = {
            term: sum(sign for selection, sign in stored if selection in (ALL, term)) for term in vocab.SOURCE.by_id
        }
        assert weight == {term: int(term in chosen) for term in vocab.SOURCE.by_id}
        assert len(stored) <= 4  # never more than half of them


@pytest.mark.parametrize(
    ("asked", "sources", "purposes"),
    [
        ((None, None, None), range(1, 8), range(1, 8)),
        (("", "", ""), range(1, 8), range(1, 8)),
        (("reclaimed", None, None), {7}, range(1, 8)),
        (("new_water", None, None), range(1, 7), range(1, 8)),
        (("new_water,reclaimed", None, None), range(1, 8), range(1, 8)),
        ((" group_tap , district_tap", None, None), {1, 2}, range(1, 8)),
        ((None, "industrial,residential", None), range(1, 8), {1, 3}),
        ((None, None, "yes"), range(1, 8), {1}),
        ((None, None, "no"), range(1, 8), range(2, 8)),
        ((None, "industrial,residential", "no"), range(1, 8), {3}),
    ],
)
def test_what_is_asked(asked: tuple[str | None, ...], sources: set[int], purposes: set[int]) -> None:
    assert parse_selection(*asked) == Selection(frozenset(sources), frozenset(purposes))


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        (("tap", None, None), "source"),
        (("group_tap,", None, None), "source"),
        (("7", None, None), "source"),
        ((None, "new_water", None), "purpose"),
        ((None, None, "maybe"), "resident"),
        ((None, "industrial", "yes"), "resident"),
        ((None, "residential", "no"), "resident"),
    ],
)
def test_what_cannot_be_asked(asked: tuple[str | None, ...], param: str) -> None:
    with pytest.raises(BadParameter) as caught:
        parse_selection(*asked)
    assert caught.value.param == param


def test_a_selection_is_spoken_in_the_order_of_the_vocabulary() -> None:
    found = parse_selection("reclaimed,group_tap", None, "no").to_dict()
    assert found["source"] == ["group_tap", "reclaimed"]
    assert "residential" not in found["purpose"]
    assert EVERYTHING.to_dict() == {"source": list(vocab.SOURCE.codes), "purpose": list(vocab.PURPOSE.codes)}
