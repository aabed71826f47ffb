"""The closed vocabularies: one spelling, one term, whatever is read, stored or spoken."""

import pytest

from layers import vocab
from layers.vocab import Vocab

each = pytest.mark.parametrize("vocabulary", vocab.ALL, ids=lambda found: found.name)


@each
def test_ids_codes_and_words_are_unique(vocabulary: Vocab) -> None:
    terms = list(vocabulary)
    for attribute in ("id", "code", "zh", "en"):
        assert len({getattr(term, attribute) for term in terms}) == len(terms), attribute


@each
def test_ids_count_up_so_that_none_is_reused(vocabulary: Vocab) -> None:
    first = 0 if vocabulary in (vocab.GAP, vocab.GRID_GAP) else 1
    assert [term.id for term in vocabulary] == list(range(first, first + len(vocabulary)))


@each
def test_every_spelling_leads_to_its_own_term(vocabulary: Vocab) -> None:
    for term in vocabulary:
        for word in (term.code, term.zh, term.en.lower(), *term.aliases):
            assert vocabulary.spellings[word.lower()] == term.id, word


@each
def test_codes_are_slugs_that_need_no_quoting(vocabulary: Vocab) -> None:
    for code in vocabulary.codes:
        assert code.isascii()
        assert code.replace("_", "").isalnum()
        assert code == code.lower()
        assert code != "null"


def test_vocabularies_have_names_of_their_own() -> None:
    assert len({found.name for found in vocab.ALL}) == len(vocab.ALL)


def test_a_word_of_another_vocabulary_is_unknown() -> None:
    with pytest.raises(KeyError):
        vocab.SOURCE.id_of("irrigation")


def test_new_water_is_all_but_reclaimed_and_non_residential_all_but_residential() -> None:
    assert {1, 2, 3, 4, 5, 6} == vocab.NEW_WATER_IDS
    assert vocab.RECLAIMED == 7
    assert {2, 3, 4, 5, 6, 7} == vocab.NON_RESIDENTIAL_IDS
    assert vocab.RESIDENTIAL == 1


def test_code_digits_grow_with_the_level() -> None:
    assert vocab.CODE_DIGITS == {vocab.DISTRICT: 6, vocab.TOWNSHIP: 9, vocab.VILLAGE: 12}
    assert vocab.ROOT_DIGITS == (2, 4, 6)


def test_every_kind_of_facility_serves_a_level() -> None:
    assert set(vocab.FACILITY_SERVES_LEVEL) == set(vocab.FACILITY_KIND.by_id)


def test_synthetic_is_the_same_in_both_qualities() -> None:
    for vocabulary in (vocab.BOUNDARY_QUALITY, vocab.POSITION_QUALITY):
        assert vocabulary.by_id[vocab.SYNTHETIC].code == "synthetic"
