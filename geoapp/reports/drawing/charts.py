"""The charts of a report, in the colours of the map page."""

from __future__ import annotations

import math

from geoapp.reports import figures
from geoapp.reports.drawing.palette import INK, LINE, PURPOSES, SOFT, SOURCES, WATER
from geoapp.reports.drawing.sheet import Figure
from geoapp.reports.drawing.svg import Canvas, text_width
from geoapp.reports.structure import Mapped, Report
from geoapp.reports.words import term_name, word
from layers import vocab
from layers.stats.absence import added, share

WIDTH = 170.0
RANKED = 20
OTHER = "#99aaaa"


def draw_all(report: Report, lang: str) -> list[Figure]:
    found = [months(report, lang), _purposes(report, lang)]
    if any((line.volume_l or 0) > 0 for line in report.children):
        found.insert(1, _regions(report, lang))
    return found


def nice_steps(most: float, steps: int = 5) -> list[float]:
    """Round marks of an axis, from 0 to at least the largest value."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / steps
    power = 10 ** math.floor(math.log10(rough))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= rough * (1 - 1e-9))
    return [step * i for i in range(math.ceil(most / step - 1e-9) + 1)]


def months(report: Mapped, lang: str) -> Figure:
    """Months, stacked by source; the months of the period stand out by a band."""
    title = word("chart_months", lang)
    canvas = Canvas(WIDTH, 74, f"{report.name} {title}")
    sources = [(code, volumes) for code, volumes in report.source_months.items() if any((v or 0) > 0 for v in volumes)]
    totals = [sum(volumes[m] or 0 for _, volumes in sources) for m in range(len(report.months))]
    large = max(totals, default=0) >= figures.LITRES_PER_UNIT / 10
    divide = figures.LITRES_PER_UNIT if large else figures.LITRES_PER_M3
    marks = nice_steps(max(totals, default=0) / divide)
    left, right, top, bottom = 16.0, 168.0, 13.0, 66.0
    canvas.text(left, 10, figures.unit_name(lang, large=large), 6.5, anchor="end", fill=SOFT)
    for mark in marks:
        y = bottom - (bottom - top) * mark / marks[-1]
        canvas.line(left, y, right, y, LINE, 0.15)
        canvas.text(left - 1.5, y + 0.9, f"{mark:,.10g}", 6.5, anchor="end", fill=SOFT)
    band = (right - left) / max(1, len(report.months))
    inside = [report.period.first <= month <= report.period.last for month in report.months]
    tops = [bottom] * len(report.months)
    for code, volumes in sources:
        for m, volume in enumerate(volumes):
            height = max(0.0, (bottom - top) * (volume or 0) / divide / marks[-1])
            if height:
                tops[m] -= height
                canvas.rect(left + band * (m + 0.16), tops[m], band * 0.68, height, SOURCES.get(code, OTHER))
    for m, month in enumerate(report.months):
        x = left + band * (m + 0.5)
        if added(volumes[m] for volumes in report.source_months.values()) is None:  # not a bar of nothing
            canvas.text(x, bottom - 1.5, word("no_data", lang), 5.2, anchor="middle", fill=SOFT)
        chosen = inside[m] and not all(inside)
        canvas.text(
            x,
            bottom + 4,
            figures.month_short(month, lang),
            6.5,
            anchor="middle",
            bold=chosen,
            fill=INK if inside[m] else SOFT,
        )
        if chosen:
            canvas.rect(left + band * (m + 0.16), bottom + 5, band * 0.68, 0.7, WATER)
    _row_of_keys(canvas, [(SOURCES.get(code, OTHER), term_name(vocab.SOURCE, code, lang)) for code, _ in sources])
    return Figure("months", title, f"{title}，{report.name}", canvas.to_svg())


def _row_of_keys(canvas: Canvas, keys: list[tuple[str, str]]) -> None:
    x, y = 18.0, 2.0
    for color, text in keys:
        width = 5 + text_width(text, 6.5) + 3
        if x + width > WIDTH:
            x, y = 18.0, y + 4.2
        canvas.rect(x, y, 3, 3, color)
        canvas.text(x + 4.2, y + 2.4, text, 6.5)
        x += width


def _regions(report: Report, lang: str) -> Figure:
    """The largest regions of the level below, as bars."""
    lines = [(line.name, line.volume_l or 0) for line in report.children if (line.volume_l or 0) > 0][:RANKED]
    title = word("chart_regions", lang, count=len(lines))
    row = 4.9
    canvas = Canvas(WIDTH, row * len(lines) + 3, f"{report.name} {title}")
    names = max(text_width(name, 6.8) for name, _ in lines)
    left = 8 + names + 2
    longest = WIDTH - left - 34
    for n, (name, litres) in enumerate(lines):
        y = 1 + n * row
        canvas.text(5.5, y + 3, str(n + 1), 6.5, anchor="end", fill=SOFT)
        canvas.text(8, y + 3, name, 6.8)
        length = longest * litres / lines[0][1]
        canvas.rect(left, y + 0.5, max(length, 0.2), row - 1.6, "#3f93b5")
        told = f"{figures.volume(litres, lang)}  {figures.percent(share(litres, report.total_l))}"
        canvas.text(left + length + 1.5, y + 3, told, 6.5, fill=SOFT)
    return Figure("ranking", title, f"{title}，{report.name}", canvas.to_svg())


def _purposes(report: Report, lang: str) -> Figure:
    """One bar parted by purpose, with what each is."""
    title = word("chart_purposes", lang)
    parts = [
        (PURPOSES[p.code], term_name(vocab.PURPOSE, p.code, lang), p.volume_l or 0)
        for p in report.purposes
        if (p.volume_l or 0) > 0
    ]
    parts.sort(key=lambda part: -part[2])
    parts += [(OTHER, word(why, lang), litres) for why, litres in report.beside.items() if litres > 0]
    rows = math.ceil(len(parts) / 2)
    canvas = Canvas(WIDTH, 13 + rows * 5, f"{report.name} {title}")
    total, x = sum(volume for _, _, volume in parts), 0.0
    for color, _, volume in parts:
        width = WIDTH * volume / total
        canvas.rect(x, 1, width, 7, color, "#ffffff")
        x += width
    for n, (color, name, volume) in enumerate(parts):
        at, y = (n % 2) * 88.0, 11 + (n // 2) * 5.0
        canvas.rect(at, y, 3, 3, color)
        canvas.text(at + 4.5, y + 2.5, name, 6.8)
        canvas.text(at + 60, y + 2.5, figures.volume(volume, lang), 6.8, anchor="end")
        canvas.text(at + 78, y + 2.5, figures.percent(share(volume, report.total_l)), 6.8, anchor="end", fill=SOFT)
    return Figure("purposes", title, f"{title}，{report.name}", canvas.to_svg())
