"""The charts of a report, in the colours of the map page."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from geoapp.reports import figures
from geoapp.reports.drawing import patterns
from geoapp.reports.drawing.palette import INK, LINE, PAPER, PURPOSES, SOFT, SOURCES, WATER
from geoapp.reports.drawing.sheet import Figure, wrapped
from geoapp.reports.drawing.svg import Canvas, text_width
from geoapp.reports.held import hidden
from geoapp.reports.layouts.layout import CHARTS
from geoapp.reports.structure import Mapped, Printed, Report
from geoapp.reports.words import term_name, word
from layers import vocab
from layers.stats.absence import added, share

WIDTH = 170.0
RANKED = 20
OTHER = "#99aaaa"
NOWHERE = (OTHER, "#66777a")  # of what lies in no region, by why
FAINT = "0.35"  # of months beside those of the period
LEAST_BAND = 7.0  # mm that a month's name takes
SMALL, NOTE_ROW = 7.0, 3.4
LEAST_BORDERED = 0.6  # mm: a lower part would be all border


@dataclass(frozen=True, slots=True)
class Key:
    """How a part of a chart looks, and what it is."""

    color: str
    text: str
    pattern: int = patterns.PLAIN


def draw_all(report: Report, lang: str, wanted: Sequence[str] = CHARTS) -> list[Figure]:
    """Every chart that is wanted and that there are figures for, in this order."""
    draw: dict[str, Callable[[], Figure | None]] = {
        "months": lambda: months(report, lang),
        "regions": lambda: _regions(report, lang),
        "purposes": lambda: purposes(report, lang),
    }  # fmt: skip
    return [figure for figure in (draw[key]() for key in wanted) if figure is not None]


def nice_steps(most: float, steps: int = 5) -> list[float]:
    """Round marks of an axis, from 0 to at least the largest value."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / steps
    power = 10 ** math.floor(math.log10(rough))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= rough * (1 - 1e-9))
    return [step * i for i in range(math.ceil(most / step - 1e-9) + 1)]


def months(report: Mapped, lang: str) -> Figure:
    """Every month of the period, stacked by source, and what lies in no region; the others of a year faint beside them."""
    title = word("chart_months", lang)
    canvas = Canvas(WIDTH, 74, f"{report.name} {title}")
    series = {
        code: Key(SOURCES.get(code, OTHER), term_name(vocab.SOURCE, code, lang), _kind(SOURCES, code))
        for code in report.source_months
    }
    series |= {why: Key(color, word(why, lang)) for why, color in zip(report.beside_months, NOWHERE, strict=False)}
    litres = {**report.source_months, **report.beside_months}
    parts = [(code, volumes) for code, volumes in litres.items() if any((v or 0) > 0 for v in volumes)]
    totals = [sum(volumes[m] or 0 for _, volumes in parts) for m in range(len(report.months))]
    unit = figures.axis_unit(max(totals, default=0), lang)
    marks = nice_steps(unit.of(max(totals, default=0)))
    left, right, top, bottom = 16.0, 168.0, 13.0, 66.0
    canvas.text(left, 10, unit.name, SMALL, anchor="end", fill=SOFT)
    for mark in marks:
        y = bottom - (bottom - top) * mark / marks[-1]
        canvas.line(left, y, right, y, LINE, 0.15)
        canvas.text(left - 1.5, y + 0.9, f"{mark:,.10g}", SMALL, anchor="end", fill=SOFT)
    band = (right - left) / max(1, len(report.months))
    own = set(report.own_months)
    tops = [bottom] * len(report.months)
    for code, volumes in parts:
        boxes = []
        for m, volume in enumerate(volumes):
            height = max(0.0, (bottom - top) * unit.of(volume or 0) / marks[-1])
            if height:
                tops[m] -= height
                faint = {} if m in own else {"fill_opacity": FAINT}
                box = (left + band * (m + 0.16), tops[m], band * 0.68, height)
                border = PAPER if height > LEAST_BORDERED else "none"
                canvas.rect(box[0], box[1], box[2], box[3], series[code].color, border, **faint)
                boxes.append(box)
        _patterned(canvas, series[code].pattern, boxes)
    empty = [added(volumes[m] for volumes in litres.values()) is None for m in range(len(report.months))]
    _month_names(canvas, report, lang, empty, left, band, bottom)
    if report.provisional_months:
        canvas.text(right, 10, word("provisional_months", lang), SMALL, anchor="end", fill=SOFT)
    if report.months[0][:4] != report.months[-1][:4]:
        _years(canvas, report.months, left, band, bottom)
    _row_of_keys(canvas, [series[code] for code, _ in parts])
    return Figure("months", title, f"{title}，{report.name}", canvas.to_svg())


def _month_names(
    canvas: Canvas, report: Mapped, lang: str, empty: Sequence[bool], left: float, band: float, bottom: float
) -> None:
    """Below each column its month, where there is room: the report's own in full ink, those that may still change with a star."""
    own = set(report.own_months)
    for m, month in enumerate(report.months):
        x = left + band * (m + 0.5)
        if band >= LEAST_BAND and empty[m]:  # not a bar of nothing
            canvas.text(x, bottom - 1.5, word("no_data", lang), SMALL, anchor="middle", fill=SOFT)
        chosen = m in own and len(own) < len(report.months)
        if band >= LEAST_BAND:
            told = figures.month_short(month, lang) + ("*" if month in report.provisional_months else "")
            fill = INK if m in own else SOFT
            canvas.text(x, bottom + 4, told, SMALL, anchor="middle", bold=chosen, fill=fill)
        if chosen:
            canvas.rect(left + band * (m + 0.16), bottom + 5, band * 0.68, 0.7, WATER)


