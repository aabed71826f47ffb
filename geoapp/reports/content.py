"""Builds the one structure of a report's figures, all of them from the functions behind the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from geoapp.reports import crossed, objects
from geoapp.reports.ask import Ask
from geoapp.reports.classed import MEASURES, own_classes
from geoapp.reports.ground import outlined_by
from geoapp.reports.quality import findings
from geoapp.reports.structure import (
    ComparedVolume,
    HeldWater,
    MapClasses,
    PerHead,
    Rank,
    RegionLine,
    Report,
    ReportPeriod,
    TermShare,
)
from layers import place, vocab
from layers.errors import NotFound
from layers.feeds.meta import figures_are_synthetic
from layers.kept.memory import Memory
from layers.periods import Month, Period, parse_period
from layers.printed import Note, notes
from layers.selection import EVERYTHING, Selection
from layers.stats import query
from layers.stats.absence import added, share
from layers.stats.answer import VERSUS, Question, answer, coverage, divisors, legend
from layers.stats.divisions import Divisions
from layers.stats.measures import DIVIDED
from layers.stats.percentile import Standing
from layers.stats.profile import by_source_month, profile
from layers.stats.regions import RegionIndex, RegionInfo, region_index
from layers.stats.series import series
from layers.versions import ALL_DATASETS, Stamp, as_of
from layers.words import Words

CLASSES = 6  # as many as the map page asks for, so that paper and screen have one legend
RESIDENTS = Selection(purposes=frozenset({vocab.RESIDENTIAL}))
_kept_classes: Memory[tuple[MapClasses, ...]] = Memory(64)


def build(ask: Ask) -> Report:
    """The report's figures. `NotFound` for an unknown region, a period without data, a region without use or children."""
    within = ask.within()
    index = region_index(within)
    ask = ask.of_kind(index)
    version = as_of(ALL_DATASETS)
    by_versus = {
        versus: profile(ask.code, ask.period, EVERYTHING, versus, unit=ask.unit, boundaries=ask.boundaries)
        for versus in VERSUS
    }
    own = by_versus["year"]
    region = index.info(ask.code, vocab.LEVEL.id_of(own["level"]))
    child = ask.parts_level(index)
    if own["recorded_l"] is None:
        raise NotFound(
            Words(
                "{name} {period} 没有用水数据，没有可报告的内容", "{name} has no usage in {period}: nothing to report.",
                name=own["name"], period=own["period"]["text"],
            ), param="period",
        )  # fmt: skip
    grand = index.child_level(child)
    prefixes = index.prefixes(ask.code, unit=region.level == vocab.REPORTING_UNIT)
    total_l = own["recorded_l"]
    residents_l = _volume(region, ask, RESIDENTS, within)
    here = place.read()
    named = NamedLines(index, here, ask.lang)
    children = _children(named, by_versus)
    grandchildren = _grandchildren(named, ask, grand, region) if grand else ()
    lines_of = {child: children, grand: grandchildren} if grand else {child: children}
    classes = _classes(ask, [level for level in (child, grand) if level], version.stamp)
    months = _months(coverage(ask.period, query.available_months()).period)
    changed = timezone.localtime(version.changed_at) if version.changed_at else None
    return Report(
        code=ask.code,
        name=here.called(ask.code, own["name"], ask.lang, unit=region.level == vocab.REPORTING_UNIT),
        level=own["level"],
        path=_path(own["path"], here, ask.lang),
        period=_period(own["period"]),
        site=ask.site,
        map_address=ask.map_address(),
        is_public=ask.is_public,
        version=version.version,
        changed_at=changed,
        synthetic=figures_are_synthetic(),
        within=within,
        place=here,
        names_in=ask.lang,
        boundaries=_boundaries(index, region, [*lines_of], prefixes, within),
        bounds=own["bounds"],
        total_l=total_l,
        unassigned_l=own["unassigned_l"],
        outside_l=own["outside_l"],
        area_km2=own["area_km2"],
        m3_per_km2=own["m3_per_km2"],
        share_of_city=own["share_of_city"],
        changes=_changes(by_versus, ask.period),
        residents_l=residents_l,
        others_l=_volume(region, ask, Selection(purposes=vocab.NON_RESIDENTIAL_IDS), within),
        sources=_sources(region, ask, total_l, within),
        purposes=tuple(
            TermShare(row["purpose"], row["volume_l"], share(row["volume_l"], total_l)) for row in own["by_purpose"]
        ),
        ranks=_ranks(index, region, ask, here),
        months=tuple(str(month) for month in months.months),
        source_months={
            row["source"]: tuple(row["volume_l"]) for row in by_source_month(region, months.months, EVERYTHING, within)
        },
        child_level=own["child_level"],
        children=children,
        grand_level=vocab.LEVEL.by_id[grand].code if grand else "",
        grandchildren=grandchildren,
        held={
            vocab.LEVEL.by_id[level].code: _held(level, lines, own, residents_l, ask.period, prefixes, within)
            for level, lines in lines_of.items()
        },
        # Of the city all there is: what lies outside it, or in none of its parts, begins with no code.
        crossed=crossed.read([*lines_of], ask.period, [] if region.level == vocab.CITY else prefixes, within),
        classes=classes,
        own_classes=own_classes(classes, {vocab.LEVEL.by_id[level].code: lines for level, lines in lines_of.items()}),
        counts={row["layer"]: row["count"] for row in own["facilities"]},
        stages=objects.stages(prefixes, {row["layer"]: row["count"] for row in own["facilities"]}),
        facilities=objects.facility_lists(
            index, objects.in_regions(prefixes), lambda code, name: here.called(code, name, ask.lang)
        ),
        beside_months=_beside_months(region, months),
        findings=findings(region, prefixes, ask.period),
        per_head=_per_head(region, ask, own, within),
        standing=Standing(*own["standing"].values()) if own["standing"] else None,
        former=len(own["former"]["months"]) if own["former"] else None,
        provisional=tuple(own["provisional"]),
        provisional_notes=tuple(own["provisional_notes"]),
        provisional_months=tuple(own["provisional_months"]),
        notes=_notes(region, ask),
    )


