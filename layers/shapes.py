"""The kinds of geometry that a dataset can have, and what each is called: by people, in files, and by programs. Data.

Whatever depends on the kind reads it here; a room that cannot show one says so, and none knows them by heart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from layers.words import Worded, Words

Geometry = Literal["point", "line", "polygon", "none"]


@dataclass(frozen=True, slots=True)
class Shape(Worded):
    """What one row is: a point, or a line or an outline of any number of parts.

    ``single`` and ``stored`` are its names in GeoJSON, of one part and as it is kept; ``dimension`` is that of OGC and QGIS.
    """

    zh: str
    en: str
    single: str
    stored: str
    dimension: int
    called: Words  # the property that is one, where values are told old → new
    several: str  # what its rows are drawn as, in refusals

    @property
    def is_point(self) -> bool:
        return self.dimension == 0

    @property
    def accepted(self) -> tuple[str, str]:
        """What a file may have: one part, or several of them."""
        return self.single, f"Multi{self.single}"


SHAPES: Mapping[str, Shape] = {
    "point": Shape("点", "point", "Point", "Point", 0, Words("位置", "Position"), "points"),
    "line": Shape("线", "line", "LineString", "MultiLineString", 1, Words("线形", "Line"), "lines"),
    "polygon": Shape("面", "polygon", "Polygon", "MultiPolygon", 2, Words("边界", "Outline"), "polygons"),
}
DRAWN = frozenset(name for name, shape in SHAPES.items() if not shape.is_point)
"""The kinds that are drawn by many points: rows of these have to have one, and a table of numbers cannot say it."""
