"""The report as one HTML page, and that page as a PDF: the same template, so that the preview is the print. Pure."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import segno
from django.template.loader import render_to_string

from geoapp.reports import figures
from geoapp.reports.captions import Captioned
from geoapp.reports.chapters import DrawnReport, chapters
from geoapp.reports.drawing import charts, maps
from geoapp.reports.drawing.sheet import Figure
from geoapp.reports.ground import Ground
from geoapp.reports.layouts.layout import ReportLayout
from geoapp.reports.official.letterhead import Worn
from geoapp.reports.official.page import Printing, filled, title_of
from geoapp.reports.sections import Drawn
from geoapp.reports.structure import Mapped, Printed, Report
from geoapp.reports.words import WORDS, data_version, word
from layers.languages import language

_CODE_MOST = 600  # characters: a telephone reads the finer squares of more from near only


def draw(
    report: Report, ground: Ground, lang: str, layout: ReportLayout | None = None, worn: Worn | None = None
) -> Drawn:
    """The report with the maps and charts of its layout, under the letterhead that it wears."""
    layout = layout or ReportLayout()
    listed_rows = layout.facility_rows if "facilities" in layout.sections else 0
    of_maps = maps.draw_all(report, ground, lang, layout.maps, listed_rows)
    return Drawn(report, lang, of_maps, charts.draw_all(report, lang, layout.charts), layout, worn)


def html(drawn: DrawnReport[Printed], *, preview: bool = False) -> str:
    """The whole page; ``preview`` adds what only a screen needs: the drawings themselves, and a width."""
    page = marked(drawn, preview=preview)
    return page if drawn.worn is None else filled(page, drawn.worn, drawn.lang, printing(drawn))


def marked(drawn: DrawnReport[Printed], *, preview: bool = False) -> str:
    """The page with marks where the letterhead goes, if it has one (see `official.page`)."""
    told = {**context(drawn, preview), "preview": preview}
    if drawn.worn is not None:
        told |= {"official": True, "title": printing(drawn).title}
    return render_to_string("reports/report.html", told)


def printing(drawn: DrawnReport[Printed]) -> Printing:
    """What a report that nobody signs has on its cover."""
    report, lang = drawn.report, drawn.lang
    return Printing(
        title=title_of(drawn.worn, report.name, drawn.title, lang) if drawn.worn else drawn.title,
        period=figures.period(report.period.first, report.period.last, lang),
        synthetic=word("synthetic_mark", lang) if report.synthetic else "",
    )


def pdf(drawn: DrawnReport[Printed]) -> bytes:
    """The printed report; the same bytes for the same data version and code."""
    return printed(html(drawn), [*drawn.maps, *drawn.charts])


def printed(page: str, drawn: Sequence[Figure]) -> bytes:
    """A page as a PDF, with the drawings that it shows."""
    # Here and not above: half a second and 50 MB, which only the PDF needs.
    from geoapp.reports import press

    drawings = {figure.key: figure.svg for figure in drawn}
    told = hashlib.sha256("\x1f".join((page, *drawings.values())).encode())
    return press.archived(page, drawings, told.hexdigest()[:32].encode())


def context(drawn: DrawnReport[Printed], preview: bool = False) -> dict[str, Any]:
    report, lang = drawn.report, drawn.lang
    return {
        "report": report,
        "lang": lang,
        "html_lang": language(lang).tag,
        "word": {key: words.in_(lang) for key, words in WORDS.items()},
        "title": drawn.title,
        "identified": drawn.identified,
        "keyword": drawn.stem,
        "period": figures.period(report.period.first, report.period.last, lang),
        "as_of": data_version(report, lang),
        "created": report.changed_at.isoformat(timespec="seconds") if report.changed_at else "",
        "sentences": drawn.sentences,
        "qr": code_of(report.map_address),
        "private": private_note(report, lang),
        "chapters": [replace(each, figures=shown(each.figures, preview)) for each in chapters(drawn)],
        "colours": drawn.layout.colours,
        "authority": report.place.authority(lang),
    }


def private_note(report: Mapped, lang: str) -> str:
    """That the printed address opens for nobody else, unless one was declared."""
    return "" if report.is_public else word("scan_private", lang, site=report.site)


def shown(found: Iterable[Captioned], preview: bool) -> tuple[Captioned, ...]:
    """Figures with where a page finds them: an image with its alternative text is a vector in print, and tagged as a figure."""
    return tuple(replace(each, src=_address(each.figure, preview)) if each.figure else each for each in found)


def _address(figure: Figure, preview: bool) -> str:
    if not preview:
        return f"drawing:{figure.key}"
    return f"data:image/svg+xml;base64,{base64.b64encode(figure.svg.encode()).decode()}"


def code_of(address: str) -> str:
    """The code that opens an address; nothing for one that is too long to be read off paper, as that of a shape of many corners."""
    if len(address) > _CODE_MOST:
        return ""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=2, scale=1, xmldecl=False, svgns=True, dark="#0d4a6b")
    return f"data:image/svg+xml;base64,{base64.b64encode(out.getvalue()).decode()}"
