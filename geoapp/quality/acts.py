"""What a clerk says of findings, as a form sends it: one act for one finding, for those ticked, or for all of a list; and what takes it back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet
from django.http import QueryDict

from geoapp.quality import rows
from geoapp.quality.filters import WantedFindings
from layers import access, vocab
from layers.errors import NotAllowed
from layers.findings import verdicts
from layers.findings.verdicts import VerdictRefused
from layers.models import Finding, JudgedFinding, Judgement
from layers.reach import Reach
from layers.wall import lifted
from layers.words import Words

OWN = 8  # of one's own acts that are listed
STATES = {term.code: term.id for term in vocab.FINDING_STATE}
_VALUE = re.compile(r"([0-9A-F]{1,32})-([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Sent:
    """A verdict as it was sent: of these findings, by code with the hash of the evidence that was shown; or of all of a list (its digest)."""

    state: str = ""
    reason: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    all_of: str = ""
    several: bool = False  # from the form of those ticked

    @classmethod
    def read(cls, form: QueryDict) -> Sent:
        found = (_VALUE.fullmatch(text) for text in form.getlist("code"))
        return cls(
            form.get("state", ""),
            form.get("reason", ""),
            {one[1]: one[2] for one in found if one},
            form.get("digest", "") if form.get("all") else "",
            "several" in form,
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of it: the act, and how many of the findings had gone meanwhile."""

    act: Judgement
    count: int
    gone: int


def judge(user: Any, wanted: WantedFindings, sent: Sent) -> Judged:
    """`VerdictRefused` where nothing was judged; `NotAllowed` to who may judge nowhere."""
    reach = _reach(user)
    if sent.state not in STATES:
        raise VerdictRefused(Words("请选择结论。", "Choose a verdict."))
    visible = rows.visible()
    seen = dict(sent.seen)
    if sent.all_of:
        whole = rows.AllShown.of(wanted.of(visible).filter(rows.within(reach)))
        if whole is None or whole.digest != sent.all_of:
            raise VerdictRefused(
                Words("这份清单刚刚变了，请重新查看后再处理。", "This list has just changed: look at it again.")
            )
        seen = whole.seen
    if not seen:
        raise VerdictRefused(Words("请先勾选要处理的问题。", "Tick the findings first."))
    chosen = visible.filter(code__in=list(seen))
    _refuse_out_of_reach(chosen, reach)
    state = STATES[sent.state]
    act = verdicts.give(chosen, state, by=user.get_username(), reason=sent.reason, account=user, seen=seen)
    count = act.verdicts.count()
    return Judged(act, count, len(seen) - count)


def take_back(user: Any, number: str) -> int:
    """Undo an own act as a whole; → how many findings are others now."""
    reach = _reach(user)
    act = own(user).filter(pk=int(number) if number.isdecimal() and len(number) < 19 else 0).first()
    if act is None:
        raise VerdictRefused(Words("只能撤回自己的结论。", "One's own verdicts alone can be taken back."))
    with lifted("an act is taken back as a whole: whoever's findings it is of, all of it has to be in reach"):
        codes = JudgedFinding.objects.filter(act=act).values("finding")
        _refuse_out_of_reach(Finding.objects.filter(code__in=codes, standing=True), reach)
    return verdicts.take_back(act.pk, user.get_username())


def own(user: Any) -> QuerySet[Any]:
    """One's own acts, the last one first, each with how many findings it is of."""
    return Judgement.objects.filter(account=user.pk).annotate(count=Count("verdicts")).order_by("-pk")


def _reach(user: Any) -> Reach:
    reach = access.reach_by(user, access.JUDGE)
    if not reach:
        raise NotAllowed(
            Words(
                "这个账号不能处理数据问题，请向管理员申请。",
                "This account judges no findings: an administrator gives that right.",
            )
        )
    return reach


def _refuse_out_of_reach(chosen: QuerySet[Finding], reach: Reach) -> None:
    if reach.whole:
        return
    held = chosen.filter(rows.within(reach)).values("pk")
    outside = chosen.exclude(pk__in=held).order_by("pk").first()
    if outside is not None:
        raise VerdictRefused(
            Words(
                "问题 {code}（{objects}）不在您的处理范围内，全部未处理。",
                "Finding {code} ({objects}) is out of your reach: nothing was judged.",
                code=outside.code, objects=outside.name,
            )
        )  # fmt: skip
