"""The figures, drawings and workbook of an issued report as they were, and what is printed of them at each step.

They lie in `issued/` of the state directory, each edition and step in a file of its own, with length and SHA-256 in the database.
Nothing here is ever made anew from other data, and nothing of an approved report is ever deleted.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings

from geoapp.reports import document, kinds
from geoapp.reports.ask import Ask, selection_of
from geoapp.reports.drawing.sheet import Figure
from geoapp.reports.files import write_whole
from geoapp.reports.official.letterhead import Worn, of_dict
from geoapp.reports.official.models import IssuedReport
from geoapp.reports.official.page import STEPS, Printing, Signature, filled
from geoapp.reports.official.words import EDITED, STATE, said
from geoapp.reports.trouble import refuse_closed
from layers import access
from layers.db import snapshot
from layers.errors import ShuituError
from layers.export.timeless import zipped
from layers.kept.whole import digest, is_as_told
from layers.periods import parse_period
from layers.text import xml_text

FOLDER = "issued"
FORMS = ("pdf", "xlsx")
_PAGE, _BOOK, _TOLD, _DRAWINGS = "page.html", "workbook.xlsx", "told.json", "drawings/"
_FIRST = "xl/worksheets/sheet1.xml"
_LINES = ("number", "state", "bureau", "grading", "compiled", "checked", "approved")


class Damaged(ShuituError):
    """A kept file is gone or is not what was written."""

    title = "A kept file is damaged"


@dataclass(frozen=True, slots=True)
class FrozenReport:
    """A report without what is signed on it: its page with marks, its drawings, its workbook with marks."""

    page: str
    drawings: dict[str, str]
    book: bytes
    title: str
    period: str
    synthetic: str
    version: int

    def packed(self) -> bytes:
        told = {"title": self.title, "period": self.period, "synthetic": self.synthetic, "version": self.version}
        return zipped(
            {
                _PAGE: self.page.encode(),
                _BOOK: self.book,
                _TOLD: json.dumps(told, ensure_ascii=False).encode(),
                **{f"{_DRAWINGS}{key}.svg": svg.encode() for key, svg in self.drawings.items()},
            }
        )


def unpacked(data: bytes) -> FrozenReport:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.startswith(_DRAWINGS)]
        drawings = {name.removeprefix(_DRAWINGS).removesuffix(".svg"): archive.read(name).decode() for name in names}
        told = json.loads(archive.read(_TOLD))
        return FrozenReport(archive.read(_PAGE).decode(), drawings, archive.read(_BOOK), **told)


def folder_of(report: IssuedReport) -> Path:
    return Path(settings.STATE_DIR) / FOLDER / str(report.pk)


def ask_of(report: IssuedReport) -> Ask:
    period = parse_period(report.period)
    return Ask(
        report.region, period, report.lang, report.unit, report.boundaries, report.site, report.area, selection_of(report.selected),
    )  # fmt: skip


def freeze(report: IssuedReport) -> dict[str, Any]:
    """Read, draw and write it all as it is at this moment; → what the row says of the file."""
    worn, lang = of_dict(report.letterhead), report.lang
    with access.one_moment(report.stamp) as moment:
        with snapshot():
            drawn = kinds.drawn(kinds.read(ask_of(report), worn))
        printing = document.printing(drawn)
        held = FrozenReport(
            document.marked(drawn),
            {figure.key: figure.svg for figure in (*drawn.maps, *drawn.charts)},
            kinds.xlsx(drawn.report, lang, [(_label(key, lang), _mark(key)) for key in _LINES]),
            printing.title, printing.period, printing.synthetic, drawn.report.version,
        )  # fmt: skip
        refuse_closed(moment)
    return {**_written(report, f"{report.revision}-figures.zip", held.packed()), "version": held.version}


def _label(key: str, lang: str) -> str:
    return said("state" if key == "state" else key, lang)


def _mark(key: str) -> str:
    """A text that nothing else is, of letters that every XML has as they are."""
    return f"official-7c41e0b9-{key}"


def printed(report: IssuedReport) -> dict[str, Any]:
    """The frozen report as it stands now, in its forms; → what the row says of the files. `Damaged`."""
    held = unpacked(read(report, report.frozen))
    worn = of_dict(report.letterhead)
    printing = printing_of(report, held)
    page = filled(held.page, worn, report.lang, printing)
    figures = [Figure(key, "", "", svg) for key, svg in held.drawings.items()]
    made = {"pdf": document.printed(page, figures), "xlsx": _book(held.book, report, worn, printing)}
    return {form: _written(report, f"{report.revision}-{_name(report)}.{form}", made[form]) for form in FORMS}


def printing_of(report: IssuedReport, held: FrozenReport) -> Printing:
    signed = {step: Signature(**report.signers[str(step)]) for step, _ in STEPS if str(step) in report.signers}
    author = report.signers.get(str(EDITED), {"name": "", "day": ""})
    return Printing(
        title=held.title,
        period=held.period,
        number=report.told,
        state=report.state,
        copy_number=report.copy_number,
        commentary=report.commentary,
        commentary_by=Signature(**author),
        signed=signed,
        synthetic=held.synthetic,
    )


def _book(book: bytes, report: IssuedReport, worn: Worn, printing: Printing) -> bytes:
    """The workbook with what is signed at its marks."""
    values = {
        "number": report.told,
        "state": STATE.by_id[report.state].in_(report.lang),
        "bureau": worn.bureau_in(report.lang),
        "grading": worn.grading(report.lang),
    }
    for step, word in STEPS:
        values[word] = " ".join(filter(None, asdict(printing.signed.get(step, Signature(""))).values()))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for key, value in values.items():
        text = escape(xml_text(value)) or "—"
        members[_FIRST] = members[_FIRST].replace(_mark(key).encode(), text.encode())
    return zipped(members)


def _name(report: IssuedReport) -> str:
    """``京水图报〔2026〕12号-海淀区-2019-已批准``, without what a file system may not like."""
    state = STATE.by_id[report.state].in_(report.lang)
    told = "-".join((report.told, report.name, report.period.replace("..", "_"), state))
    return re.sub(r"[^\w()（）〔〕-]", "", told)[:70]


def _written(report: IssuedReport, name: str, data: bytes) -> dict[str, Any]:
    write_whole(folder_of(report) / name, data)
    return {"name": name, "bytes": len(data), "sha256": digest(data)}


def path_of(report: IssuedReport, told: dict[str, Any]) -> Path | None:
    """The file, if it is what was written."""
    path = folder_of(report) / str(told.get("name", "-"))
    return path if told and is_as_told(path, told["bytes"], told["sha256"]) else None


def read(report: IssuedReport, told: dict[str, Any]) -> bytes:
    path = path_of(report, told)
    if path is None:
        raise Damaged(f"{told.get('name', 'A file')} is not what was written: bring it back from a backup.")
    return path.read_bytes()


def forget_drafts(report: IssuedReport) -> None:
    """Let go the prints and figures of steps that are over, of a report that is on its way."""
    wanted = {told["name"] for told in (report.frozen, *report.files.values()) if told}
    for path in folder_of(report).glob("*"):
        if path.name not in wanted and not path.name.startswith("."):
            path.unlink(missing_ok=True)
