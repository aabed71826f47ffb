"""The layout of a report, as its template says it, and what templates can say. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# The sections that there are, in the order of our own template; each is a builder in `geoapp.reports.chapters` and a file of
# `templates/reports/sections/`.
# Words stand last: of the list of facilities a row alone could be left to the last page.
SECTIONS = ("summary", "maps", "charts", "regions", "stages", "quality", "facilities", "method", "terms")
MAPS = ("volume", "grid", "per_km2", "objects", "areas")
CHARTS = ("months", "regions", "purposes")
# Rows of facilities that are printed. A row costs WeasyPrint 5 ms and 100 kB (docs/performance.md), so neither time nor
# memory of a report grows with its district: a kind that does not fit whole is counted by region, and listed in the
# workbook.
FACILITY_ROWS = 400
AREA = "area"  # what a template calls reports of areas, beside the levels of regions
# Rows of regions in print: the townships of a city fit, the villages of one do not.
REGION_ROWS = 400
# What is branded by a colour: headings and their rules, the lines of tables, labels of figures.
COLOURS = {"heading": "#0d4a6b", "line": "#0b5c73", "subheading": "#0b5c73"}


@dataclass(frozen=True, slots=True)
class ReportLayout:
    """Sections, maps and charts in their order, headings of an authority's own by section, bounds, and colours."""

    sections: tuple[str, ...] = SECTIONS
    maps: tuple[str, ...] = MAPS
    charts: tuple[str, ...] = CHARTS
    headings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    facility_rows: int = FACILITY_ROWS
    region_rows: int = REGION_ROWS
    colours: Mapping[str, str] = field(default_factory=lambda: dict(COLOURS))

    def heading(self, section: str, lang: str) -> str:
        """What the authority calls a section in a language; nothing where it has no word of its own in that."""
        return self.headings.get(section, {}).get(lang, "")