def _period(told: dict[str, Any]) -> ReportPeriod:
    return ReportPeriod(told["text"], told["from"], told["to"], told["months"], tuple(told["missing"]))


def _per_head(region: RegionInfo, ask: Ask, own: dict[str, Any], within: Divisions) -> tuple[PerHead, ...]:
    """For a person and a household, where they were counted."""
    by = divisors(within, coverage(ask.period, query.available_months()), ask.period)(region)
    at_home = _volume(region, ask, RESIDENTS, within)
    return tuple(
        PerHead(measure.name, own[measure.field], measure.value(at_home, by), getattr(by.people, measure.of_people))
        for measure in DIVIDED
        if measure.of_people and own[measure.field] is not None
    )


def _boundaries(
    index: RegionIndex, region: RegionInfo, levels: list[int], prefixes: list[str], within: Divisions
) -> dict[str, tuple[tuple[str, str], ...]]:
    """Whose outlines the maps draw: those of the region's parts, and of what lies around it."""
    asked = dict.fromkeys(levels, prefixes)
    if region.level != vocab.CITY and index.root:
        asked = {index.below[0]: [index.root.code], **asked}
    return outlined_by(asked, within)


def _months(told: Period) -> Period:
    """The months that charts and tables are of: those of a period that has data at both ends, all of its year where it is of one."""
    year = told.first.year
    return Period(Month(year, 1), Month(year, 12)) if year == told.last.year else told


def _held(
    level: int, lines: Sequence[RegionLine], own: dict[str, Any], residents_l: int | None, period: Period,
    prefixes: list[str], within: Divisions,
) -> HeldWater:  # fmt: skip
    """What of the region's own figures its lines of a level show."""
    beside = {why: own[f"{why}_l"] or 0 for why in ("unassigned", "outside")}
    rest = own["recorded_l"] - sum(beside.values()) - (added(line.volume_l for line in lines) or 0)
    residents = added(t.volume_l for t in query.totals(level, period, RESIDENTS, prefixes, within) if not t.gap)
    hidden = _hidden({"coarser": rest, **beside})
    return HeldWater(vocab.LEVEL.by_id[level].code, own["recorded_l"], hidden, residents_l, residents)


