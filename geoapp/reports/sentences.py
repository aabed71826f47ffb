"""The figures in three sentences, by rules. Pure: a `Report` in, words out; each rule is table-tested."""

from __future__ import annotations

from collections.abc import Sequence

from geoapp.reports import figures
from geoapp.reports.held import hidden
from geoapp.reports.structure import ComparedVolume, HeldWater, PerHead, Report, TermShare
from geoapp.reports.words import level_name, levels_name, subject, term_name
from layers import vocab
from layers.stats.absence import share as share_of
from layers.stats.percentile import LEAST
from layers.words import NOTHING, SEMICOLON, Listed, Worded, Words, small

# The least part of the water that regions hold of which it is said which of them use the most.
TELLING = 0.5
# Where a change begins to be called by the next word.
STEADY, SLIGHT, STRONG = 0.005, 0.05, 0.2
MAJORITY = 0.5
FEW = 3
NAMED = 6


def sentences(report: Report, lang: str) -> list[str]:
    """How much, how it changed, and what it is made of; a fourth when months are missing."""
    told = [total(report, lang), changed(report.changes, lang), made_of(report, lang)]
    told += [per_head(each, lang) for each in report.per_head]
    if report.former is not None:
        told.append(among_years(report, lang))
    if report.period.missing:
        told.append(incomplete(report, lang))
    if report.provisional:
        told.append(provisional(report.provisional, report.provisional_notes, lang))
    return told


PER_HEAD = {
    "per_resident": Words(
        "人均日用水量 {value}，其中居民生活 {at_home}（常住人口 {people:,} 人，{day}{source}）。",
        "Use per resident and day was {value}, of which {at_home} at home ({people:,} residents, {day}{source}).",
    ),
    "per_household": Words(
        "户均月用水量 {value}，其中居民生活 {at_home}（{people:,} 户，{day}{source}）。",
        "Use per household and month was {value}, of which {at_home} at home ({people:,} households, {day}{source}).",
    ),
}
UNITS = {
    "per_resident": Words("{value} 升/（人·日）", "{value} L/(person·day)"),
    "per_household": Words("{value} m³/（户·月）", "{value} m³/(household·month)"),
}


def per_head(told: PerHead, lang: str) -> str:
    """What a person, or a household, had of it, and by whose count."""

    def amount(value: float | None) -> str:
        return figures.DASH if value is None else UNITS[told.measure].in_(lang, value=figures.per_head(value))

    counted = told.counted
    return PER_HEAD[told.measure].in_(
        lang,
        value=amount(told.value),
        at_home=amount(told.at_home),
        people=counted.number,
        day=counted.day.isoformat(),
        source=Words("，{source}", ", {source}", source=counted.source) if counted.source else "",
    )


def among_years(report: Report, lang: str) -> str:
    """Where a month stands among the same month of earlier years; of too few of them that it is not said."""
    if (standing := report.standing) is None:
        return Words(
            "往年同月有 {former} 个，不足 {needed} 个，不作历年比较。",
            "The same month has figures in only {former} earlier years: with fewer than {needed} it is not placed among them.",
            former=report.former or 0, needed=LEAST,
        ).in_(lang)  # fmt: skip
    return Words(
        "在 {years} 个往年同月中的位次：{place}。",
        "Among the same month of {years} earlier years: {place}.",
        years=standing.years, place=standing.words,
    ).in_(lang)  # fmt: skip


def provisional(months: Sequence[str], said: Sequence[str], lang: str) -> str:
    """Which months may still change, and what the authority says of them."""
    notes = Listed(*said, by=SEMICOLON)
    return Words(
        "{months} 为暂定数，以后可能调整{notes}。",
        "The figures for {months} are provisional and may still change{notes}.",
        months=Listed(*months),
        notes=Words("（{notes}）", " ({notes})", notes=notes) if said else "",
    ).in_(lang)


def total(report: Report, lang: str) -> str:
    """How much was used, the share of the city and the place in it."""
    period = figures.period(report.period.first, report.period.last, lang)
    volume = figures.volume(report.total_l, lang)
    rank = next((r for r in report.ranks if r.measure == "volume"), None)
    if rank is None:
        dense = figures.density(report.m3_per_km2, lang)
        return Words(
            "{period}，{name}用水 {volume}，平均每平方公里 {amount}。",
            "In {period}, {name} used {volume} of water, {density} on average.",
            period=period, name=subject(report, lang), volume=volume, density=dense, amount=dense.removesuffix("/km²"),
        ).in_(lang)  # fmt: skip
    return Words(
        "{period}，{name}用水 {volume}，占全市 {share}，在全市 {of} 个{level}中列第 {place}。{hidden}",
        "In {period}, {name} used {volume} of water, {share} of the city's water, and ranked {nth} of its {of} {levels}.{hidden}",
        period=period, name=subject(report, lang), volume=volume, share=figures.percent(report.share_of_city), of=rank.of,
        level=level_name(rank.level, lang), levels=levels_name(rank.level, lang), place=rank.place, nth=figures.nth(rank.place),
        hidden=_beside_the_ranks(report, lang),
    ).in_(lang)  # fmt: skip


def _beside_the_ranks(report: Report, lang: str) -> Words:
    """What of the water of city and district is in none of the figures that are ranked."""
    ranks = [rank for rank in report.ranks if rank.measure == "volume" and rank.held.hidden]
    if not ranks:
        return NOTHING
    parts = (
        Words(
            "{scope}用水的 {share}", "{share} of the water of {scope}",
            scope=rank.scope, share=figures.percent(share_of(rank.held.hidden_l, rank.held.recorded_l)),
        )
        for rank in ranks
    )  # fmt: skip
    return Words(
        "{parts} 未计到任何{level}。", " Not known by {level}, and so in none of the figures ranked: {parts}.",
        parts=Listed(*parts), level=level_name(ranks[0].level, lang),
    )  # fmt: skip


