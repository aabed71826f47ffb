"""Words: how one is found, filled and listed; and that the source says none that cannot be."""

from __future__ import annotations

import gettext
import io
import shutil
import subprocess
from pathlib import Path

import pytest
from django.template import Context, Engine

from geoapp.tongues import catalogues, page, po, source
from layers import languages, words
from layers.ingest import said
from layers.words import BadPlaces, Kept, Listed, Small, Words, fill, first_of

ROOT = Path(__file__).resolve().parents[2]


def test_a_word_is_said_with_its_values_and_words_among_them() -> None:
    told = Words("{layer}共 {count:,} 条", "{count:,} {layer}", count=12_345, layer=Words("机井", "wells"))
    assert (told.in_("zh"), told.in_("en"), told.everywhere()["en"]) == (
        "机井共 12,345 条",
        "12,345 wells",
        "12,345 wells",
    )
    assert Listed("a", Words("甲", "b")).in_("zh") == "a、甲" and Listed("a", Words("甲", "b")).in_("en") == "a, b"
    assert Small(Words("街道", "Township")).in_("en") == "township"
    assert Kept({"zh": "甲", "xx": "?"}).in_("en") == "甲" and Kept({"zh": "甲", "en": "a"}).in_("fr") == "a"


def test_words_that_say_the_same_are_one_key() -> None:
    def made(line: int) -> Words:
        terms = Listed(Words("甲", "a"), Small(Words("乙", "B")), more=Words(" 等", ", …"))
        return Words("见第 {line} 行：{terms}", "see row {line}: {terms}", line=line, terms=terms)

    assert made(9) == made(9) != made(8) and len({made(9), made(9), made(8)}) == 2
    assert len({hash(made(line)) for line in range(1_000)}) == 1_000, "values count: rows differ by them alone"
    assert Kept(made(9).everywhere()) == Kept(made(9).everywhere()) != Kept(made(8).everywhere())
    assert made(9).of(line=8) == made(8) and made(9).values["line"] == 9
    assert first_of("abc", 2).everywhere() == {"zh": "a、b 等 3 个", "en": "a, b, … (3 in all)"}
    assert words.everywhere("≤ 9") == {"zh": "≤ 9", "en": "≤ 9"}


@pytest.mark.parametrize("text", ["{0}", "{x.__class__}", "{x!s}", "{x:>99999999}", "{x[0]}", "{"])
def test_a_text_reaches_into_no_value_and_makes_none_long(text: str) -> None:
    assert fill(text, {"x": "v"}, "zh") == text


def test_a_place_without_a_value_is_told() -> None:
    with pytest.raises(BadPlaces):
        fill("{y}", {"x": 1}, "zh")
    with pytest.raises(BadPlaces):
        fill("{x:.2f}", {"x": "a"}, "zh")


def test_every_word_of_the_source_can_be_translated() -> None:
    found = source.every_word()
    assert found.unreadable == []
    assert len(found.words) > 1_000
    wrong = [each.where for each in found.words if each.translatable and not catalogues.fits(each.zh, each.en)]
    assert wrong == []


def test_no_source_asks_which_language_it_is() -> None:
    """What differs by language is a word, or an entry of the list of languages."""
    asks = ('== "en"', '== "zh"', "== 'en'", '!= "zh"', '!= "en"', '=== "en"', '=== "zh"', '!== "zh"')
    wrong = [
        str(path.relative_to(ROOT))
        for part in ("layers", "tiles", "geoapp")
        for ending in ("*.py", "*.html", "*.ts", "*.js")
        for path in sorted((ROOT / part).rglob(ending))
        if not {"node_modules", "static"} & set(path.relative_to(ROOT / part).parts[:2])
        and any(ask in path.read_text("utf-8") for ask in asks)
    ]
    assert wrong == []


def test_each_language_has_a_dictionary_of_the_page_with_its_places() -> None:
    assert {path.stem for path in page.FOLDER.glob("*.ts")} == set(languages.codes())
    for code in languages.codes():
        told = page.read(code)
        assert set(told) == set(page.every_key()) and len(told) > 250
        assert page.wrong_places(told) == []


CATALOGUE = (
    po.Entry("甲", ["a"]),
    po.Entry("甲", ['b\n"c"'], context="other"),
    po.Entry("{count} 条", ["one", "more"], plural=True),
)
HEAD = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=2; plural=(n != 1);"}


def test_a_catalogue_is_read_as_it_was_written_and_looked_up_by_gettext() -> None:
    text = po.write(HEAD, CATALOGUE)
    head, entries = po.parse(text)
    assert head == HEAD and entries == list(CATALOGUE)
    found = gettext.GNUTranslations(io.BytesIO(po.compiled(head, entries)))
    assert (found.gettext("甲"), found.pgettext("other", "甲"), found.gettext("乙")) == ("a", 'b\n"c"', "乙")
    assert [found.ngettext("{count} 条", "{count} 条", n) for n in (1, 2)] == ["one", "more"]


@pytest.mark.skipif(not shutil.which("msgfmt"), reason="gettext's programs are not here")
def test_gettexts_own_program_takes_our_catalogues(tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    path.write_text(po.write(HEAD, CATALOGUE), encoding="utf-8")
    subprocess.run(["msgfmt", "--check-format", "-o", tmp_path / "a.mo", path], check=True)


def test_a_line_that_is_no_catalogues_is_named() -> None:
    with pytest.raises(po.MalformedCatalogue, match="line 2"):
        po.parse('msgid "甲"\nmsgstr a\n')


def test_what_a_reader_says_goes_over_the_pipe_and_back() -> None:
    told = Words(
        "{field}：{others}", "{field}: {others}", field=Words("列", "column"), others=Listed("a", 3), share=0.5
    )
    back = said.words(said.packed(told), str)
    assert (back.zh, back.en) == (told.zh, told.en)
    deep: object = "x"
    for _ in range(9):
        deep = {"zh": "{x}", "en": "{x}", "values": {"x": deep}}
    with pytest.raises(ValueError):
        said.unpacked(deep, str)


def test_a_template_s_words_may_hold_markup_and_their_values_may_not() -> None:
    made = Engine(libraries={"words": "layers.templatetags.words"}).from_string(
        '{% load words %}{% say "<b>{name}</b>共 {count:,} 条" "<b>{name}</b>: {count:,}" name=name count=count %}{% listed names %}'
    )
    told = made.render(Context({"lang": "en", "name": "<script>", "count": 1234, "names": ["<i>", "b"]}))
    assert told == "<b>&lt;script&gt;</b>: 1,234&lt;i&gt;, b"


def test_who_is_answered_is_spoken_to_in_the_active_language() -> None:
    from django.utils import translation

    name = words.shown("编码", "Code")
    with translation.override("en"):
        assert str(name) == "Code"
    with translation.override("zh-hans"):
        assert str(name) == "编码"
