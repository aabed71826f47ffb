"""Patterns over the colours of charts, by which they are told apart in grey: lines in five ways, dots, or nothing. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from geoapp.reports.drawing.svg import dots, stroke

STEP = 1.4  # mm between lines, which are those of one lattice: a pattern goes on from bar to bar
WIDTH, DOT = 0.22, 0.5
PLAIN, RISING, ACROSS, CROSSED, FALLING, UPRIGHT, DOTTED = range(KINDS := 7)

Line = tuple[tuple[float, float], tuple[float, float]]
Box = tuple[float, float, float, float]  # its corner, width and height


def pattern(kind: int, box: Box) -> str:
    """The strokes of a pattern inside a rectangle as one path; dots are lines of no length."""
    if kind == DOTTED:
        return dots((x, y) for y in _marks(box[1], box[3]) for x in _marks(box[0], box[2]))
    return "".join(stroke(*line) for lines in _LINES.get(kind, ()) for line in lines(box))


def _marks(start: float, length: float) -> Iterator[float]:
    for n in range(math.ceil(start / STEP), math.floor((start + length) / STEP) + 1):
        yield n * STEP


def _across(box: Box) -> Iterator[Line]:
    x, y, width, height = box
    yield from (((x, at), (x + width, at)) for at in _marks(y, height))


def _upright(box: Box) -> Iterator[Line]:
    x, y, width, height = box
    yield from (((at, y), (at, y + height)) for at in _marks(x, width))


def _falling(box: Box) -> Iterator[Line]:
    """Lines of which x - y is one mark."""
    x, y, width, height = box
    for at in _marks(x - y - height, width + height):
        left, right = max(x, y + at), min(x + width, y + height + at)
        if right > left:
            yield (left, left - at), (right, right - at)


def _rising(box: Box) -> Iterator[Line]:
    """Lines of which x + y is one mark."""
    x, y, width, height = box
    for at in _marks(x + y, width + height):
        left, right = max(x, at - y - height), min(x + width, at - y)
        if right > left:
            yield (left, at - left), (right, at - right)


_LINES: dict[int, tuple[Callable[[Box], Iterator[Line]], ...]] = {
    RISING: (_rising,),
    ACROSS: (_across,),
    CROSSED: (_rising, _falling),
    FALLING: (_falling,),
    UPRIGHT: (_upright,),
}
