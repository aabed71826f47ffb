"""Totals of several regions: the sum of each one's own figures, as the statistics have them."""

from __future__ import annotations

from layers import vocab
from layers.db import rows
from layers.periods import Month
from layers.stats import query
from layers.stats.absence import added
from layers.stats.like import Pair
from layers.stats.regions import RegionInfo
from layers.totals.asked import AreaPart, AskedTotals, CityBalance, Figures, summed
from layers.words import Words

RULE = Words(
    "逐个地区相加，与各地区自己的统计数完全一致；互相包含的地区只计一次。",
    "The sum of the regions' own figures, exactly; of regions that lie in each other the outer one counts, once.",
)


def figures(asked: AskedTotals, regions: list[RegionInfo]) -> Figures:
    """Reads the kept sums twice, by source and by purpose. Nothing is read of other regions but the city's own balance."""
    codes: dict[int, list[str]] = {}
    for region in regions:
        codes.setdefault(region.level, []).append(region.code)
    found = [
        (code, term, Month.of(day), litres)
        for code, term, day, litres in rows(
            query.regions_query(codes, asked.every_month, asked.selection, "source", asked.within)
        )
    ]
    purposes = rows(query.regions_query(codes, asked.months, asked.selection, "purpose", asked.within))
    own = [row for row in found if row[2] in set(asked.months)]
    sources: dict[tuple[int, Month], int] = {}
    for _, term, month, litres in own:
        sources[term, month] = sources.get((term, month), 0) + litres
    by_month = summed((month.year * 12 + month.month, litres) for _, _, month, litres in found)

    def over(pair: Pair) -> tuple[int | None, int | None]:
        first, second = (
            added(by_month.get(month.year * 12 + month.month) for month in period.months)
            for period in (pair.period, pair.versus)
        )
        return first, second

    return Figures(
        sources=sources,
        purposes=summed((term, litres) for _, term, _, litres in purposes),
        compared={name: over(pair) if pair else (None, None) for name, pair in asked.pairs.items()},
        parts=tuple(AreaPart(region.code, added(row[3] for row in own if row[0] == region.code)) for region in regions),
        balance=_balance(asked),
        km2=sum(region.area_m2 for region in regions) / 1e6,
        rule=RULE,
    )


def _balance(asked: AskedTotals) -> CityBalance:
    found = query.totals(vocab.CITY, asked.question.period, asked.selection, [], asked.within)
    of = {gap: added(t.volume_l for t in found if t.gap == gap) for gap in {0, *(t.gap for t in found)}}
    gaps = {vocab.GAP.by_id[gap].code: litres for gap, litres in of.items() if gap}
    return CityBalance(added(of.values()), of[0], gaps.get("unassigned"), gaps.get("outside"))
