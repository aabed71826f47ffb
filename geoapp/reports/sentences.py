"""The figures in three sentences, by rules. Pure: a `Report` in, words out; each rule is table-tested."""

from __future__ import annotations

from geoapp.reports import figures
from geoapp.reports.structure import Change, Part, Report
from geoapp.reports.words import level_name, term_name
from layers import vocab
from layers.stats.absence import share as share_of

# Where a change begins to be called by the next word.
STEADY, SLIGHT, STRONG = 0.005, 0.05, 0.2
MAJORITY = 0.5
FEW = 3


def sentences(report: Report, lang: str) -> list[str]:
    """How much, how it changed, and what it is made of; a fourth when months are missing."""
    told = [total(report, lang), changed(report.changes, lang), made_of(report, lang)]
    if report.period.missing:
        told.append(incomplete(report, lang))
    return told


def total(report: Report, lang: str) -> str:
    """How much was used, the share of the city and the place in it."""
    period = figures.period(report.period.first, report.period.last, lang)
    volume = figures.volume(report.total_l, lang)
    rank = next((r for r in report.ranks if r.measure == "volume"), None)
    if rank is None:
        dense = figures.density(report.m3_per_km2, lang)
        if lang == "zh":
            return f"{period}，{report.name}用水 {volume}，平均每平方公里 {dense.removesuffix('/km²')}。"
        return f"In {period}, {report.name} used {volume}, {dense} on average."
    share = figures.percent(report.share_of_city)
    level = level_name(rank.level, lang)
    if lang == "zh":
        return f"{period}，{report.name}用水 {volume}，占全市 {share}，在全市 {rank.of} 个{level}中列第 {rank.place}。"
    return f"In {period}, {report.name} used {volume}, {share} of the city's water: place {rank.place} of {rank.of} ({level})."


def change_word(ratio: float, lang: str) -> str:
    """Which word a change earns."""
    size = abs(ratio)
    if size < STEADY:
        return "基本持平" if lang == "zh" else "was about the same"
    grown = ratio > 0
    if lang == "zh":
        if size < SLIGHT:
            return "略增" if grown else "略降"
        return ("明显增加" if grown else "明显减少") if size >= STRONG else ("增加" if grown else "减少")
    verb = "rose" if grown else "fell"
    return f"{verb} slightly" if size < SLIGHT else f"{verb} strongly" if size >= STRONG else verb


def changed(changes: tuple[Change, ...], lang: str) -> str:
    """The change on the year and on the period before; what cannot be compared is said."""
    if not any(change.period for change in changes):
        return (
            "上年同期与上一期的数据都不全，不作同比、环比。"
            if lang == "zh"
            else "Months of both the year before and the period before are missing: nothing is compared."
        )
    parts = [_one_change(change, lang) for change in changes]
    if lang == "zh":
        return "；".join(parts) + "。"
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _one_change(change: Change, lang: str) -> str:
    zh, en = {"year": ("同比", "on the year"), "previous": ("环比", "on the period before")}[change.kind]
    if change.ratio is None:
        reason = (
            ("该期用水为零", "nothing was used then")
            if change.period and change.before_l is not None
            else ("比较期数据不全", "months of it are not there")
        )
        return f"{zh}无从比较（{reason[0]}）" if lang == "zh" else f"{en} there is no comparison ({reason[1]})"
    amount = figures.change(change.ratio)
    if lang == "zh":
        return f"{zh}{change_word(change.ratio, lang)}（{amount}）"
    return f"{en} use {change_word(change.ratio, lang)} ({amount})"


def largest(parts: tuple[Part, ...]) -> Part:
    """The part with the most water, of equal ones the first."""
    return max(parts, key=lambda part: part.volume_l or 0)


def made_of(report: Report, lang: str) -> str:
    """The chief source and purpose, and the regions that use the most."""
    source, purpose = largest(report.sources), largest(report.purposes)
    names = [term_name(vocab.SOURCE, source.code, lang), term_name(vocab.PURPOSE, purpose.code, lang)]
    shares = [figures.percent(source.share), figures.percent(purpose.share)]
    whole = (source.share or 0) >= MAJORITY
    if lang == "zh":
        text = f"水源以{names[0]}{'为主' if whole else '最多'}（{shares[0]}），用途以{names[1]}居首（{shares[1]}）"
    else:
        verb = "Most water came from" if whole else "The largest source was"
        text = f"{verb} {names[0].lower()} ({shares[0]}), and the largest purpose was {names[1].lower()} ({shares[1]})"
    return text + _concentration(report, lang)


def _concentration(report: Report, lang: str) -> str:
    used = [line for line in report.children if (line.volume_l or 0) > 0]
    if len(used) <= FEW:
        return "。" if lang == "zh" else "."
    top = used[:FEW]
    share = figures.percent(share_of(sum(line.volume_l or 0 for line in top), report.total_l))
    names = [line.name for line in top]
    level = level_name(report.child_level, lang)
    if lang == "zh":
        return f"；{'、'.join(names)}三个{level}用水最多，合占 {share}。"
    return f"; the three largest of the {level} level, {', '.join(names)}, used {share}."


def incomplete(report: Report, lang: str) -> str:
    """Which months are missing of the period asked for."""
    missing = report.period.missing
    if lang == "zh":
        told = "、".join(missing[:6]) + (f" 等 {len(missing)} 个月" if len(missing) > 6 else "")
        return f"统计期缺 {told} 的数据，以上数字只含有数据的 {report.period.months} 个月。"
    told = ", ".join(missing[:6]) + (f" and {len(missing) - 6} more months" if len(missing) > 6 else "")
    return f"There are no data of {told}: the figures cover the {report.period.months} months that are there."