def _hidden(litres: dict[str, int]) -> dict[str, int]:
    return {why: volume for why, volume in litres.items() if volume}


def _changes(by_versus: dict[str, dict[str, Any]], period: Period) -> tuple[ComparedVolume, ...]:
    """On the year and on the period before: of a year these are one comparison, which is told once."""
    year, previous = (_change(by_versus[versus], versus) for versus in ("year", "previous"))
    same = year.period == previous.period and (year.period or period.length == 12)
    return (year,) if same else (year, previous)


def _notes(region: RegionInfo, ask: Ask) -> tuple[Note, ...]:
    """Of the demo's figures; a bureau is none of the print's."""
    if region.level == vocab.REPORTING_UNIT or not figures_are_synthetic():
        return ()
    return tuple(notes(region.code, ask.period))


def _beside_months(region: RegionInfo, months: Period) -> dict[str, tuple[int | None, ...]]:
    """Litres of each month that lie in no region, by why; of the city alone, and of what there is."""
    if region.level != vocab.CITY:
        return {}
    told = series(vocab.CITY, EVERYTHING, "", months)
    column = {month: at for at, month in enumerate(told["months"])}
    found = {
        why: tuple(litres[column[str(month)]] if str(month) in column else None for month in months.months)
        for why, litres in told["gaps"].items()
    }
    return {why: litres for why, litres in found.items() if added(litres) is not None}


def _change(own: dict[str, Any], versus: str) -> ComparedVolume:
    return ComparedVolume(versus, own["versus"]["period"] or "", own["previous_l"], own["change"])


def _volume(region: RegionInfo, ask: Ask, selection: Selection, within: Divisions) -> int | None:
    """Litres of the region's own row, as `answer` finds it."""
    prefixes = [] if region.level == vocab.REPORTING_UNIT else [region.code]
    found = query.totals(region.level, ask.period, selection, prefixes, within)
    return added(t.volume_l for t in found if t.code == region.code)


def _sources(region: RegionInfo, ask: Ask, total_l: int, within: Divisions) -> tuple[TermShare, ...]:
    volumes = {
        term.code: _volume(region, ask, Selection(sources=frozenset({term.id})), within) for term in vocab.SOURCE
    }
    return tuple(TermShare(code, volume, share(volume, total_l)) for code, volume in volumes.items())


def _path(steps: Sequence[dict[str, Any]], here: place.Place, lang: str) -> tuple[str, ...]:
    return tuple(here.called(step["code"], step["name"], lang, unit=step.get("level") == vocab.UNIT) for step in steps)


def _ranks(index: RegionIndex, region: RegionInfo, ask: Ask, here: place.Place) -> tuple[Rank, ...]:
    """Places in the city and, of a township, in its district; none of the city itself."""
    if region.level == vocab.CITY:
        return ()
    within_district = region.level == vocab.TOWNSHIP and vocab.DISTRICT in index.below
    scopes = [""] + ([region.parent_code] if within_district else [])
    ranks = []
    for scope in scopes:
        found = answer(Question(region.level, ask.period, parent=scope, boundaries=ask.boundaries))
        held = _held_of(found)
        around = index.by_code[scope] if scope else index.root
        name = here.called(around.code, around.name, ask.lang) if around else ""
        for measure, field in (("volume", "volume_l"), ("per_km2", "m3_per_km2")):
            values = {row["code"]: row[field] for row in found["rows"] if row[field] is not None}
            if region.code in values:
                place = 1 + sum(value > values[region.code] for value in values.values())
                ranks.append(Rank(measure, name, held.level, place, len(values), held))
    return tuple(ranks)


def _held_of(found: dict[str, Any]) -> HeldWater:
    """What the rows of an answer of the statistics show, and what it says lies in none of them."""
    hidden: dict[str, int] = {}
    for gap in found["gaps"]:
        hidden[gap["gap"]] = hidden.get(gap["gap"], 0) + gap["volume_l"]
    return HeldWater(found["level"], found["total_l"] or 0, _hidden(hidden))


