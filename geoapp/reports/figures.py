"""Numbers and periods as people read them, by the rules of the map page (`geoapp/web/src/format.ts`). Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

LITRES_PER_M3 = 1000
LITRES_PER_UNIT = 10_000 * LITRES_PER_M3  # one 万 m³
_CLOCK = ZoneInfo("Asia/Shanghai")
_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DASH = "—"


def unit_name(lang: str, *, large: bool = True) -> str:
    return ("万 m³" if lang == "zh" else "10⁴ m³") if large else "m³"


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
    number = int(month[5:7])
    return f"{number}月" if lang == "zh" else _EN_MONTHS[number - 1]


def month_long(month: str, lang: str) -> str:
    return f"{month[:4]}年{int(month[5:7])}月" if lang == "zh" else f"{month_short(month, lang)} {month[:4]}"


def period(first: str, last: str, lang: str) -> str:
    """A period between two months (``2019-01``) in words."""
    if first == last:
        return month_long(first, lang)
    if first[5:] == "01" and last[5:] == "12":
        years = first[:4] if first[:4] == last[:4] else f"{first[:4]}–{last[:4]}"
        return f"{years}年" if lang == "zh" else years
    return f"{month_long(first, lang)}{'至' if lang == 'zh' else ' – '}{month_long(last, lang)}"


def moment(at: datetime | None, lang: str) -> str:
    """A time as the authority's own clock shows it."""
    if at is None:
        return DASH
    local = at.astimezone(_CLOCK)
    if lang == "zh":
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return f"{local.day} {_EN_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


def _minus(text: str) -> str:
    return text.replace("-", "−")
