"""Explain a number: the meters, villages and facilities that a unit's or a region's litres are made of.

The parts are computed from the records by the statement that assigned them, not kept; they add up to the figure that is
kept and shown, to the litre. Places that may not be seen are summed, with how many they are, and the sum stays the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from psycopg import sql

from layers import access, registry, vocab
from layers.db import Query, rows
from layers.errors import NotFound
from layers.grid import cells
from layers.grid.litres import shares_of
from layers.grid.scope import TERMS
from layers.periods import Month, Period
from layers.reach import WHOLE, Reach
from layers.registry import Layer
from layers.selection import EVERYTHING, Selection
from layers.sql import load
from layers.stats import measures, query
from layers.stats.absence import added
from layers.stats.answer import coverage, divisors
from layers.stats.divisions import CURRENT, PARAM, Divisions, divisions, every, last_month
from layers.stats.provisional import marks
from layers.stats.redrawn import redrawn
from layers.stats.regions import RegionIndex, RegionInfo, region_index
from layers.wall import lifted

# What has no unit can be asked about by these words in place of a unit's code.
GAPS = {
    "unassigned": (vocab.GRID_COARSE, vocab.GRID_NO_PLACE, vocab.GRID_NO_UNITS),
    "outside": (vocab.GRID_OUTSIDE,),
}


@dataclass(frozen=True, slots=True)
class RecordsPage:
    limit: int = 100
    offset: int = 0


def explain_unit(
    code: str,
    period: Period,
    selection: Selection = EVERYTHING,
    page: RecordsPage | None = None,
    size: int = cells.DEFAULT_SIZE,
    boundaries: str = "",
) -> dict[str, Any]:
    """A unit's litres of a period and their parts; ``unassigned`` and ``outside`` are asked by ``size``. A unit of the divisions
    asked for, or else of those of the period.

    Null and no parts where nothing is recorded: in no month of the period, or not of the selection.
    """
    access.require_fine()
    terms = _terms(period, selection, page or RecordsPage())
    within = divisions(boundaries, last_month(period, query.available_months()))
    elsewhere = within.elsewhere(Month.of(day) for day in terms["months"])
    parts = within.cells.parts
    if code in GAPS:
        terms |= {"size": size, "gaps": list(GAPS[code])}
        value = rows(_kept(sql.SQL("size = %(size)s AND gap = ANY(%(gaps)s)"), terms, elsewhere))
        found = _parts(sql.SQL(load("explain_gap")).format(**parts), terms, WHOLE)
        answer = _answer(period, selection, value[0][0], found, page or RecordsPage())
        provisional = marks(within).within(period.months).of()
        return {"unit": code, "size": size, "boundaries": within.to_dict(), "provisional": provisional, **answer}
    unit, code, size, area_m2, region_code, region_name = _unit(code, within)
    terms |= {"unit": unit, "size": size}
    value = rows(_kept(sql.SQL("size = %(size)s AND unit_id = %(unit)s"), terms, elsewhere))
    shares = shares_of("base", within.cells)
    found = _parts(sql.SQL(load("explain_unit")).format(shares=shares, **parts), terms, Reach.of([region_code]))
    return {
        "unit": code,
        "size": size,
        "boundaries": within.to_dict(),
        "area_m2": area_m2,
        "region": {"code": region_code, "name": region_name},
        "provisional": marks(within).within(period.months).of([region_code]),
        **_answer(period, selection, value[0][0], found, page or RecordsPage()),
    }


def _unit(code: str, within: Divisions) -> tuple[Any, ...]:
    """(id, code, size, area_m2, code and name of the township) of a unit of these divisions; `NotFound` says which others have it."""
    text = sql.SQL(
        "SELECT u.id, u.code, u.size, u.area_m2, r.code, r.name, {} FROM layers_gridunit u"
        " JOIN layers_region r ON r.id = u.region_id WHERE u.code = %s ORDER BY u.last_edition DESC"
    )
    code = code.upper()  # codes of units are made here, in capitals
    found = rows(Query(text.format(within.cells.held("u")), [code]))
    for *unit, held in found:
        if held:
            return tuple(unit)
    if not found:
        raise NotFound(
            f"There is no grid unit {code!r}.",
            param="unit",
            allowed=["a code such as 0500E04485N44280-110101001", *GAPS],
        )
    others = [one.to_dict() for one in every() if rows(Query(text.format(one.cells.held("u")), [code]))[0][-1]]
    told = others[-1]
    raise NotFound(
        f"{code} is no grid unit of the divisions asked for: it is one from {told['since'] or 'the beginning'} to"
        f" {told['until'] or 'today'}.",
        param="unit",
        allowed=[f"{PARAM}={told['until'] or CURRENT}"],
    )


def explain_region(
    code: str, period: Period, selection: Selection = EVERYTHING, page: RecordsPage | None = None, *, unit: bool = False,
    boundaries: str = "",
) -> dict[str, Any]:  # fmt: skip
    """A region's, or reporting unit's, litres of a period, as the statistics show them, and their parts.

    A code that a district shares with its bureau means the district, unless the ``unit`` is asked for. Null and no parts
    where nothing is recorded. `NotFound` for an unknown code.
    """
    access.require_fine()  # the parts of a figure may be one user's, by source and purpose even where they are summed
    within = divisions(boundaries, last_month(period, query.available_months()))
    index = region_index(within)
    region = _asked(index, code, unit=unit)
    unit = region.level == vocab.REPORTING_UNIT
    of_level = query.totals(region.level, period, selection, [] if unit else [code], within)
    value = added(t.volume_l for t in of_level if t.code == code)
    terms = {**_terms(period, selection, page or RecordsPage()), "prefix": f"{code}%", "unit_code": code}
    terms |= {"level": region.level, "unit_level": vocab.REPORTING_UNIT, "by_declared": vocab.BY_DECLARED}
    terms |= {
        "past": vocab.PLACE_PAST,
        "edition": within.edition.id,
        "prefixes": [f"{each}%" for each in index.prefixes(code, unit=unit)],
    }
    found = _parts(_of_region(selection, within, unit=unit), terms, Reach.of(index.prefixes(code, unit=unit)))
    return {
        "region": {"code": code, "name": region.name, "level": vocab.LEVEL.by_id[region.level].code},
        "boundaries": within.to_dict(),
        "redrawn": redrawn(index, within, period, query.available_months(), selection, index.prefixes(code, unit=unit)),
        "per": _per(region, period, value, within),
        "provisional": marks(within).within(period.months).of(index.prefixes(code, unit=unit)),
        **_answer(period, selection, value, found, page or RecordsPage()),
    }


def _per(region: RegionInfo, period: Period, value: int | None, within: Divisions) -> list[dict[str, Any]]:
    """By what the figure is divided where it is told for a person: by whom, as counted on which day, and by how much time."""
    if value is None:
        return []
    covered = coverage(period, query.available_months())
    by = divisors(within, covered, period)(region)
    return [
        {
            "measure": measure.name,
            "unit": measure.unit,
            "value": figure,
            "counted": getattr(by.people, measure.of_people).to_dict(),
            "times": getattr(by, measure.in_time),
        }
        for measure in measures.DIVIDED
        if measure.of_people and (figure := measure.value(value, by)) is not None
    ]


# Where meters and facilities are, their kind, what is asked of them, and how a facility that was moved is known for what it is.
_TABLES = {
    "meters": ("layers_meter", vocab.PLACE_METER, "o.id, o.counted_by", "0"),
    "facilities": (
        "layers_supplyfacility", vocab.PLACE_FACILITY, "o.id, o.kind, o.found_region_id",
        "(SELECT f.kind FROM layers_supplyfacility f WHERE f.id = s.object_id)",
    ),
}  # fmt: skip
_HELD = " AND ({0}.since IS NULL OR u.month >= {0}.since) AND ({0}.until IS NULL OR u.month < {0}.until)"


def _anything_moved() -> bool:
    """Whether any object stood elsewhere in some month; else nobody asks of each in which months it stands where it does."""
    with lifted("whether anything was moved is of the whole city"):
        return bool(rows(Query("SELECT EXISTS (SELECT FROM layers_paststanding)"))[0][0])


def _of_region(selection: Selection, within: Divisions, *, unit: bool) -> sql.Composed:
    """The parts of a region, or unit, as things stood in the divisions asked for."""
    current = within.edition.current
    moved = _anything_moved()
    inside = "SELECT id FROM layers_region WHERE code LIKE %(prefix)s"
    if unit:
        inside = (
            load("explain_unit_regions")
            if current
            else "SELECT id FROM layers_region WHERE code LIKE ANY(%(prefixes)s)"
        )
    standing = load("explain_standing" if current else "explain_stood") + (load("explain_moved") if moved else "")
    objects = {
        name: sql.SQL(standing).format(
            table=sql.Identifier(table), kind=sql.Literal(kind), columns=sql.SQL(columns), of_kind=sql.SQL(of_kind)
        )
        for name, (table, kind, columns, of_kind) in _TABLES.items()
    }
    return sql.SQL(load("explain_region")).format(
        chosen=_chosen(selection),
        inside=sql.SQL(inside),
        materialized=sql.SQL("MATERIALIZED" if unit else "NOT MATERIALIZED"),
        held_m=sql.SQL(_HELD.format("m") if moved else ""),
        held_f=sql.SQL(_HELD.format("f") if moved else ""),
        **objects,
    )


def _asked(index: RegionIndex, code: str, *, unit: bool) -> RegionInfo:
    found = index.units.get(code) if unit else index.by_code.get(code) or index.units.get(code)
    if found is None:
        raise index.unknown(code, "region")
    return found


def _terms(period: Period, selection: Selection, page: RecordsPage) -> dict[str, Any]:
    return {
        **TERMS,
        "months": [m.first_day for m in query.available_months() if period.first <= m <= period.last],
        "sources": sorted(selection.sources),
        "purposes": sorted(selection.purposes),
        "first": period.first.first_day,
        "last": period.last.first_day,
        "limit": page.limit,
        "offset": page.offset,
    }


def _chosen(selection: Selection) -> sql.SQL:
    """The condition on a record's source and purpose, where there is one: over a city's year each costs half a second."""
    texts = {"source": selection.sources != EVERYTHING.sources, "purpose": selection.purposes != EVERYTHING.purposes}
    return sql.SQL("".join(f" AND u.{name} = ANY(%({name}s)s)" for name, narrows in texts.items() if narrows))


def _kept(which: sql.SQL, terms: dict[str, Any], elsewhere: int | None) -> Query:
    """The figure that is kept and shown, with what is different in an edition of the divisions; null where nothing is recorded."""
    chosen = sql.SQL(
        "{} AND month = ANY(%(months)s) AND source = ANY(%(sources)s) AND purpose = ANY(%(purposes)s)"
    ).format(which)
    of = sql.SQL("SELECT volume_l, records FROM layers_gridusage WHERE {}").format(chosen)
    if elsewhere is not None:
        more = sql.SQL("SELECT volume_l, records FROM layers_griddifference WHERE edition_id = {} AND {}")
        of = of + sql.SQL(" UNION ALL ") + more.format(elsewhere, chosen)
    return Query(
        sql.SQL("SELECT CASE WHEN sum(records) <> 0 THEN sum(volume_l)::bigint END FROM ({}) kept").format(of), terms
    )


# The datasets of places that are told one by one; a division always may be.
_DATASETS = {vocab.PLACE_METER: registry.METER, vocab.PLACE_FACILITY: registry.FACILITY}
_ONE_BY_ONE = ", told AS (SELECT *, 1::bigint AS places FROM parts)\n"


def _untold(asked: Reach) -> tuple[list[int], list[int]]:
    """The kinds of place that may not be told one by one in what is asked about, and the kinds of supply facility: a place whose layer
    does not tell its name there is not told by its code and litres either.
    """
    silent = {
        kind: [layer for layer in access.layers_of(dataset) if not access.tells_of(layer, "name", asked)]
        for kind, dataset in _DATASETS.items()
    }
    whole = [kind for kind, layers in silent.items() if any(not layer.scope for layer in layers)]
    return whole, [int(str(layer.scope["kind"])) for layer in silent[vocab.PLACE_FACILITY] if layer.scope]


def _parts(ctes: sql.Composable, terms: dict[str, Any], asked: Reach) -> list[tuple[Any, ...]]:
    places, facilities = _untold(asked)
    told = sql.SQL(load("explain_summed") if places or facilities else _ONE_BY_ONE)
    terms = {**terms, "untold_places": places, "untold_facilities": facilities}
    with lifted("parts add up to a figure that is told; those that may not be told one by one are summed"):
        return rows(Query(sql.Composed([ctes, told, sql.SQL(load("explain_page"))]), terms))


def _answer(
    period: Period, selection: Selection, value: int | None, found: list[tuple[Any, ...]], page: RecordsPage
) -> dict[str, Any]:
    count, litres, above = found[0][:3]
    available = set(query.available_months())
    return {
        "period": str(period),
        "missing": [str(month) for month in period.months if month not in available],
        **selection.to_dict(),
        "volume_l": value,
        "parts_l": int(litres) if count else None,
        # Of facilities that count above the townships: it lies in cells, and in no township's figure.
        "above_l": above,
        "count": int(count),
        "first": period.first.first_day,
        "last": period.last.first_day,
        "limit": page.limit,
        "offset": page.offset,
        "parts": [_part(*row[3:]) for row in found if row[3] is not None],
    }


@cache
def _layer(kind: int, narrower: int | None) -> Layer | None:
    """The layer of a place of measurement, by the kind of a facility or the level of a division."""
    if kind == vocab.PLACE_REGION:
        return registry.LEVEL_LAYERS.get(narrower)
    of_kind = [layer for layer in registry.LAYERS if layer.dataset is _DATASETS[kind]]
    return next((layer for layer in of_kind if not layer.scope or layer.scope["kind"] == narrower), None)


def _part(
    kind: int, code: str | None, name: str | None, rule: int, source: int, purpose: int, litres: int,
    weight: int | None, total: int | None, of_l: int | None, places: int, quality: int | None, narrower: int | None,
) -> dict[str, Any]:  # fmt: skip
    layer = _layer(kind, narrower) if code is not None else None
    return {
        "kind": vocab.GRID_PLACE.by_id[kind].code,
        # Of several places that may not be seen one by one: no code, no name, and how many they are.
        "code": code,
        "name": name or "",
        # Whose page tells more of it.
        "layer": layer.id if layer else None,
        # How good the position is of the meter or facility; null for a division, and for places told together.
        "position_quality": None if quality is None else vocab.POSITION_QUALITY.by_id[quality].code,
        "count": places,
        "rule": vocab.GRID_RULE.by_id[rule].code,
        "source": vocab.SOURCE.by_id[source].code,
        "purpose": vocab.PURPOSE.by_id[purpose].code,
        "volume_l": litres,
        # Of what the place used, and by how many of its parts; null for what stands in the unit with all it used.
        "of_l": of_l,
        "weight": weight,
        "weight_total": total,
    }
