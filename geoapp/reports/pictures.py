"""Each map and chart as a file of its own, for other documents: SVG as drawn, PNG at print resolution. Each says what it is of."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace

from geoapp.reports import figures
from geoapp.reports.chapters import DrawnReport
from geoapp.reports.drawing.palette import PAPER, SOFT, WARN
from geoapp.reports.drawing.sheet import SMALL_PT, Figure
from geoapp.reports.drawing.svg import Canvas, text_width
from geoapp.reports.structure import Printed
from geoapp.reports.words import word
from layers.export.timeless import zipped

DPI = 200
HEAD, FOOT = 13.0, 10.0  # mm above a drawing, and below it
TITLE_PT = 11.0


def svgs(drawn: DrawnReport[Printed]) -> bytes:
    """A ZIP of the drawings."""
    return zipped({f"{name}.svg": figure.svg.encode() for name, figure in _alone(drawn)})


def pngs(drawn: DrawnReport[Printed]) -> bytes:
    """A ZIP of pictures of the drawings, on white."""
    alone = list(_alone(drawn))
    taken = shots([figure for _, figure in alone])
    return zipped({f"{name}.png": taken[figure.key] for name, figure in alone})


def _alone(drawn: DrawnReport[Printed]) -> Iterator[tuple[str, Figure]]:
    """Each drawing as it stands alone, by what it is of: ``110108-2019-township-volume``."""
    of = drawn.stem
    for figure in drawn.maps:
        yield f"{of}-{figure.key}", titled(figure, drawn)
    for figure in drawn.charts:
        yield f"{of}-{figure.key}", titled(figure, drawn, foot=True)


def titled(figure: Figure, drawn: DrawnReport[Printed], *, foot: bool = False) -> Figure:
    """A drawing with what it shows above it, of which region and when; and of which data below, as maps say by themselves."""
    report, lang = drawn.report, drawn.lang
    width, height = size_of(figure.svg)
    canvas = Canvas(width, HEAD + height + (FOOT if foot else 0), f"{report.name} {figure.title}")
    canvas.rect(0, 0, canvas.width, canvas.height, PAPER)
    title = f"{drawn.subject} · {figure.title}"
    canvas.text(0, 4.8, title, min(TITLE_PT, TITLE_PT * width / text_width(title, TITLE_PT)), bold=True)
    canvas.text(0, 9.8, figures.period(report.period.first, report.period.last, lang), 8.5, fill=SOFT)
    canvas.place(figure.svg, 0, HEAD)
    if foot:
        told = word("data_of", lang, version=report.version)
        canvas.text(
            0, canvas.height - 4.6, f"{told} · {report.place.credit(lang)}".removesuffix(" · "), SMALL_PT, fill=SOFT
        )
    if foot and report.synthetic:
        canvas.text(0, canvas.height - 1.2, word("synthetic_mark", lang), SMALL_PT, fill=WARN, bold=True)
    return replace(figure, svg=canvas.to_svg())


def size_of(svg: str) -> tuple[float, float]:
    """Width and height of a drawing, in mm."""
    head = svg[: svg.index(">")]
    width, height = (
        float(part.split('"')[1].removesuffix("mm"))
        for part in (head[head.index(" width=") :], head[head.index(" height=") :])
    )
    return width, height


def shots(figures: Sequence[Figure], dpi: int = DPI) -> dict[str, bytes]:
    """PNGs of the drawings by their keys, as the printer lays them out, so that paper and picture show the same.

    Pages of one document: one for each would open the fonts again each time, 40 MB that are free again only in the end.
    """
    import pypdfium2

    from geoapp.reports import press

    if not figures:
        return {}
    sizes = [size_of(figure.svg) for figure in figures]
    pages = "".join(
        f"@page p{n}{{size:{width}mm {height}mm}}#p{n}{{page:p{n}}}" for n, (width, height) in enumerate(sizes)
    )
    images = "".join(f'<img id="p{n}" src="drawing:{figure.key}">' for n, figure in enumerate(figures))
    page = f"<style>@page{{margin:0}}body{{margin:0}}img{{display:block}}{pages}</style>{images}"
    found = {}
    with pypdfium2.PdfDocument(press.pdf(page, {figure.key: figure.svg for figure in figures})) as document:
        for n, figure in enumerate(figures):
            out = io.BytesIO()
            picture = document[n].render(scale=dpi / 72).to_pil()
            picture.save(out, "PNG", dpi=(dpi, dpi), optimize=False)
            found[figure.key] = out.getvalue()
    return found
