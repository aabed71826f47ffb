"""What report is asked for: parsed, known to be well formed, and with the key that makes two askers one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from django.conf import settings

from geoapp.reports.layouts import store as layouts
from layers import access, languages, params, vocab
from layers.area import Area, Regions, parse_area
from layers.errors import BadParameter, NotFound
from layers.periods import FORMS, Period, parse_period
from layers.selection import EVERYTHING, Selection, parse_selection
from layers.stats.divisions import OWN, Divisions, divisions, last_month, parse_boundaries
from layers.stats.query import available_months
from layers.stats.regions import RegionIndex
from layers.totals.answer import name as name_of
from layers.versions import ALL_DATASETS, Stamp, as_of, fingerprint
from layers.words import Words

AREA_FORMATS = ("pdf", "docx", "xlsx", "svg", "png")  # of an area
ATLAS_FORMATS = ("pdf",)  # of many reports in one volume
# As addresses ask for a volume: `atlas/all`, `atlas/reporting_unit/all`, `atlas/110101,110102`.
ATLAS, EVERY = "atlas", "all"
MOST_CHAPTERS = 60  # of a volume
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
    atlas: str = ""  # in place of a region, those that a volume has a chapter of: codes joined by commas, or `EVERY`

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
        what = self.atlas or self.code
        told = f"{vocab.UNIT}/{what}" if self.unit else what
        return f"{ATLAS}/{told}" if self.atlas else told

    @property
    def forms(self) -> tuple[str, ...]:
        """Those that there are of it."""
        return ATLAS_FORMATS if self.atlas else AREA_FORMATS if self.area else FORMATS

    @property
    def selected(self) -> str:
        """The sources and purposes as an address says them; nothing for all of them."""
        told, every = self.selection.to_dict(), EVERYTHING.to_dict()
        return urlencode({name: ",".join(slugs) for name, slugs in told.items() if slugs != every[name]}, safe=",")

    def area_name(self, index: RegionIndex) -> str:
        return area_name(parse_area(self.area), index, self.lang)

    @property
    def is_public(self) -> bool:
        """Whether the printed address is the one that was declared, and not just the one by which somebody asked."""
        return bool(settings.PUBLIC_URL_GIVEN) and self.site == settings.PUBLIC_URL

    def of_kind(self, index: RegionIndex) -> Ask:
        """The same with its kind told: a code that no division has is a reporting unit's."""
        if self.area or self.atlas or self.unit or self.code in index.by_code:
            return self
        return replace(self, unit=True)

    def parts_level(self, index: RegionIndex) -> int:
        """The level of its region's parts. `NotFound` for a region that there is not, and for one of the finest level, of which
        there is no report."""
        index.prefixes(self.code, unit=self.unit)
        level = vocab.REPORTING_UNIT if self.unit else index.by_code[self.code].level
        parts = index.child_level(level)
        if parts is None:
            term = vocab.LEVEL.by_id[level]
            levels = [vocab.LEVEL.by_id[each].code for each in (vocab.CITY, *index.below[:-1], vocab.REPORTING_UNIT)]
            said = Words("{level}没有报告", "There is no report of a {code}.", level=term, code=term.code)
            raise NotFound(said, param="region", allowed=levels)
        return parts

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
        raise BadParameter(
            Words("请指明区划", "A region is needed."),
            param="region",
            allowed=["a division code, such as 110108", "area=…"],
        )
    if given.get("region") and given.get("area"):
        raise BadParameter(
            Words("报告针对一个区划或一个选定范围，不能同时指明", "A report is of a region or of an area."),
            param="area",
            allowed=["region=…", "area=…"],
        )
    area = parse_area(given["area"]).text if given.get("area") else ""
    selection = parse_selection(given.get("source"), given.get("purpose"), given.get("resident"))
    if selection != EVERYTHING and not area:
        raise BadParameter(
            Words("区划的报告包括全部水源和用途", "A region's report is of all sources and purposes."),
            param="source",
            allowed=["area=…"],
        )
    if not given.get("period"):
        raise BadParameter(Words("请指明统计期", "A period is needed."), param="period", allowed=FORMS)
    code, atlas, unit = "", "", False
    if not area:
        if given["region"].startswith(f"{ATLAS}/"):
            atlas, unit = parse_atlas(given["region"].removeprefix(f"{ATLAS}/"))
        else:
            code, unit = params.parse_region_of_kind(given["region"])
    level = params.parse_choice(given.get("level"), "level", "", (vocab.UNIT,))
    return Ask(
        code=code,
        area=area,
        atlas=atlas,
        selection=selection,
        period=parse_period(given["period"]),
        lang=params.parse_choice(given.get("lang"), "lang", languages.FIRST, languages.codes()),
        unit=unit or level == vocab.UNIT,
        boundaries="" if (told := parse_boundaries(given.get("boundaries"))) == OWN else told,
        site=site,
    )


def area_name(area: Area, index: RegionIndex, lang: str) -> str:
    """What an area is called."""
    chosen = index.chosen(area.codes, "area") if isinstance(area, Regions) else []
    return name_of(area, chosen).in_(lang)


def selection_of(selected: str) -> Selection:
    """What `Ask.selected` says."""
    told = dict(parse_qsl(selected))
    return parse_selection(told.get("source"), told.get("purpose"), None)


def parse_atlas(text: str) -> tuple[str, bool]:
    """What a volume has chapters of, and whether these are reporting units: ``all``, ``reporting_unit/all`` or codes."""
    unit = text.startswith(f"{vocab.UNIT}/")
    told = text.removeprefix(f"{vocab.UNIT}/")
    if told == EVERY:
        return EVERY, unit
    codes = list(dict.fromkeys(params.parse_region(code.strip()) for code in told.split(",")))
    if len(codes) > MOST_CHAPTERS:
        raise too_many(len(codes))
    return ",".join(codes), unit


def too_many(count: int) -> BadParameter:
    said = Words(
        "合订本为 1 至 {most} 章，而这里有 {count} 章",
        "A volume has 1 to {most} chapters, and these are {count}.",
        most=MOST_CHAPTERS,
        count=count,
    )
    return BadParameter(said, param="region", allowed=[f"{ATLAS}/{EVERY}", f"{ATLAS}/110101,110102"])


def parse_formats(text: str | None, known: tuple[str, ...] = FORMATS) -> tuple[str, ...]:
    """Formats joined by commas, in the order of `FORMATS`; nothing means the PDF."""
    chosen = params.parse_words(text, "formats", known) if text else ["pdf"]
    return tuple(name for name in FORMATS if name in chosen)


def data_stamp() -> Stamp:
    """The version of all data a report shows, with that of the code that answers (see `AsOf.stamp`)."""
    access.keep_class()  # for the worker, who makes it by the rights of who asked
    return as_of(ALL_DATASETS).stamp


def code() -> str:
    """A fingerprint of the code that draws and writes reports, what the map without a network holds, and how reports are laid out."""
    return fingerprint("geoapp/reports", "geoapp/web/static/web/leaflet") + layouts.fingerprint()
