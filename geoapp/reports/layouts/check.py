"""A template's text → its layout, or everything that is wrong in it. Pure; a template is data, and nothing in it is run."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from geoapp.reports.layouts.faults import TemplateFault
from geoapp.reports.layouts.layout import AREA, CHARTS, COLOURS, MAPS, SECTIONS, ReportLayout
from geoapp.reports.layouts.lines import line_of
from layers import languages, vocab
from layers.text import is_plain
from layers.words import Listed, Words

KINDS = (
    *(vocab.LEVEL.by_id[level].code for level in (vocab.CITY, vocab.DISTRICT, vocab.TOWNSHIP, vocab.REPORTING_UNIT)),
    AREA,
)
KEYS = ("regions", "sections", "maps", "charts", "rows", "colours", "headings")
ROWS = ("facilities", "regions")
MOST_ROWS = 5000  # of print: each takes 5 ms and 100 kB
MOST_HEADING = 60  # characters
# Against paper: what is read, and what is only seen (WCAG 2.2, 1.4.3 and 1.4.11).
CONTRAST = {"heading": 4.5, "subheading": 4.5, "line": 3.0}
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.I)
_AT = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True, slots=True)
class ReportTemplate:
    """A layout, and of which kinds of regions it is."""

    file: str
    regions: tuple[str, ...]
    line: int  # where these are told
    layout: ReportLayout


def read(file: str, text: str) -> tuple[ReportTemplate | None, list[TemplateFault]]:
    """The template, or None and what is wrong in it."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        reason = Words("不是有效的 TOML：{said}", "is no valid TOML: {said}", said=str(error))
        # Where the text ends too early tomllib names no line.
        return None, [TemplateFault(file, int(at[1]) if at else max(1, len(text.splitlines())), reason)]
    reader = _Reader(file, text)
    template = reader.template(told)
    return (None if reader.faults else template), reader.faults


