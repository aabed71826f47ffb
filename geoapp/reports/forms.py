"""Every form that a report is written in, by name: what makes it and how its file is called."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from geoapp.reports import document, kinds, pictures
from geoapp.reports.ask import Ask
from geoapp.reports.chapters import DrawnReport
from geoapp.reports.layouts import store as layouts
from geoapp.reports.official.letterhead import as_asked
from layers import languages
from layers.later import later
from layers.versions import ALL_DATASETS, as_of

_docx = later("geoapp.reports.writable.docx")
_offline = later("geoapp.reports.offline.prepared")
_atlas = later("geoapp.reports.atlas.make.pdf")
_atlas_name = later("geoapp.reports.atlas.make.name")


@dataclass(frozen=True, slots=True)
class Form:
    suffix: str
    content_type: str
    prepare: Callable[[DrawnReport[Any]], Callable[[], bytes]]
    """Reads what the form needs of the database, all at once; what it returns makes the file and asks for nothing more."""

    def make(self, drawn: DrawnReport[Any]) -> bytes:
        return self.prepare(drawn)()


FORMS: dict[str, Form] = {
    "pdf": Form(".pdf", "application/pdf", lambda drawn: partial(document.pdf, drawn)),
    "docx": Form(
        ".docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        lambda drawn: partial(_docx, drawn),
    ),
    "xlsx": Form(
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda drawn: partial(kinds.xlsx, drawn.report, drawn.lang),
    ),
    "html": Form("-map.html", "text/html; charset=utf-8", lambda drawn: _offline(drawn.report, drawn.lang)),
    "svg": Form("-svg.zip", "application/zip", lambda drawn: partial(pictures.svgs, drawn)),
    "png": Form("-png.zip", "application/zip", lambda drawn: partial(pictures.pngs, drawn)),
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A report of which everything is read: its name, the version that it is of, and what makes each of its files."""

    name: str
    version: int
    makers: Mapping[str, Callable[[], bytes]]


def prepared(
    ask: Ask, forms: Sequence[str], stamp: str, step: Callable[[str], None] = lambda step: None, processes: int = 0
) -> Prepared:
    """Reads a report of a region or of an area, and draws it: all that asks the database. Of one moment, if the caller sees to it.

    A volume's chapters are read when it is made, in ``processes``, each of the version that is here now; ``step`` hears of each.
    """
    if ask.atlas:
        layouts.usable(ask.lang)
        worn, version = as_asked(ask), as_of(ALL_DATASETS).version
        volume = {"pdf": partial(_atlas, ask, worn, stamp, version, step, processes)}
        return Prepared(_atlas_name(ask), version, {form: volume[form] for form in forms})
    drawn = kinds.drawn(kinds.read(ask, as_asked(ask)))
    return Prepared(drawn.report.name, drawn.report.version, {form: FORMS[form].prepare(drawn) for form in forms})


def file_name(ask: Ask, name: str, form: str) -> str:
    """``110108-海淀区-2019.pdf``; what a file system may not like in a name is left out."""
    clean = re.sub(r"[^\w()（）-]", "", name)[:60]
    unit = "-unit" if ask.unit else ""
    told_in = "" if ask.lang == languages.FIRST else f"-{ask.lang}"
    of = f"atlas-{hashlib.sha256(ask.atlas.encode()).hexdigest()[:6]}" if ask.atlas else ask.code or "area"
    return f"{of}{unit}-{clean}-{str(ask.period).replace('..', '_')}{told_in}{FORMS[form].suffix}"
