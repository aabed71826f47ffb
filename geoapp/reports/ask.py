"""What report is asked for: parsed, known to be well formed, and with the key that makes two askers one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.conf import settings

from geoapp.reports.layouts import store as layouts
from layers import languages, params, vocab
from layers.area import parse_area
from layers.errors import BadParameter
from layers.periods import FORMS, Period, parse_period
from layers.selection import EVERYTHING, Selection, parse_selection
from layers.stats.divisions import OWN, Divisions, divisions, last_month, parse_boundaries
from layers.stats.query import available_months
from layers.stats.regions import RegionIndex
from layers.versions import ALL_DATASETS, Stamp, as_of, fingerprint

AREA_FORMATS = ("pdf", "xlsx")  # of an area
FORMATS = ("pdf", "docx", "xlsx", "html", "svg", "png")  # html is the map without a network; svg and png hold each map


@dataclass(frozen=True, slots=True)
class Ask:
    """A region (or reporting unit), a period, a language; ``site`` is the address that the printed code opens.

    ``boundaries`` says which divisions to speak in; empty: those of the period's last month (see `layers.stats.divisions`).
    """

    code: str
    period: Period
    lang: str = languages.FIRST
    unit: bool = False
    boundaries: str = ""
    site: str = field(default_factory=lambda: settings.PUBLIC_URL)
    area: str = ""  # an area in place of a region, as it is spelled, with what of its usage is meant
    selection: Selection = EVERYTHING
    letterhead: str = ""  # a digest of the one that the report wears (see `official.letterhead`); empty without one

    def key(self, stamp: str, formats: tuple[str, ...]) -> str:
        """The same for everyone who asks for the same content of the same data version, made by the same code."""
        told = (
            self.region, str(self.period), self.lang, self.boundaries, self.site, self.is_public, stamp, code(), ",".join(formats),
            self.area, self.selected, self.letterhead,
        )  # fmt: skip
        return hashlib.sha256("\x1f".join(map(str, told)).encode()).hexdigest()[:32]

    @property
    def kind(self) -> str:
        """What tells a reporting unit from the district that has its code; empty of a division."""
        return vocab.UNIT if self.unit else ""

    @property
    def region(self) -> str:
        """The region in one word, as the pages' addresses have it: its code, of a reporting unit behind its kind."""
        return f"{vocab.UNIT}/{self.code}" if self.unit else self.code

    @property
    def selected(self) -> str:
        """The sources and purposes as an address says them; nothing for all of them."""
        told, every = self.selection.to_dict(), EVERYTHING.to_dict()
        return urlencode({name: ",".join(slugs) for name, slugs in told.items() if slugs != every[name]}, safe=",")

    @property
    def is_public(self) -> bool:
        """Whether the printed address is the one that was declared, and not just the one by which somebody asked."""
        return bool(settings.PUBLIC_URL_GIVEN) and self.site == settings.PUBLIC_URL

    def of_kind(self, index: RegionIndex) -> Ask:
        """The same with its kind told: a code that no division has is a reporting unit's."""
        return self if self.area or self.unit or self.code in index.by_code else replace(self, unit=True)

    def map_address(self) -> str:
        """The map at this region and period: the state that the page keeps in its address."""
        first, last = self.period.first, self.period.last
        whole_year = first.month == 1 and last.month == 12 and first.year == last.year
        months = str(first) if first == last else f"{first}..{last}"
        period = str(first.year) if whole_year else months
        boundaries = f"&boundaries={self.boundaries}" if self.boundaries else ""
        where = urlencode({"area": self.area}, safe=":;,") if self.area else f"region={self.region}"
        selected = f"&{self.selected}" if self.selected else ""
        return languages.address(f"{self.site}?{where}&period={period}{boundaries}{selected}", self.lang)

    def within(self) -> Divisions:
        """The divisions that the report speaks in."""
        return divisions(self.boundaries, last_month(self.period, available_months()))


def parse_ask(given: Mapping[str, str], site: str) -> Ask:
    """An `Ask` from ``region`` or ``area`` (with ``source``, ``purpose``, ``resident``), ``period``, ``lang``, ``level``,
    ``boundaries``; `BadParameter` for what is malformed or missing.

    A reporting unit is told by ``level=reporting_unit``, as the API has it, or in the ``region`` (`Ask.region`).
    """
    if not given.get("region") and not given.get("area"):
        raise BadParameter("A region is needed.", param="region", allowed=["a division code, such as 110108", "area=…"])
    if given.get("region") and given.get("area"):
        raise BadParameter("A report is of a region or of an area.", param="area", allowed=["region=…", "area=…"])
    area = parse_area(given["area"]).text if given.get("area") else ""
    selection = parse_selection(given.get("source"), given.get("purpose"), given.get("resident"))
    if selection != EVERYTHING and not area:
        raise BadParameter("A region's report is of all sources and purposes.", param="source", allowed=["area=…"])
    if not given.get("period"):
        raise BadParameter("A period is needed.", param="period", allowed=FORMS)
    code, unit = ("", False) if area else params.parse_region_of_kind(given["region"])
    level = params.parse_choice(given.get("level"), "level", "", (vocab.UNIT,))
    return Ask(
        code=code,
        area=area,
        selection=selection,
        period=parse_period(given["period"]),
        lang=params.parse_choice(given.get("lang"), "lang", languages.FIRST, languages.codes()),
        unit=unit or level == vocab.UNIT,
        boundaries="" if (told := parse_boundaries(given.get("boundaries"))) == OWN else told,
        site=site,
    )


def parse_formats(text: str | None, known: tuple[str, ...] = FORMATS) -> tuple[str, ...]:
    """Formats joined by commas, in the order of `FORMATS`; nothing means the PDF."""
    chosen = params.parse_words(text, "formats", known) if text else ["pdf"]
    return tuple(name for name in FORMATS if name in chosen)


def data_stamp() -> Stamp:
    """The version of all data a report shows, with that of the code that answers (see `AsOf.stamp`)."""
    return as_of(ALL_DATASETS).stamp


def code() -> str:
    """A fingerprint of the code that draws and writes reports, what the map without a network holds, and how reports are laid out."""
    return fingerprint("geoapp/reports", "geoapp/web/static/web/leaflet") + layouts.fingerprint()