class _Reader:
    """Takes what is right of a template, and remembers what is not."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.faults: list[TemplateFault] = []

    def wrong(self, reason: Words, path: Sequence[str], item: str | None = None, nth: int = 1) -> None:
        line = line_of(self.text, path, item, nth) if path else 0
        self.faults.append(TemplateFault(self.file, line, reason))

    def template(self, told: dict[str, Any]) -> ReportTemplate:
        if not told:
            self.wrong(Words("文件是空的", "the file is empty"), ())
            return ReportTemplate(self.file, (), 1, ReportLayout())
        self.known(told, KEYS, ())
        if "regions" not in told:
            self.wrong(
                Words("缺少 regions：用于哪些区划（{known}）", "regions is missing: of which it is ({known})", known=Listed(*KINDS)), ()
            )  # fmt: skip
        layout = self.lists(told)
        sound = not self.faults
        regions = self.words(told["regions"], ("regions",), KINDS) if "regions" in told else ()
        rows, colours = self.rows(told.get("rows", {})), self.colours(told.get("colours", {}))
        headings = self.headings(told.get("headings", {}), layout.sections if sound else SECTIONS)
        layout = replace(
            layout,
            headings=headings,
            colours=colours,
            facility_rows=rows.get("facilities", layout.facility_rows),
            region_rows=rows.get("regions", layout.region_rows),
        )
        return ReportTemplate(self.file, regions, line_of(self.text, ("regions",)), layout)

    def lists(self, told: dict[str, Any]) -> ReportLayout:
        """Sections, maps and charts; ours where nothing is said of them."""
        known = {"sections": SECTIONS, "maps": MAPS, "charts": CHARTS}
        found = {key: self.words(told[key], (key,), of) if key in told else of for key, of in known.items()}
        return ReportLayout(found["sections"], found["maps"], found["charts"])

    def known(self, told: dict[str, Any], known: Sequence[str], path: tuple[str, ...]) -> dict[str, Any]:
        """The keys that there are of these; a fault for each other, with the nearest."""
        for key in told:
            if key not in known:
                self.wrong(_unknown(key, known), (*path, key))
        return {key: value for key, value in told.items() if key in known}

    def table(self, told: Any, known: Sequence[str], path: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(told, dict):
            self.wrong(
                Words("{key} 应是一节（[{key}]）", "{key} has to be a table ([{key}])", key=".".join(path)), path
            )
            return {}
        return self.known(told, known, path)

    def words(self, told: Any, path: tuple[str, ...], known: Sequence[str]) -> tuple[str, ...]:
        """A list of known words, each once."""
        if not isinstance(told, list) or not all(isinstance(each, str) for each in told):
            self.wrong(
                Words("{key} 应是一列文字，如 {key} = [\"{first}\"]", "{key} has to be a list of texts, as in {key} = [\"{first}\"]", key=path[-1], first=known[0]),
                path,
            )  # fmt: skip
            return ()
        if not told:
            self.wrong(Words("{key} 是空的；可以是 {known}", "{key} is empty; there are {known}", key=path[-1], known=Listed(*known)), path)  # fmt: skip
        for word in dict.fromkeys(told):
            if word not in known:
                self.wrong(_unknown(word, known), path, word)
            elif told.count(word) > 1:
                self.wrong(Words("{word} 写了不止一次", "{word} is there more than once", word=word), path, word, 2)
        return tuple(told)

    def rows(self, told: Any) -> dict[str, int]:
        found = {}
        for key, value in self.table(told, ROWS, ("rows",)).items():
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_ROWS:
                self.wrong(
                    Words("{key} 应是 1 到 {most} 的整数", "{key} has to be a whole number from 1 to {most}", key=key, most=MOST_ROWS),
                    ("rows", key),
                )  # fmt: skip
            else:
                found[key] = value
        return found

    def colours(self, told: Any) -> dict[str, str]:
        found = dict(COLOURS)
        for key, value in self.table(told, tuple(COLOURS), ("colours",)).items():
            if not isinstance(value, str) or not _COLOUR.fullmatch(value):
                self.wrong(Words("{key} 应是颜色，如 \"#0d4a6b\"", "{key} has to be a colour, as in \"#0d4a6b\"", key=key), ("colours", key))  # fmt: skip
            elif (there := contrast(value)) < CONTRAST[key]:
                self.wrong(
                    Words(
                        "{key} 在白纸上的对比度只有 {there:.1f}，至少要 {least:.1f}",
                        "{key} has a contrast of {there:.1f} against the paper, and needs {least:.1f}",
                        key=key, there=int(there * 10) / 10, least=CONTRAST[key],
                    ),
                    ("colours", key),
                )  # fmt: skip
            else:
                found[key] = value.lower()
        return found

    def headings(self, told: Any, sections: Sequence[str]) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for section, said in self.table(told, SECTIONS, ("headings",)).items():
            path = ("headings", section)
            if section not in sections:
                self.wrong(
                    Words("sections 里没有 {section}", "{section} is not among the sections", section=section), path
                )
            found[section] = {
                lang: text
                for lang, text in self.table(said, languages.codes(), path).items()
                if self.heading(text, (*path, lang))
            }
        return found

    def heading(self, text: Any, path: tuple[str, ...]) -> bool:
        if isinstance(text, str) and text.strip() and len(text) <= MOST_HEADING and is_plain(text):
            return True
        self.wrong(
            Words(
                "标题应是一行文字，1 到 {most} 个字", "a heading has to be a line of 1 to {most} characters",
                most=MOST_HEADING,
            ),
            path,
        )  # fmt: skip
        return False


def _unknown(word: str, known: Sequence[str]) -> Words:
    near = difflib.get_close_matches(word, known, 1, 0.5)
    if near:
        return Words("没有 {word}；是不是 {near}？", "there is no {word}; is it {near}?", word=word, near=near[0])
    return Words(
        "没有 {word}；可以是 {known}", "there is no {word}; there are {known}", word=word, known=Listed(*known)
    )


def contrast(colour: str) -> float:
    """Of a colour against white paper, by WCAG 2: 1 to 21."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