@dataclass(frozen=True, slots=True)
class NamedLines:
    """Lines of regions with their names, and those of what they lie in, in a language."""

    index: RegionIndex
    here: place.Place
    lang: str

    def line(self, row: dict[str, Any], year: float | None, previous: float | None) -> RegionLine:
        above = self.index.by_code.get(self.index.by_code[row["code"]].parent_code)
        return RegionLine(
            row["code"], self.here.called(row["code"], row["name"], self.lang),
            self.here.called(above.code, above.name, self.lang) if above else "",
            row["volume_l"], row["share"], row["area_km2"], row["m3_per_km2"], year, previous,
        )  # fmt: skip


def _children(named: NamedLines, by_versus: dict[str, dict[str, Any]]) -> tuple[RegionLine, ...]:
    previous = {row["code"]: row["change"] for row in by_versus["previous"]["children"]}
    return tuple(named.line(row, row["change"], previous[row["code"]]) for row in by_versus["year"]["children"])


def _grandchildren(named: NamedLines, ask: Ask, level: int, region: RegionInfo) -> tuple[RegionLine, ...]:
    unit = region.level == vocab.REPORTING_UNIT
    found = {
        versus: answer(
            Question(level, ask.period, parent=ask.code, unit=unit, versus=versus, boundaries=ask.boundaries)
        )["rows"]
        for versus in VERSUS
    }
    previous = {row["code"]: row["change"] for row in found["previous"]}
    lines = [named.line(row, row["change"], previous[row["code"]]) for row in found["year"]]
    return tuple(sorted(lines, key=lambda line: (line.volume_l is None, -(line.volume_l or 0), line.code)))


def _classes(ask: Ask, levels: list[int], stamp: Stamp) -> dict[str, MapClasses]:
    """The classes that the map page shows for this period, of the whole city: a colour means one amount everywhere.

    So those of one report are those of every other of its period, and are kept: of single months the page has one legend
    for all of them.
    """
    period = "" if ask.period.length == 1 else str(ask.period)
    found: dict[str, MapClasses] = {}
    for level in levels:
        key = (level, period, ask.boundaries)
        told = _kept_classes.get_or_make(stamp, key, lambda level=level: _classes_of(ask, level))  # type: ignore[misc]
        found |= {f"{vocab.LEVEL.by_id[level].code}/{each.measure}": each for each in told}
    return found


def classes_of_months(report: Report) -> MapClasses:
    """The classes of single months at the level of a report's parts, one for all of them: those of the web map, but at a level of
    thousands over the months of the report alone, as the map asks for these by the year."""
    level = vocab.LEVEL.id_of(report.child_level)
    period = None
    if level == vocab.VILLAGE:
        months = [report.months[at] for at in report.own_months]
        period = parse_period(f"{months[0]}..{months[-1]}")
    edition = f"v{report.within.edition.first}"
    stamp = as_of(ALL_DATASETS).of_data
    (told,) = _kept_classes.get_or_make(
        stamp, (level, "months", str(period), edition), lambda: (_month_classes(level, edition, period, "volume"),)
    )
    return told


def _month_classes(level: int, edition: str, period: Period | None, measure: str) -> MapClasses:
    told = series(level, EVERYTHING, "", period, k=CLASSES, boundaries=edition, part="classes")["classes"]
    month = told[measure]["month"]
    return MapClasses(measure, tuple(month["breaks"]), month["method"])


def _classes_of(ask: Ask, level: int) -> tuple[MapClasses, ...]:
    if ask.period.length == 1:
        of_all = series(level, EVERYTHING, "", None, k=CLASSES, boundaries=ask.boundaries)["classes"]
        told = {measure: of_all[measure]["month"] for measure in MEASURES}
    else:
        question = Question(level, ask.period, k=CLASSES, boundaries=ask.boundaries)
        rows = answer(question)["rows"]  # the same for every measure
        told = {measure: legend(rows, replace(question, measure=measure)) for measure in MEASURES}
    return tuple(MapClasses(measure, tuple(each["breaks"]), each["method"]) for measure, each in told.items())
