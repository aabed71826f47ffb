"""Each map and chart as a file of its own, for other documents: SVG as drawn, PNG at print resolution."""

from __future__ import annotations

import io

from geoapp.reports.drawing.sheet import Figure
from geoapp.reports.files import zipped

DPI = 200


def svgs(drawings: list[Figure]) -> bytes:
    """A ZIP of the drawings."""
    return zipped({f"{figure.key}.svg": figure.svg.encode() for figure in drawings})


def pngs(drawings: list[Figure]) -> bytes:
    """A ZIP of pictures of the drawings, on white."""
    return zipped({f"{figure.key}.png": png(figure) for figure in drawings})


def png(figure: Figure, dpi: int = DPI) -> bytes:
    """The drawing as the printer lays it out, so that paper and picture show the same."""
    import pypdfium2

    from geoapp.reports import press

    size = figure.svg[: figure.svg.index(">")]
    width, height = (part.split('"')[1] for part in (size[size.index("width=") :], size[size.index("height=") :]))
    page = f'<style>@page{{size:{width} {height};margin:0}}body{{margin:0}}img{{display:block}}</style><img src="drawing:{figure.key}">'
    with pypdfium2.PdfDocument(press.pdf(page, {figure.key: figure.svg})) as document:
        picture = document[0].render(scale=dpi / 72).to_pil()
    out = io.BytesIO()
    picture.save(out, "PNG", dpi=(dpi, dpi), optimize=False)
    return out.getvalue()
