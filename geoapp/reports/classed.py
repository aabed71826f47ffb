"""A region's own classes, where those of the whole city would show nearly all of its parts in one or two colours. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from geoapp.reports import figures
from geoapp.reports.drawing.palette import class_of
from geoapp.reports.structure import MapClasses, RegionLine
from layers.stats.classes import classify

MEASURES = ("volume", "per_km2")
METHOD = "quantiles"
FEW_CLASSES, NEARLY_ALL = 2, 0.7
LEAST_PARTS, PARTS_A_CLASS, MOST_CLASSES = 4, 3, 5


def value_of(line: RegionLine, measure: str) -> float | None:
    """What the map's page shows: m³ or m³ per km², none where nothing is recorded."""
    if line.volume_l is None:
        return None
    return figures.M3.of(line.volume_l) if measure == "volume" else line.m3_per_km2


def own_classes(
    of_city: Mapping[str, MapClasses], lines_of: Mapping[str, Sequence[RegionLine]]
) -> dict[str, MapClasses]:
    """By level and measure, as those of the city are; only where these tell little."""
    found = {}
    for level, lines in lines_of.items():
        for measure in MEASURES:
            key = f"{level}/{measure}"
            values = [value for line in lines if (value := value_of(line, measure)) is not None]
            if key in of_city and is_one_colour(values, of_city[key].breaks):
                own = classify(values, METHOD, max(FEW_CLASSES + 1, min(MOST_CLASSES, len(values) // PARTS_A_CLASS)))
                if len(own.breaks) >= FEW_CLASSES:
                    found[key] = MapClasses(measure, tuple(own.breaks), own.method)
    return found


def is_one_colour(values: Sequence[float], breaks: Sequence[float]) -> bool:
    """Whether two of the classes hold nearly all of the values; of few values it is not asked."""
    if len(values) < LEAST_PARTS:
        return False
    fullest = Counter(class_of(value, breaks) for value in values).most_common(FEW_CLASSES)
    return sum(count for _, count in fullest) >= NEARLY_ALL * len(values)
