"""A small SVG writer: millimetres, few elements, and numbers of two decimals.

WeasyPrint takes time for each element and little for each point (Kozea/WeasyPrint#1439), so what looks alike is drawn
as one path. matplotlib would write one element a polygon, outline its text, and take a second to import.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import ArrayLike

from layers.text import one_line

MM_PER_PT = 25.4 / 72
FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
_NARROW = frozenset(" .,:;'|!()[]·/iljtfIr-")


def number(value: float) -> str:
    """Hundredths of a millimetre, without useless zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def text_width(text: str, size_pt: float) -> float:
    """How wide a text is at most, in mm: a full em for Chinese, less for Latin letters and figures."""
    ems = sum(
        0.36 if c in _NARROW else 0.58 if c.islower() or c.isdigit() else 0.72 if ord(c) < 0x2000 else 1.0 for c in text
    )
    return ems * size_pt * MM_PER_PT


def line(points: ArrayLike) -> str:
    """An open subpath; consecutive points that round to one are one."""
    kept = _texts(points)
    return "M" + "L".join(kept) if len(kept) > 1 else ""


def ring(points: ArrayLike) -> str:
    """A closed one."""
    kept = _texts(points)
    if len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    if len(kept) < 3:
        return ""
    return "M" + "L".join(kept) + "Z"


def _texts(points: ArrayLike) -> list[str]:
    """``x y`` of each point (n × 2, mm): maps have a hundred thousand of them."""
    at = np.rint(np.asarray(points, float).reshape(-1, 2) * 100).astype(int)
    other = np.ones(len(at), bool)
    other[1:] = (at[1:] != at[:-1]).any(axis=1)
    return [f"{_hundredths(x)} {_hundredths(y)}" for x, y in at[other].tolist()]


@lru_cache(maxsize=1 << 16)  # a sheet is no more than 300 mm
def _hundredths(count: int) -> str:
    return number(count / 100)


def stroke(start: Sequence[float], end: Sequence[float]) -> str:
    """A straight line, there and back: a subpath that is closed can stand before any other."""
    return f"M{number(start[0])} {number(start[1])}L{number(end[0])} {number(end[1])}Z"


def dots(points: Iterable[tuple[float, float]]) -> str:
    """Lines of no length, which a round cap makes dots: any number of them in one path."""
    return "".join(f"M{number(x)} {number(y)}h0" for x, y in points)


class Canvas:
    """A drawing of so many millimetres; what is added later lies on top."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self.width, self.height, self.title = width, height, title
        self._parts: list[str] = []
        self._clips = 0

    def path(self, data: str, *, fill: str = "none", stroke: str = "none", width: float = 0.0, **more: str) -> None:
        if not data:
            return
        attributes = {"d": data, "fill": fill}
        if stroke != "none":
            attributes |= {"stroke": stroke, "stroke-width": number(width), "stroke-linejoin": "round"}
        self._element("path", {**attributes, **{name.replace("_", "-"): value for name, value in more.items()}})

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "none", **more: str
    ) -> None:
        attributes = {"x": number(x), "y": number(y), "width": number(width), "height": number(height), "fill": fill}
        if stroke != "none":
            attributes |= {"stroke": stroke, "stroke-width": "0.2"}
        self._element("rect", {**attributes, **{name.replace("_", "-"): value for name, value in more.items()}})

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, width: float) -> None:
        self.path(f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}", stroke=stroke, width=width)

    def text(
        self, x: float, y: float, text: str, size_pt: float, *, anchor: str = "start", fill: str = "#1b2b32",
        bold: bool = False, halo: bool = False,
    ) -> None:  # fmt: skip
        """One line of text whose baseline begins (or has its middle, or end) at the point."""
        attributes = {"x": number(x), "y": number(y), "font-size": number(size_pt * MM_PER_PT), "fill": fill}
        if anchor != "start":
            attributes["text-anchor"] = anchor
        if bold:
            attributes["font-weight"] = "bold"
        body = escape(one_line(text))
        if halo:
            around = {
                **attributes,
                "fill": "#ffffff",
                "stroke": "#ffffff",
                "stroke-width": "0.7",
                "stroke-linejoin": "round",
            }
            self._element("text", around, body)
        self._element("text", attributes, body)

    def place(self, drawn: str, x: float, y: float) -> None:
        """Another drawing, as `to_svg` gave it, with its corner at the point."""
        body = drawn[drawn.index("</title>") + len("</title>") :].removesuffix("</svg>")
        self._parts.append(f'<g transform="translate({number(x)} {number(y)})">{body}</g>')

    def clip(self, x: float, y: float, width: float, height: float) -> None:
        """What follows is cut to the rectangle, until `unclip`."""
        self._clips += 1
        box = f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"/>'
        self._parts.append(f'<clipPath id="c{self._clips}">{box}</clipPath><g clip-path="url(#c{self._clips})">')

    def unclip(self) -> None:
        self._parts.append("</g>")

    def _element(self, name: str, attributes: dict[str, str], body: str = "") -> None:
        told = " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items())
        self._parts.append(f"<{name} {told}>{body}</{name}>" if body else f"<{name} {told}/>")

    def to_svg(self) -> str:
        size = f'width="{number(self.width)}mm" height="{number(self.height)}mm"'
        box = f'viewBox="0 0 {number(self.width)} {number(self.height)}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} font-family="{FONT}">'
        return f"{head}<title>{escape(one_line(self.title))}</title>{''.join(self._parts)}</svg>"
