"""Numbers and periods as people read them, by the rules of the map page (`geoapp/web/src/format.ts`). Pure."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from layers.values.volumes import LITRES_PER_M3, large
from layers.words import ENGLISH, Words

LEAST_OF_LARGE = 0.1  # below it a figure that stands alone is told in m³
_CLOCK = ZoneInfo("Asia/Shanghai")
_MONTHS = (
    Words("1月", "Jan"), Words("2月", "Feb"), Words("3月", "Mar"), Words("4月", "Apr"), Words("5月", "May"), Words("6月", "Jun"),
    Words("7月", "Jul"), Words("8月", "Aug"), Words("9月", "Sep"), Words("10月", "Oct"), Words("11月", "Nov"), Words("12月", "Dec"),
)  # fmt: skip
DASH = "—"


@dataclass(frozen=True, slots=True)
class Unit:
    """What the volumes of one table, legend or axis are counted in: its name, its litres, and the decimals told of each."""

    name: str
    litres: int
    digits: int

    @property
    def per_km2(self) -> str:
        return f"{self.name}/km²"

    def of(self, litres: float) -> float:
        return litres / self.litres

    def of_m3(self, m3: float) -> float:
        return m3 / (self.litres / LITRES_PER_M3)

    def text(self, litres: float) -> str:
        """Without the unit, for columns that say it once."""
        return _minus(f"{self.of(litres):,.{self.digits}f}")


M3 = Unit("m³", LITRES_PER_M3, 0)
_THOUSAND = Words("千 m³", "thousand m³")


def unit(litres: Iterable[float | None], lang: str) -> Unit:
    """The one unit for volumes that stand together. In English it suits the one in the middle, so that most figures of a
    district's villages are not noughts, and a city's do not fill the line."""
    if lang != ENGLISH:
        return largest(lang)
    known = [abs(each) for each in litres if each]
    middle = statistics.median_high(known) if known else 10**9
    return next((unit for unit, least in _by_thousands() if middle >= least), M3)


def _by_thousands() -> tuple[tuple[Unit, int], ...]:
    """The large units of English, each with the least that it is chosen for: 0.100 million m³ reads well, 0.1 thousand does not."""
    return (largest(ENGLISH), 10**8), (Unit(_THOUSAND.in_(ENGLISH), 10**6, 1), 10**6)


def unit_per_km2(densities: Iterable[float | None], lang: str) -> Unit:
    """The one unit of m³ per km² that stand together."""
    return unit((None if each is None else each * LITRES_PER_M3 for each in densities), lang)


def axis_unit(most_l: int, lang: str) -> Unit:
    """The unit of an axis that ends near ``most_l``."""
    if lang == ENGLISH:
        return next((unit for unit, _ in _by_thousands() if most_l >= unit.litres), M3)
    usual = largest(lang)
    return usual if most_l >= usual.litres / 10 else M3


def largest(lang: str) -> Unit:
    """The unit of a figure that stands alone and is not small."""
    name, litres = large(lang)
    return Unit(name, litres, 3 if lang == ENGLISH else 2)


def _digits(value: float) -> int:
    return 1 if value >= 100 else 2 if value >= 1 else 3


def volume(litres: int, lang: str) -> str:
    """With its unit: below a tenth of the large one in m³. The offline map says it in `offline/numbers.js`."""
    unit = largest(lang)
    value = unit.of(litres)
    if abs(value) < LEAST_OF_LARGE and (litres or lang == ENGLISH):
        m3 = M3.of(litres)
        return f"{_minus(f'{m3:,.{1 if 0 < abs(m3) < 10 else 0}f}')} {M3.name}"
    return f"{_minus(f'{value:,.{_digits(abs(value))}f}')} {unit.name}"


def volumes(litres: Sequence[int], lang: str) -> list[str]:
    """Volumes that stand one below the other, each with its unit: in English one for all of them."""
    if lang != ENGLISH:
        return [volume(each, lang) for each in litres]
    one = unit(litres, lang)
    return [f"{one.text(each)} {one.name}" for each in litres]


def density(m3_per_km2: float | None, lang: str) -> str:
    if m3_per_km2 is None:
        return DASH
    unit = largest(lang)
    value = unit.of_m3(m3_per_km2)
    if abs(value) >= 1:
        return f"{value:,.{1 if value >= 100 else 2}f} {unit.per_km2}"
    return f"{m3_per_km2:,.{0 if m3_per_km2 >= 100 else 1}f} {M3.per_km2}"


def per_head(value: float) -> str:
    """Litres of a person and day, or m³ of a household and month."""
    return f"{value:,.{0 if value >= 1000 else 1 if value >= 10 else 2}f}"


def percent(fraction: float | None, digits: int = 1) -> str:
    """A share; what is not the whole never reads 100 %, what is something never 0 %."""
    if fraction is None:
        return DASH
    if fraction and abs(fraction) < 0.0005 and digits == 1:
        return ">−0.1%" if fraction < 0 else "<0.1%"
    if 1 - 0.5 * 10 ** (-digits - 2) < fraction < 1:
        return f">{100 - 10**-digits:.{digits}f}%"
    return f"{_minus(f'{fraction * 100:,.{digits}f}')}%"


def change(fraction: float | None) -> str:
    if fraction is None:
        return DASH
    text = f"{abs(fraction) * 100:,.1f}"
    if float(text.replace(",", "")) == 0:
        return "±0.0%"
    return f"{'+' if fraction > 0 else '−'}{text}%"


def area(km2: float) -> str:
    return f"{km2:,.{0 if km2 >= 100 else 1 if km2 >= 10 else 2}f} km²"


def integer(value: int) -> str:
    return f"{value:,}"


def nth(place: int) -> str:
    """A place in a ranking, for English: other languages have the number."""
    teens = place % 100 in (11, 12, 13)
    return f"{place}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th')}"


def break_text(value: float) -> str:
    """A bound of a legend: three significant digits at most."""
    text = f"{float(f'{value:.3g}'):,.6f}".rstrip("0").rstrip(".")
    return _minus(text)


def classes(breaks: Sequence[float], lang: str) -> tuple[Unit, list[str]]:
    """The unit of a legend whose bounds are in m³ (or m³ per km²), and what each class holds in it, the lowest first."""
    one = unit_per_km2(breaks, lang)
    return one, class_texts([one.of_m3(bound) for bound in breaks])


def class_texts(breaks: Sequence[float]) -> list[str]:
    """What each class of a legend holds, the lowest first."""
    told = [break_text(bound) for bound in breaks]
    if not told:
        return ["> 0"]
    between = [f"{low} – {high}" for low, high in itertools.pairwise(told)]
    return [f"< {told[0]}", *between, f"≥ {told[-1]}"]


def month_short(month: str, lang: str) -> str:
    return _MONTHS[int(month[5:7]) - 1].in_(lang)


def month_long(month: str, lang: str) -> str:
    return Words("{year}年{month}", "{month} {year}", year=month[:4], month=month_short(month, lang)).in_(lang)


# Parts of a year that have a name, by their first and last month.
_PARTS = {
    ("01", "12"): Words("{year}年", "{year}"),
    ("01", "06"): Words("{year}年上半年", "H1 {year}"),
    ("07", "12"): Words("{year}年下半年", "H2 {year}"),
    ("01", "03"): Words("{year}年第一季度", "Q1 {year}"),
    ("04", "06"): Words("{year}年第二季度", "Q2 {year}"),
    ("07", "09"): Words("{year}年第三季度", "Q3 {year}"),
    ("10", "12"): Words("{year}年第四季度", "Q4 {year}"),
}


def period(first: str, last: str, lang: str) -> str:
    """A period between two months (``2019-01``) in words: quarters, halves and years by their names."""
    if first == last:
        return month_long(first, lang)
    part = (first[5:], last[5:])
    if first[:4] == last[:4] and part in _PARTS:
        return _PARTS[part].in_(lang, year=first[:4])
    if part == ("01", "12"):
        return Words("{first}—{last}年", "{first}–{last}", first=first[:4], last=last[:4]).in_(lang)
    both = {"first": month_long(first, lang), "last": month_long(last, lang)}
    return Words("{first}至{last}", "{first} – {last}", **both).in_(lang)


def moment(at: datetime | None, lang: str) -> str:
    """A time as the authority's own clock shows it."""
    if at is None:
        return DASH
    local = at.astimezone(_CLOCK)
    return Words(
        "{year}年{month}{day}日 {time}",
        "{day} {month} {year}, {time}",
        year=local.year,
        month=_MONTHS[local.month - 1],
        day=local.day,
        time=f"{local:%H:%M}",
    ).in_(lang)


def _minus(text: str) -> str:
    return text.replace("-", "−")
