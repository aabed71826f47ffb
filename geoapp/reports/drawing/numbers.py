"""Numbers beside the signs of facilities, those of their lists: over no sign, no name and no other number. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import shapely

from geoapp.reports.drawing.frame import Frame
from geoapp.reports.drawing.labels import Box, PlacedLabel, Taken, box_of
from geoapp.reports.drawing.svg import MM_PER_PT, ring, stroke, text_width
from geoapp.reports.structure import FacilityList
from layers import registry
from layers.entries import Sign

GAP = 0.25  # mm around a number
BESIDE = 0.5  # mm from its sign
FARTHER = (3.4, 5.2, 7.4)  # mm from the middle of its sign, with a line that leads to it
_TURNS = 12
_LINE = 0.25  # mm kept free beside a line
_BACK = 0.2  # mm of white around the figures


@dataclass(frozen=True, slots=True)
class StandingSign:
    """A facility's sign at a point of paper, and its number."""

    x: float
    y: float
    radius: float
    number: int

    @property
    def box(self) -> Box:
        return self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius


@dataclass(frozen=True, slots=True)
class PlacedNumber:
    """A number; where it stands apart, a line leads from its sign to this end."""

    label: PlacedLabel
    end: tuple[float, float] | None = None


def standing(
    lists: Iterable[FacilityList], places: Mapping[str, Mapping[str, bytes]], frame: Frame
) -> list[StandingSign]:
    """The signs of the lists that stand anywhere, in the order of the lists."""
    found = []
    for each in lists:
        sign, stand = registry.layer(each.layer).printed, places.get(each.layer, {})
        for n, line in enumerate(each.lines, each.first):
            if line.code in stand and isinstance(sign, Sign):
                point = shapely.from_wkb(stand[line.code])
                found.append(StandingSign(*frame.to_paper(point.x, point.y), sign.radius, n))
    return found


def place(
    signs: Sequence[StandingSign], within: Box, size_pt: float, taken: Iterable[Box]
) -> list[tuple[StandingSign, PlacedNumber]]:
    """Those that find a place, the first of the lists before the others."""
    boxes = Taken(within, [*taken, *(sign.box for sign in signs)])
    placed = []
    for sign in signs:
        for candidate in _candidates(sign, size_pt):
            box, way = box_of(candidate.label, GAP), list(_way(sign, candidate))
            if boxes.free(box) and all(boxes.free(step) for step in way):
                for each in (box, *way):
                    boxes.add(each)
                placed.append((sign, candidate))
                break
    return placed


def _candidates(sign: StandingSign, size_pt: float) -> Iterator[PlacedNumber]:
    text, height = str(sign.number), size_pt * MM_PER_PT
    half, middle = text_width(text, size_pt) / 2, 0.325 * height  # of the figures above their baseline
    aside, above = sign.radius + BESIDE + half, sign.radius + BESIDE + height * 0.5
    for right, down in ((1, 0), (-1, 0), (0, -1), (0, 1), (0.8, -0.8), (-0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)):
        yield PlacedNumber(PlacedLabel(sign.x + right * aside, sign.y + down * above + middle, text, size_pt))
    for far in FARTHER:
        for turn in range(_TURNS):
            at = 2 * math.pi * turn / _TURNS
            x, y = sign.x + math.cos(at) * (far + half), sign.y + math.sin(at) * far
            yield PlacedNumber(PlacedLabel(x, y + middle, text, size_pt), (x, y))


def _way(sign: StandingSign, candidate: PlacedNumber) -> Iterator[Box]:
    """What a line covers between its sign and its number, step by step."""
    if candidate.end is None:
        return
    along, down = candidate.end[0] - sign.x, candidate.end[1] - sign.y
    length = math.hypot(along, down)
    half = text_width(candidate.label.text, candidate.label.size_pt) / 2
    step = sign.radius * 1.5 + _LINE
    while step < length - half - GAP:
        x, y = sign.x + along * step / length, sign.y + down * step / length
        yield x - _LINE, y - _LINE, x + _LINE, y + _LINE
        step += 3 * _LINE


def lines(placed: Iterable[tuple[StandingSign, PlacedNumber]]) -> str:
    """The lines that lead to numbers which stand apart."""
    return "".join(stroke((sign.x, sign.y), each.end) for sign, each in placed if each.end)


def backing(placed: Iterable[PlacedNumber]) -> str:
    """White under the figures, all of it one shape: a halo would be a text more for each."""
    boxes = (box_of(each.label, _BACK) for each in placed)
    return "".join(ring(((x1, y1), (x2, y1), (x2, y2), (x1, y2))) for x1, y1, x2, y2 in boxes)
