"""What the page of the work list shows, in one language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from geoapp.quality import acts, overview, rows
from geoapp.quality.acts import Sent
from geoapp.quality.filters import AGES, ANY, DATASETS, FILTERS, WantedFindings
from geoapp.quality.told import SEVERITIES, STATES, Telling
from layers import access, languages, names, registry, vocab
from layers.findings.verdicts import AT_ONCE, NEEDS_REASON, REASON_MOST
from layers.models import Finding
from layers.quality import BY_ID, RULES
from layers.stats.regions import region_index
from layers.words import Words

RULES_SHOWN = 12  # beside the list, those with most findings
# What can be said of a finding, as a button says it; with the key that does the same.
DEEDS = (
    ("accepted", "a", Words("认可", "Accept"), Words("情况属实，数据不改", "It is so: the data stay as they are")),
    ("fixed", "f", Words("已改正", "Mended"), Words("已经改了，等下次检查核对", "It has been mended: the next check looks")),
    ("wrong_rule", "w", Words("规则有误", "Wrong rule"), Words("这不是问题，规则判错了", "This is no fault: the rule is wrong")),
    ("open", "o", Words("重新打开", "Open again"), Words("仍需处理", "It is still to be done")),
)  # fmt: skip


def note_persons(found: Iterable[Finding]) -> None:
    """That somebody reads what is wrong with persons' data, where any is told."""
    persons = next((finding for finding in found if finding.of_person), None)
    if persons is not None and (layer := access.of_object(persons)) is not None:
        access.note_personal(layer.id)


def of_page(wanted: WantedFindings, user: Any, lang: str, sent: Sent, *, was_sent: bool = False) -> dict[str, Any]:
    """A page of the list with all that goes around it. ``sent`` is what was refused, and stands in its form again."""
    visible = rows.visible()
    found = wanted.of(visible)
    reach = access.reach_by(user, access.JUDGE)
    shown, at, following, before = _page(found, wanted)
    note_persons(shown)
    telling = Telling(shown, user, lang, reach)
    counts = _counts(found)
    lines = [telling.row(finding) for finding in shown]
    for line, after in zip(lines, [*lines[1:], lines[-1]] if lines else [], strict=True):
        line["next"] = after["code"]  # where the list is when this one is judged away
        line["ticked"] = line["code"] in sent.seen and sent.several
        line["refused"] = line["code"] in sent.seen and was_sent and not sent.several
    total = sum(counts.values())
    return {
        "lines": lines,
        "total": total,
        "at": at,
        "here": wanted.address(at=at),
        "first": wanted.address() if at else "",
        "before": before,
        "following": following,
        "severities": _severities(counts, wanted, lang),
        "rules": _rules(counts, wanted, lang),
        "overview": overview.of_page(visible, wanted, lang),
        "files": wanted.address(),
        "state": STATES[wanted.state].code if wanted.state else "",
        "sent": sent,
        "several_refused": was_sent and sent.several,
        **(_judging(found, user, reach, total, lang) if reach else {"judges": False}),
    }


def _page(found: QuerySet[Finding], wanted: WantedFindings) -> tuple[list[Finding], str, str, str | None]:
    """The findings of this page; where it begins; the queries of the next, and of the one before (None: there is none)."""
    on = rows.first(rows.on_from(found, wanted.at), rows.PAGE + 1)
    back = rows.first(rows.back_from(found, wanted.at), rows.PAGE + 1) if wanted.at else []
    if not on and back:  # everything from here on was judged away: the page before it
        begins = rows.FindingAt.of(back[: rows.PAGE][-1])
        return _page(found, replace(wanted, at=begins))
    following = wanted.address(at=str(rows.FindingAt.of(on[rows.PAGE]))) if len(on) > rows.PAGE else ""
    before = None
    if back:
        before = wanted.address(at=str(rows.FindingAt.of(back[rows.PAGE - 1])) if len(back) > rows.PAGE else "")
    return on[: rows.PAGE], str(wanted.at) if back else "", following, before


def _counts(found: QuerySet[Finding]) -> Counter[tuple[int, int]]:
    """How many there are, by severity and rule."""
    grouped = found.order_by().values_list("severity", "rule").annotate(count=Count("pk"))
    return Counter({(severity, rule): count for severity, rule, count in grouped})


def _severities(counts: Counter[tuple[int, int]], wanted: WantedFindings, lang: str) -> list[dict[str, Any]]:
    sums: Counter[int] = Counter()
    for (severity, _), count in counts.items():
        sums[severity] += count
    return [
        {
            "code": term.code, "name": term.in_(lang), "count": sums[term.id], "chosen": wanted.severity == term.id,
            "address": wanted.address(severity="" if wanted.severity == term.id else term.code),
        }
        for term in SEVERITIES.values()
    ]  # fmt: skip


