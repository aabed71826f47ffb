"""Names and numbers on a map that do not lie over each other: the important ones first, each at the best free place. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from geoapp.reports.drawing.svg import MM_PER_PT, text_width

GAP = 0.5  # mm kept free around a name
_BUCKET = 6.0  # mm: boxes are looked for among those near


@dataclass(frozen=True, slots=True)
class WantedLabel:
    """A name at a point of paper, with what may stand in for it where it does not fit."""

    x: float
    y: float
    text: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """Text with its middle at x and its baseline at y."""

    x: float
    y: float
    text: str
    size_pt: float


Box = tuple[float, float, float, float]


def box_of(label: PlacedLabel, gap: float = GAP) -> Box:
    """What the text covers, with its gap."""
    half = text_width(label.text, label.size_pt) / 2 + gap
    height = label.size_pt * MM_PER_PT
    return label.x - half, label.y - height * 0.9 - gap / 2, label.x + half, label.y + height * 0.25 + gap / 2


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


class Taken:
    """What is taken of a sheet."""

    def __init__(self, within: Box, boxes: Iterable[Box] = ()) -> None:
        self.within = within
        self._near: dict[tuple[int, int], list[Box]] = defaultdict(list)
        for box in boxes:
            self.add(box)

    def add(self, box: Box) -> None:
        for key in _buckets(box):
            self._near[key].append(box)

    def free(self, box: Box) -> bool:
        """Whether a box is inside the sheet and over nothing."""
        within = self.within
        if box[0] < within[0] or box[2] > within[2] or box[1] < within[1] or box[3] > within[3]:
            return False
        return not any(overlap(box, other) for key in _buckets(box) for other in self._near.get(key, ()))


def _buckets(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(math.floor(box[0] / _BUCKET), math.floor(box[2] / _BUCKET) + 1):
        for row in range(math.floor(box[1] / _BUCKET), math.floor(box[3] / _BUCKET) + 1):
            yield column, row


def _candidates(wanted: WantedLabel, size_pt: float) -> Iterable[PlacedLabel]:
    """Full name at its place and around it, then what may stand in: never smaller, as it has to be read."""
    height = size_pt * MM_PER_PT
    for text in filter(None, (wanted.text, wanted.instead)):
        half = text_width(text, size_pt) / 2
        for right, down in (
            (0, 0),
            (0, -0.8),
            (0, 0.8),
            (0, -1.5),
            (0, 1.5),
            (0.5, 0),
            (-0.5, 0),
            (0.8, -1),
            (-0.8, -1),
            (0.8, 1),
            (-0.8, 1),
        ):
            yield PlacedLabel(wanted.x + right * half, wanted.y + (0.35 + down) * height, text, size_pt)


def place(
    wanted: Iterable[WantedLabel], within: Box, size_pt: float, taken: Iterable[Box] = ()
) -> tuple[list[PlacedLabel], int]:
    """→ the placed names in the order given, and how many found no place."""
    boxes, placed, left = Taken(within, taken), [], 0
    for each in wanted:
        for candidate in _candidates(each, size_pt):
            box = box_of(candidate)
            if boxes.free(box):
                boxes.add(box)
                placed.append(candidate)
                break
        else:
            left += 1
    return placed, left
