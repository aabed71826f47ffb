"""The report as one HTML page, and that page as a PDF: the same template, so that the preview is the print. Pure."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno
from django.template.loader import render_to_string

from geoapp.reports import figures, tables
from geoapp.reports.credits import boundaries
from geoapp.reports.drawing import charts, maps
from geoapp.reports.drawing.sheet import Figure
from geoapp.reports.ground import Ground
from geoapp.reports.official.letterhead import Worn
from geoapp.reports.official.page import Printing, filled, title_of
from geoapp.reports.sentences import sentences
from geoapp.reports.structure import Mapped, Rank, Report
from geoapp.reports.words import WORDS, divided, level_name, method, title, word
from layers.feeds.meta import SYNTHETIC_NOTE
from layers.languages import language

# A structure tree that follows the headings and tables; alternative texts of the drawings.
PDF_VARIANT = "pdf/ua-1"
_CODE_MOST = 600  # characters: a telephone reads the finer squares of more from near only


@dataclass(frozen=True, slots=True)
class Drawn:
    """A report with its drawings, made once for all of its forms."""

    report: Report
    lang: str
    maps: list[Figure]
    charts: list[Figure]
    worn: Worn | None = None


def draw(report: Report, ground: Ground, lang: str, worn: Worn | None = None) -> Drawn:
    return Drawn(report, lang, maps.draw_all(report, ground, lang), charts.draw_all(report, lang), worn)


def preview(report: Report, ground: Ground, lang: str, worn: Worn | None = None) -> bytes:
    """The report drawn, as the page that a browser shows."""
    return html(draw(report, ground, lang, worn), preview=True).encode()


def html(drawn: Drawn, *, preview: bool = False) -> str:
    """The whole page; ``preview`` adds what only a screen needs: the drawings themselves, and a width."""
    page = marked(drawn, preview=preview)
    return page if drawn.worn is None else filled(page, drawn.worn, drawn.lang, printing(drawn))


def marked(drawn: Drawn, *, preview: bool = False) -> str:
    """The page with marks where the letterhead goes, if it has one (see `official.page`)."""
    context = {**_context(drawn, preview), "preview": preview}
    if drawn.worn is not None:
        context |= {"official": True, "title": printing(drawn).title}
    return render_to_string("reports/report.html", context)


def printing(drawn: Drawn) -> Printing:
    """What a report that nobody signs has on its cover."""
    report, lang = drawn.report, drawn.lang
    usual = title(report, lang)
    return Printing(
        title=title_of(drawn.worn, report.name, usual, lang) if drawn.worn else usual,
        period=figures.period(report.period.first, report.period.last, lang),
        synthetic=word("synthetic_mark", lang) if report.synthetic else "",
    )


def pdf(drawn: Drawn) -> bytes:
    """The printed report; the same bytes for the same data version and code."""
    return printed(html(drawn), [*drawn.maps, *drawn.charts])


def printed(page: str, drawn: Sequence[Figure]) -> bytes:
    """A page as a PDF, with the drawings that it shows."""
    # Here and not above: half a second and 50 MB, which only the PDF needs.
    from geoapp.reports import press

    drawings = {figure.key: figure.svg for figure in drawn}
    told = hashlib.sha256("\x1f".join((page, *drawings.values())).encode())
    return press.pdf(page, drawings, pdf_variant=PDF_VARIANT, pdf_identifier=told.hexdigest()[:32].encode())


def _context(drawn: Drawn, preview: bool = False) -> dict[str, Any]:
    report, lang = drawn.report, drawn.lang
    period = figures.period(report.period.first, report.period.last, lang)
    regions = [tables.regions(report, lang, report.child_level, report.children, "regions")]
    if report.grandchildren and len(report.grandchildren) <= tables.PRINTED_REGIONS and report.level == "city":
        regions.append(tables.regions(report, lang, report.grand_level, report.grandchildren, "regions-below"))
    return {
        "report": report,
        "lang": lang,
        "html_lang": language(lang).tag,
        "word": {key: words.in_(lang) for key, words in WORDS.items()},
        "title": title(report, lang),
        "period": period,
        "level": level_name(report.level, lang),
        "divisions": divided(report.within, lang),
        "boundaries": boundary_note(report, lang),
        "as_of": word("version", lang, version=report.version, moment=figures.moment(report.changed_at, lang)),
        "created": report.changed_at.isoformat(timespec="seconds") if report.changed_at else "",
        "sentences": sentences(report, lang),
        "facts": _facts(report, lang),
        "fact_notes": [
            f"※{n} {note.in_(lang)}"
            for n, note in enumerate(report.notes, 1)
            if note.figure in ("total", "residents", "others")
        ],
        "ranks": [
            (word(f"rank_{rank.measure}", lang), _ranked(rank, lang)) for rank in report.ranks
        ],
        "qr": code_of(report.map_address),
        "private": private_note(report, lang),
        "summary_tables": tables.summary(report, lang),
        "maps": [image(figure, preview) for figure in drawn.maps],
        "charts": [image(figure, preview) for figure in drawn.charts],
        "months": tables.months(report, lang),
        "regions": regions,
        "stages": tables.stages(report, lang),
        "quality": tables.quality(report, lang),
        "facilities": tables.printed_facilities(report, lang),
        "method": [each.in_(lang) for each in method(report.place.plane)],
        "authority": report.place.authority(lang),
        "credit": report.place.credit(lang),
        "synthetic_note": SYNTHETIC_NOTE.in_(lang),
    }  # fmt: skip


def _facts(report: Report, lang: str) -> list[tuple[str, str]]:
    """Label and figure of the summary's first lines; what lies in no region stands beside residents and others, so that
    they are the total."""
    numbers = {note.figure: f" ※{n}" for n, note in enumerate(report.notes, 1)}
    parts = {"total": report.total_l, "residents": report.residents_l, "others": report.others_l, **report.beside}
    used = [(word(key, lang), _volume(litres, lang) + numbers.get(key, "")) for key, litres in parts.items()]
    found = [
        *used,
        (word("per_km2", lang), figures.density(report.m3_per_km2, lang)),
        (word("area", lang), figures.area(report.area_km2)),
    ]
    if report.level != "city":
        found.insert(len(used), (word("share_of_city", lang), figures.percent(report.share_of_city)))
    for change in report.changes:
        told = word("no_comparison", lang) if change.ratio is None else figures.change(change.ratio)
        found.append((word(f"change_{change.kind}", lang), told))
    return found


def _ranked(rank: Rank, lang: str) -> str:
    """The place, and how much of the scope's water is ranked at all where that is not all of it."""
    level = level_name(rank.level, lang)
    place = word("rank_line", lang, scope=rank.scope, of=rank.of, level=level, place=rank.place)
    held = word("rank_held", lang, level=level, share=figures.percent(rank.held.share)) if rank.held.hidden else ""
    return place + held


def _volume(litres: int | None, lang: str) -> str:
    return word("no_data", lang) if litres is None else figures.volume(litres, lang)


def private_note(report: Mapped, lang: str) -> str:
    """That the printed address opens for nobody else, unless one was declared."""
    return "" if report.is_public else word("scan_private", lang, site=report.site)


def boundary_note(report: Mapped, lang: str) -> str:
    """Whose outlines the report draws."""
    told = boundaries(report, report.boundaries, lang)
    return word("boundaries", lang, boundary=told) if told else ""


def image(figure: Figure, preview: bool) -> dict[str, Any]:
    """As an image with its alternative text, so that the print has it as a vector, tagged as a figure."""
    held = f"data:image/svg+xml;base64,{base64.b64encode(figure.svg.encode()).decode()}" if preview else ""
    return {"figure": figure, "src": held or f"drawing:{figure.key}"}


def code_of(address: str) -> str:
    """The code that opens an address; nothing for one that is too long to be read off paper, as that of a shape of many corners."""
    if len(address) > _CODE_MOST:
        return ""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=2, scale=1, xmldecl=False, svgns=True, dark="#0d4a6b")
    return f"data:image/svg+xml;base64,{base64.b64encode(out.getvalue()).decode()}"