def _rules(counts: Counter[tuple[int, int]], wanted: WantedFindings, lang: str) -> list[dict[str, Any]]:
    sums: Counter[int] = Counter()
    for (_, rule), count in counts.items():
        sums[rule] += count
    return [
        {
            "name": BY_ID[rule].in_(lang), "count": count, "chosen": wanted.rule is BY_ID[rule],
            "address": wanted.address(rule="" if wanted.rule is BY_ID[rule] else BY_ID[rule].code),
        }
        for rule, count in sorted(sums.items(), key=lambda one: (-one[1], one[0]))[:RULES_SHOWN]
    ]  # fmt: skip


def _judging(found: QuerySet[Finding], user: Any, reach: Any, total: int, lang: str) -> dict[str, Any]:
    """What who may judge is given besides: the forms, and the own acts."""
    many = reach.whole and total > AT_ONCE
    whole = None if many else rows.AllShown.of(found.filter(rows.within(reach)))
    own = list(acts.own(user)[: acts.OWN])
    standing = [act for act in own if act.withdrawn_at is None]
    listed = [
        {
            "act": act, "state": STATES[act.state].in_(lang), "at": timezone.localtime(act.at), "count": act.count,
            "last": bool(standing) and act is standing[0],
        }
        for act in own
    ]  # fmt: skip
    return {
        "judges": True,
        "deeds": [
            {"state": state, "key": key, "name": name.in_(lang), "hint": hint.in_(lang), "needs": acts.STATES[state] in NEEDS_REASON}
            for state, key, name, hint in DEEDS
        ],
        "whole": whole,
        "part": whole is not None and len(whole) < total,
        "at_once": AT_ONCE,
        "reason_most": REASON_MOST,
        "acts": listed,
        "last_act": next((one for one in listed if one["last"]), None),
        "reasons": list(dict.fromkeys(act.reason for act in own if act.reason)),
    }  # fmt: skip


def form(given: dict[str, str], lang: str) -> dict[str, Any]:
    """The filters as they are filled in, and what may be chosen."""
    chosen = {name: given.get(name, "") for name in FILTERS}
    return {
        "chosen": chosen,
        "narrowed": sum(map(bool, chosen.values())),
        "choices": [
            ("severity", vocab.SEVERITY.in_(lang), _terms(vocab.SEVERITY, chosen["severity"], lang)),
            ("rule", Words("规则", "Rule").in_(lang), [(one.code, one.in_(lang), one.code == chosen["rule"]) for one in RULES]),
            ("dataset", Words("数据集", "Dataset").in_(lang), [(name, registry.dataset(name).in_(lang), name == chosen["dataset"]) for name in DATASETS]),
            ("age", Words("首次发现", "First seen").in_(lang), [
                (str(days), Words("最近 {days} 天", "in the last {days} days", days=days).in_(lang), str(days) == chosen["age"]) for days in AGES
            ]),
        ],
        "states": [
            *((code if code != "open" else "", word, is_chosen) for code, word, is_chosen in _terms(vocab.FINDING_STATE, chosen["state"] or "open", lang)),
            (ANY, Words("全部状态", "Any state").in_(lang), chosen["state"] == ANY),
        ],
        "regions": _regions(chosen["region"], lang),
        "languages": languages.codes(),
        "csv": reverse("quality_csv"), "xlsx": reverse("quality_xlsx"),
    }  # fmt: skip


def _terms(vocabulary: vocab.Vocab, chosen: str, lang: str) -> list[tuple[str, str, bool]]:
    return [(term.code, term.in_(lang), term.code == chosen) for term in vocabulary]


def _regions(chosen: str, lang: str) -> list[dict[str, Any]]:
    """Districts where the asker sees anything; below the chosen one its townships, and what finer one was asked for."""
    index, reach = region_index(), rows.reach_seen()
    district = chosen[: overview.DISTRICT_DIGITS]
    found = []
    for one in index.levels[vocab.DISTRICT]:
        if not reach.meets(one.code):
            continue
        found.append(one)
        if one.code == district:
            found += [each for each in index.levels[vocab.TOWNSHIP] if each.code.startswith(district)]
    codes = {one.code for one in found}
    if chosen and chosen not in codes and (known := index.by_code.get(chosen)):
        found.append(known)
    return [
        {
            "code": one.code, "name": names.division(one.code, one.name).in_(lang), "chosen": one.code == chosen,
            "below": one.level != vocab.DISTRICT,
        }
        for one in found
    ]  # fmt: skip