SAME = Words("基本持平", "was little changed")
# By whether it is more: a slight change, one, a strong one.
CHANGES = {
    True: (Words("略增", "rose slightly"), Words("增加", "rose"), Words("明显增加", "rose sharply")),
    False: (Words("略降", "fell slightly"), Words("减少", "fell"), Words("明显减少", "fell sharply")),
}


def change_word(ratio: float, lang: str) -> str:
    """Which word a change earns."""
    size = abs(ratio)
    if size < STEADY:
        return SAME.in_(lang)
    return CHANGES[ratio > 0][(size >= SLIGHT) + (size >= STRONG)].in_(lang)


def changed(changes: tuple[ComparedVolume, ...], lang: str) -> str:
    """The change on the year and on the period before; what cannot be compared is said."""
    if not any(change.period for change in changes):
        if len(changes) == 1:
            return Words(
                "上年同期的数据不全，不作同比。",
                "Use cannot be compared with the year before, as months of it are missing.",
            ).in_(lang)
        return Words(
            "上年同期与上一期的数据都不全，不作同比、环比。",
            "Use can be compared neither with the year before nor with the period just before: months of both are missing.",
        ).in_(lang)
    parts = Listed(*(_one_change(change, lang) for change in changes), by=SEMICOLON)
    text = Words("{parts}。", "{parts}.", parts=parts).in_(lang)
    return text[0].upper() + text[1:]


# By which period it is compared with: what changed, why it cannot be compared.
COMPARED = {
    "year": (
        Words("同比{change}（{amount}）", "use {change} on the same months of the year before ({amount})"),
        Words("同比无从比较（{reason}）", "use cannot be compared with the year before ({reason})"),
    ),
    "previous": (
        Words("环比{change}（{amount}）", "use {change} on the period just before ({amount})"),
        Words("环比无从比较（{reason}）", "it cannot be compared with the period just before ({reason})"),
    ),
}


def _one_change(change: ComparedVolume, lang: str) -> str:
    told, untold = COMPARED[change.kind]
    if change.ratio is None:
        nothing = change.period and change.before_l is not None
        reason = (
            Words("该期用水为零", "nothing was used then")
            if nothing
            else Words("比较期数据不全", "months of it are missing")
        )
        return untold.in_(lang, reason=reason)
    return told.in_(lang, change=change_word(change.ratio, lang), amount=figures.change(change.ratio))


def largest(parts: tuple[TermShare, ...]) -> TermShare:
    """The part with the most water, of equal ones the first."""
    return max(parts, key=lambda part: part.volume_l or 0)


def made_of(report: Report, lang: str) -> str:
    """The chief source and purpose, and the regions that use the most."""
    source, purpose = largest(report.sources), largest(report.purposes)
    whole = (source.share or 0) >= MAJORITY
    said = (
        Words(
            "水源以{source}为主（{source_share}），用途以{purpose}居首（{purpose_share}）{rest}",
            "The main source was {source} ({source_share}); the largest use was {purpose} ({purpose_share}){rest}",
        )
        if whole
        else Words(
            "水源以{source}最多（{source_share}），用途以{purpose}居首（{purpose_share}）{rest}",
            "The largest source was {source} ({source_share}), short of half; the largest use was {purpose} ({purpose_share}){rest}",
        )
    )
    return said.in_(
        lang,
        source=small(term_name(vocab.SOURCE, source.code, lang), lang),
        source_share=figures.percent(source.share),
        purpose=small(term_name(vocab.PURPOSE, purpose.code, lang), lang),
        purpose_share=figures.percent(purpose.share),
        rest=_concentration(report, lang),
    )


def _concentration(report: Report, lang: str) -> Words:
    """Which regions use the most, with what is in none of them; of regions that hold little of the water only that."""
    used = [line for line in report.children if (line.volume_l or 0) > 0]
    held = report.held[report.child_level]
    beyond = _beyond(held, lang)
    if len(used) <= FEW or (held.share or 0) < TELLING:
        return Words("。{beyond}", ".{beyond}", beyond=beyond)
    top = used[:FEW]
    return Words(
        "；{names}三个{level}用水最多，合占 {share}。{beyond}",
        ". The three {levels} that used the most, {names}, together account for {share}.{beyond}",
        names=Listed(*(line.name for line in top)),
        level=level_name(report.child_level, lang),
        levels=levels_name(report.child_level, lang),
        share=figures.percent(share_of(sum(line.volume_l or 0 for line in top), report.total_l)),
        beyond=beyond,
    )


def _beyond(held: HeldWater, lang: str) -> Words:
    told = hidden(held, lang)
    return Words("{told}", " {told}", told=told) if told else NOTHING


def incomplete(report: Report, lang: str) -> str:
    """Which months are missing of the period asked for."""
    missing = report.period.missing
    months: Worded = Listed(*missing[:NAMED])
    if len(missing) > NAMED:
        months = Words(
            "{named} 等 {all} 个月", "{named} and {more} more months",
            named=months, all=len(missing), more=len(missing) - NAMED,
        )  # fmt: skip
    return Words(
        "统计期缺 {missing} 的数据，以上数字只含有数据的 {there} 个月。",
        "Data are missing for {missing}: the figures cover only the {there} months that have data.",
        missing=months,
        there=report.period.months,
    ).in_(lang)
