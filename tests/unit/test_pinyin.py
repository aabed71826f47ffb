"""Names by the sounds of their characters: by initials, whole syllables, and any mixture of them."""

from __future__ import annotations

import pytest

from layers.names.pinyin import Spelt, asked, end, readings


@pytest.mark.parametrize(
    ("word", "to"),
    [
        ("hd", 2), ("hdq", 3), ("haidian", 2), ("haid", 2), ("hdian", 2), ("haidianqu", 3), ("haidianq", 3), ("h", 1), ("ha", 1),
        ("hdqx", None), ("dh", None), ("haidianqux", None), ("hx", None),
    ],
)  # fmt: skip
def test_how_far_a_word_says_a_name(word: str, to: int | None) -> None:
    assert end(word, "海淀区") == to


@pytest.mark.parametrize("word", ["cyq", "zyq", "chaoyang", "zhaoyang", "chyq"])
def test_a_character_of_several_readings_is_found_by_any(word: str) -> None:
    assert (end(word, "朝阳区") is None) == (word == "chyq")


def test_a_syllable_that_ends_where_the_next_begins_is_read_either_way() -> None:
    assert end("xian", "西安") == 2 and end("xian", "先") == 1
    assert end("fangan", "方案") == 2 and end("lvyuan", "绿苑") == 2


def test_what_is_no_pinyin() -> None:
    assert [asked(word) for word in ("HD", "h", "h1", "海淀", "", "a" * 31)] == ["hd", "", "", "", "", ""]
    assert end("a", "A厂") is None and end("309", "309水厂") is None


def test_names_are_found_from_their_beginning_and_with_three_letters_from_within_each_once() -> None:
    spelt = Spelt(["海淀区", "东海淀村", "海淀海淀"])
    assert list(spelt.found("hd")) == [(0, 0, 2), (2, 0, 2)]
    assert list(spelt.found("haidian")) == [(0, 0, 2), (1, 1, 3), (2, 0, 2)]
    assert list(spelt.found("hdc")) == [(1, 1, 4)]


def test_every_reading_can_be_typed() -> None:
    syllables = {syllable for each in readings().values() for syllable in each}
    assert all(syllable.isascii() and syllable.isalpha() and syllable.islower() for syllable in syllables)
    assert len(readings()) > 6_700
