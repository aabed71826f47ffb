"""The tables and sentences of the report of an area, for paper and workbook alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from geoapp.reports import figures
from geoapp.reports.areas.structure import AreaReport
from geoapp.reports.areas.words import word
from geoapp.reports.sentences import provisional
from geoapp.reports.tables import PrintedColumn, PrintedTable, Value, facilities, litres_column
from geoapp.reports.words import layer_name, level_name, term_name
from geoapp.reports.words import word as common
from layers import registry, vocab
from layers.entries import WAY
from layers.selection import EVERYTHING, Selection
from layers.stats.absence import added, share
from layers.words import Kept, Listed, small

BALANCE = ("area_l", "elsewhere_l", "unassigned_l", "outside_l", "recorded_l")


def sentences(report: AreaReport, lang: str) -> list[str]:
    """What the area used, of what most, and of what alone where something was selected."""
    told = report.told
    said = {"period": figures.period(report.period.first, report.period.last, lang), "name": report.name}
    if told["volume_l"] is None:
        found = [word("nothing", lang, **said)]
    else:
        most = max(told["by_source"], key=lambda row: row["volume_l"] or 0)
        found = [
            word(
                "summary", lang, **said, volume=figures.volume(told["volume_l"], lang),
                share=figures.percent(told["share_of_city"]), area=figures.area(told["area"]["area_km2"]),
                density=figures.density(told["m3_per_km2"], lang),
            ),
            word(
                "most", lang, term=small(term_name(vocab.SOURCE, most["source"], lang), lang),
                volume=figures.volume(most["volume_l"] or 0, lang),
                share=figures.percent(share(most["volume_l"], told["volume_l"])),
            ),
        ]  # fmt: skip
    if told["provisional"]:
        found.append(provisional(told["provisional"], told["provisional_notes"], lang))
    return [*found, *selected(report.selection, lang)]


def selected(selection: Selection, lang: str) -> list[str]:
    """Of which sources and purposes alone it is, in a sentence; nothing where it is of all."""
    if selection == EVERYTHING:
        return []
    chosen = selection.to_dict()
    terms = [
        vocabulary.by_code[code]
        for name, vocabulary in (("source", vocab.SOURCE), ("purpose", vocab.PURPOSE))
        for code in chosen[name]
        if len(chosen[name]) < len(vocabulary.codes)
    ]
    return [word("selected", lang, terms=Listed(*terms))]


def facts(report: AreaReport, lang: str) -> list[tuple[str, str]]:
    """Label and figure of the first lines."""
    told = report.told
    volume = told["volume_l"]
    found = [
        (word("total", lang), common("no_data", lang) if volume is None else figures.volume(volume, lang)),
        (common("share_of_city", lang), figures.percent(told["share_of_city"])),
        (common("per_km2", lang), figures.density(told["m3_per_km2"], lang)),
        (common("area", lang), figures.area(told["area"]["area_km2"])),
    ]
    for versus in ("year", "previous"):
        change = told[versus]["change"]
        shown = common("no_comparison", lang) if change is None else figures.change(change)
        found.append((common(f"change_{versus}", lang), shown))
    if told["rule"]["cells"] is not None:
        found.append((word("cells", lang), f"{figures.integer(told['rule']['cells'])} × {told['rule']['size']} m"))
    elif not report.is_drawn:
        found.append((word("regions_count", lang), figures.integer(len(told["parts"]))))
    return found


def method(report: AreaReport, lang: str) -> list[str]:
    """How it was counted, and what the figures leave out."""
    told, rule = report.told, report.told["rule"]
    found = [Kept(rule).in_(lang)]
    if rule["share_by_area"]:
        found.append(word("by_area", lang, share=figures.percent(rule["share_by_area"])))
    if rule["cut"] and rule["cut"]["cells"]:
        cut = {name: figures.integer(rule["cut"][f"{name}_l"]) for name in ("counted", "left")}
        found.append(word("cut", lang, cells=figures.integer(rule["cut"]["cells"]), **cut))
    if report.is_drawn and rule["known"]:
        found.append(word("unknown", lang))
    if rule["known"]:
        found.append(word("law", lang))
    if told["period"]["missing"]:
        found.append(word("missing", lang, months=Listed(*told["period"]["missing"])))
    if told["area"]["once"]:
        found.append(word("once", lang, codes=Listed(*told["area"]["once"])))
    if told["redrawn"]:
        found.append(f"{Kept(told['redrawn']).in_(lang)} {figures.volume(told['redrawn']['volume_l'], lang)}")
    return [*found, word("spelled", lang, text=told["area"]["text"])]


def _used(lang: str, litres: Iterable[int | None], label: str = "") -> PrintedColumn:
    """A column of use, in the unit that suits the litres of its table."""
    unit = figures.unit(litres, lang)
    return litres_column(label or common("volume", lang), unit, absent=common("no_data", lang))


def summary(report: AreaReport, lang: str) -> list[PrintedTable]:
    """Use by source and by purpose: each adds up to the area's."""
    total = report.told["volume_l"]
    found = []
    for key, name, vocabulary in (("by_source", "source", vocab.SOURCE), ("by_purpose", "purpose", vocab.PURPOSE)):
        rows: list[tuple[Value, ...]] = [
            (term_name(vocabulary, row[name], lang), row["volume_l"], share(row["volume_l"], total))
            for row in report.told[key]
        ]
        columns = (
            PrintedColumn(common(key, lang), width=3),
            _used(lang, (row["volume_l"] for row in report.told[key])),
            PrintedColumn(common("share", lang), "share"),
        )
        last = (common("sum", lang), total, share(total, total))
        found.append(PrintedTable(key, common(key, lang), columns, tuple(rows), last))
    return found


