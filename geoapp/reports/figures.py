"""Numbers and periods as people read them, by the rules of the map page (`geoapp/web/src/format.ts`). Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from layers.words import Words

LITRES_PER_M3 = 1000
LITRES_PER_UNIT = 10_000 * LITRES_PER_M3  # one 万 m³
_CLOCK = ZoneInfo("Asia/Shanghai")
LARGE = Words("万 m³", "10⁴ m³")
_MONTHS = (
    Words("1月", "Jan"), Words("2月", "Feb"), Words("3月", "Mar"), Words("4月", "Apr"), Words("5月", "May"), Words("6月", "Jun"),
    Words("7月", "Jul"), Words("8月", "Aug"), Words("9月", "Sep"), Words("10月", "Oct"), Words("11月", "Nov"), Words("12月", "Dec"),
)  # fmt: skip
DASH = "—"


def unit_name(lang: str, *, large: bool = True) -> str:
    return LARGE.in_(lang) if large else "m³"


def _digits(value: float) -> int:
    return 1 if value >= 100 else 2 if value >= 1 else 3


def volume(litres: int, lang: str) -> str:
    """With its unit: below 0.1 × 10⁴ m³ in m³."""
    large = litres / LITRES_PER_UNIT
    if litres and abs(large) < 0.1:
        m3 = litres / LITRES_PER_M3
        return f"{_minus(f'{m3:,.{1 if abs(m3) < 10 else 0}f}')} m³"
    return f"{_minus(f'{large:,.{_digits(abs(large))}f}')} {unit_name(lang)}"


def in_units(litres: int) -> str:
    """10⁴ m³ without the unit, for columns that say it once: two decimals."""
    return _minus(f"{litres / LITRES_PER_UNIT:,.2f}")


def density(m3_per_km2: float | None, lang: str) -> str:
    if m3_per_km2 is None:
        return DASH
    if abs(m3_per_km2) >= 10_000:
        value = m3_per_km2 / 10_000
        return f"{value:,.{1 if value >= 100 else 2}f} {unit_name(lang)}/km²"
    return f"{m3_per_km2:,.{0 if m3_per_km2 >= 100 else 1}f} m³/km²"


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


def break_text(value: float) -> str:
    """A bound of a legend: three significant digits at most."""
    text = f"{float(f'{value:.3g}'):,.6f}".rstrip("0").rstrip(".")
    return _minus(text)


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