def _years(canvas: Canvas, months: Sequence[str], left: float, band: float, bottom: float) -> None:
    """Of months of several years where each begins, and its name where it has room."""
    free = 0.0
    for m, month in enumerate(months):
        if m and month[5:] != "01":
            continue
        x = left + band * m
        canvas.line(x, bottom, x, bottom + 7.5, LINE, 0.15)
        if x >= free:
            canvas.text(x + 0.6, bottom + 7.5, month[:4], SMALL, fill=SOFT)
            free = x + text_width(month[:4], SMALL) + 2


def _row_of_keys(canvas: Canvas, keys: list[Key]) -> None:
    x, y = 18.0, 2.0
    for key in keys:
        width = 6.4 + text_width(key.text, SMALL) + 3
        if x + width > WIDTH:
            x, y = 18.0, y + 4.2
        _key(canvas, key, x, y)
        canvas.text(x + 5.6, y + 2.4, key.text, SMALL)
        x += width


def _key(canvas: Canvas, key: Key, x: float, y: float) -> None:
    box = (x, y, 4.4, 3.0)
    canvas.rect(*box, key.color)
    _patterned(canvas, key.pattern, [box])


def _patterned(canvas: Canvas, kind: int, boxes: Sequence[patterns.Box]) -> None:
    """In grey some colours are one: each has a pattern too."""
    path = "".join(patterns.pattern(kind, box) for box in boxes)
    width = patterns.DOT if kind == patterns.DOTTED else patterns.WIDTH
    canvas.path(path, stroke=PAPER, width=width, stroke_linecap="round")


def _kind(colors: Mapping[str, str], code: str) -> int:
    """The pattern of a term, by its place among those that have colours."""
    return list(colors).index(code) % patterns.KINDS if code in colors else patterns.PLAIN


def _regions(report: Report, lang: str) -> Figure | None:
    lines = [(line.name, line.volume_l or 0) for line in report.children]
    return ranking(report, lang, lines, hidden(report.held[report.child_level], lang))


def ranking(report: Printed, lang: str, every: Sequence[tuple[str, int]], beyond: str = "") -> Figure | None:
    """The largest of some regions (name, litres; the largest first), as bars; ``beyond`` is said below. None if none used any."""
    lines = [(name, litres) for name, litres in every if litres > 0][:RANKED]
    if not lines:
        return None
    title = word("chart_regions", lang, count=len(lines))
    row = 4.9
    below = wrapped(beyond, SMALL, WIDTH - 8)
    canvas = Canvas(WIDTH, row * len(lines) + 3 + NOTE_ROW * len(below), f"{report.name} {title}")
    for n, text in enumerate(below):
        canvas.text(8, row * len(lines) + 3.4 + NOTE_ROW * n, text, SMALL, fill=SOFT)
    names = max(text_width(name, SMALL) for name, _ in lines)
    left = 8 + names + 2
    used = figures.volumes([litres for _, litres in lines], lang)
    told = [
        f"{volume}  {figures.percent(share(litres, report.total_l))}"
        for volume, (_, litres) in zip(used, lines, strict=True)
    ]
    longest = WIDTH - left - 3 - max(text_width(text, SMALL) for text in told)
    for n, (name, litres) in enumerate(lines):
        y = 1 + n * row
        canvas.text(5.5, y + 3, str(n + 1), SMALL, anchor="end", fill=SOFT)
        canvas.text(8, y + 3, name, SMALL)
        length = longest * litres / lines[0][1]
        canvas.rect(left, y + 0.5, max(length, 0.2), row - 1.6, "#3f93b5")
        canvas.text(left + length + 1.5, y + 3, told[n], SMALL, fill=SOFT)
    return Figure("ranking", title, f"{title}，{report.name}。{beyond}", canvas.to_svg())


def purposes(report: Printed, lang: str) -> Figure:
    """One bar parted by purpose, with what each is."""
    title = word("chart_purposes", lang)
    parts = [
        (Key(PURPOSES[p.code], term_name(vocab.PURPOSE, p.code, lang), _kind(PURPOSES, p.code)), p.volume_l or 0)
        for p in report.purposes
        if (p.volume_l or 0) > 0
    ]
    parts.sort(key=lambda part: -part[1])
    parts += [(Key(OTHER, word(why, lang)), litres) for why, litres in report.beside.items() if litres > 0]
    rows = math.ceil(len(parts) / 2)
    canvas = Canvas(WIDTH, 13 + rows * 5, f"{report.name} {title}")
    total, x = sum(volume for _, volume in parts), 0.0
    for key, volume in parts:
        box = (x, 1.0, WIDTH * volume / total, 7.0)
        canvas.rect(*box, key.color, PAPER)
        _patterned(canvas, key.pattern, [box])
        if text_width(key.text, SMALL) + 3 < box[2]:
            canvas.text(x + box[2] / 2, 5.6, key.text, SMALL, anchor="middle", halo=True)
        x += box[2]
    told = figures.volumes([volume for _, volume in parts], lang)
    for n, (key, volume) in enumerate(parts):
        at, y = (n % 2) * 88.0, 11 + (n // 2) * 5.0
        _key(canvas, key, at, y)
        canvas.text(at + 5.9, y + 2.5, key.text, SMALL)
        canvas.text(at + 60, y + 2.5, told[n], SMALL, anchor="end")
        canvas.text(at + 78, y + 2.5, figures.percent(share(volume, report.total_l)), SMALL, anchor="end", fill=SOFT)
    return Figure("purposes", title, f"{title}，{report.name}", canvas.to_svg())