def parts(report: AreaReport, lang: str) -> PrintedTable:
    """Each region with its figure, or of a shape what lies in each township; with their sum."""
    total = report.told["volume_l"]
    columns = (
        PrintedColumn(common("code", lang), width=2.2),
        PrintedColumn(common("name", lang), width=3.2),
        PrintedColumn(common("parent", lang), width=2.4),
        _used(lang, (row["volume_l"] for row in report.told["parts"])),
        PrintedColumn(common("share", lang), "share", width=1.5),
    )
    rows: list[tuple[Value, ...]] = [
        (*_named(report, row, lang), row["volume_l"], row["share"]) for row in report.told["parts"]
    ]
    last = ("", common("sum", lang), "", total, share(total, total))
    title = parts_title(report, lang)
    return PrintedTable("parts", title, columns, tuple(rows), last)


def parts_title(report: AreaReport, lang: str) -> str:
    return word("townships" if report.is_drawn else "regions", lang)


def under(report: AreaReport, lang: str) -> list[tuple[str, str]]:
    """Code and name of each of its parts that is a region."""
    return [(row["code"], _named(report, row, lang)[1]) for row in report.told["parts"] if row["code"]]


def bars(report: AreaReport, lang: str) -> list[tuple[str, int]]:
    """Name and litres of its parts, the largest first."""
    found = [(_named(report, row, lang)[1], row["volume_l"] or 0) for row in report.told["parts"]]
    return sorted(found, key=lambda one: -one[1])


def _named(report: AreaReport, row: Mapping[str, Any], lang: str) -> tuple[str, str, str]:
    """Code, name, and the name of what the region lies in; of one in nothing its level."""
    above = next((row["code"][:digits] for digits in (9, 6) if digits < len(row["code"])), report.place.root)
    parent = report.place.called(above, row["parent"], lang) if row["parent"] else level_name(row["level"], lang)
    return row["code"], report.place.called(row["code"], row["name"], lang), parent


def months(report: AreaReport, lang: str) -> PrintedTable:
    """Use by month and source."""
    litres = {term_name(vocab.SOURCE, code, lang): volumes for code, volumes in report.source_months.items()}
    every = [volume for volumes in litres.values() for volume in volumes]
    columns = (
        PrintedColumn(common("month", lang), width=1.6),
        *(_used(lang, every, name) for name in (*litres, common("sum", lang))),
    )
    rows: list[tuple[Value, ...]] = []
    marks: dict[tuple[int, int], str] = {}
    for m, month in enumerate(report.months):
        if month in report.provisional_months:
            marks[m, 0] = "*"
        of_month = [volumes[m] for volumes in litres.values()]
        rows.append((month, *of_month, added(of_month)))
    sums = [added(volumes) for volumes in litres.values()]
    last = (common("sum", lang), *sums, added(sums))
    notes = (common("provisional_months", lang),) if marks else ()
    return PrintedTable("months", common("chart_months", lang), columns, tuple(rows), last, notes, marks)


def objects(report: AreaReport, lang: str) -> PrintedTable:
    """How many of each kind stand in it, stage by stage; kinds of which there are none are left out, and what only lies underneath."""
    columns = (
        PrintedColumn(common("stage", lang), width=1),
        PrintedColumn(common("item", lang), width=4),
        PrintedColumn(common("count", lang), "integer", width=1.6),
    )
    rows: list[tuple[Value, ...]] = [
        (common(registry.layer(layer).stage, lang), layer_name(layer, lang), count)
        for layer, count in report.counts.items()
        if count and registry.layer(layer).stage in WAY
    ]
    return PrintedTable("objects", word("objects", lang), columns, tuple(rows))


def balance(report: AreaReport, lang: str) -> PrintedTable:
    """The whole city's litres: the last row is the sum of those before it."""
    told = report.told["balance"]
    recorded = told["recorded_l"]
    used = _used(lang, (told[part] for part in BALANCE))
    columns = (PrintedColumn("", width=4), used, PrintedColumn(common("share", lang), "share", width=1.5))
    *rows, last = [(word(part, lang), told[part], share(told[part], recorded)) for part in BALANCE]
    return PrintedTable("balance", word("balance", lang), columns, tuple(rows), last)


def every(report: AreaReport, lang: str) -> list[PrintedTable]:
    """All of them, for the workbook."""
    found = [*summary(report, lang), months(report, lang), parts(report, lang)]
    return [*found, objects(report, lang), balance(report, lang), *facilities(report, lang)]
