"""What people say of findings: each act is a row that stays, whoever is wrong. A verdict holds on the evidence that it was given on.

A finding's state is the newest verdict that holds: not taken back, on the same evidence, within its term. Where evidence changes, or the
term is over, the finding is open again; where it goes away and comes back with the same evidence, the verdict holds on.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from layers import acts, vocab
from layers.errors import ShuituError
from layers.findings.recorded import KIND
from layers.findings.run import make_tables, raise_version
from layers.models import Finding, JudgedFinding, Judgement
from layers.record import append as record
from layers.registry import FINDING
from layers.sql import load
from layers.text import is_plain
from layers.wall import lifted
from layers.words import Words

NEEDS_REASON = frozenset({vocab.ACCEPTED, vocab.WRONG_RULE})
REASON_MOST = 500
AT_ONCE = 5_000  # findings that one act judges
_WHY = "a verdict, which is written of what the asker was shown"


class VerdictRefused(ShuituError):
    """A verdict cannot be given; `worded` tells why, and what to do."""

    title = "This verdict cannot be given"


def term(today: date | None = None) -> date:
    """The last day on which a verdict given now holds."""
    return (today or timezone.localdate()) + timedelta(days=settings.VERDICT_DAYS)


@transaction.atomic
def give(
    findings: QuerySet[Finding], state: int, *, by: str, reason: str = "", account: Any = None, seen: dict[str, str] | None = None
) -> Judgement:  # fmt: skip
    """Judge findings, all of them or none; → the act. ``seen`` has of each finding's code the evidence (its hash) that whoever judges
    was shown. Raises `VerdictRefused`."""
    reason = reason.strip()
    if len(reason) > REASON_MOST or not is_plain(reason):
        raise VerdictRefused(
            Words("理由最多 {most} 字，不含换行和控制字符。", "A reason has at most {most} characters, on one line.", most=REASON_MOST)
        )  # fmt: skip
    with lifted(_WHY):
        rows = list(findings.filter(standing=True).order_by("pk").select_for_update(of=("self",))[: AT_ONCE + 1])
        if not rows:
            raise VerdictRefused(
                Words("这些问题已经消除，无需处理。", "These findings are gone: there is nothing to judge.")
            )
        if len(rows) > AT_ONCE:
            raise VerdictRefused(
                Words("一次最多处理 {most} 个问题，请缩小范围。", "One act judges at most {most} findings: narrow the list.", most=AT_ONCE)
            )  # fmt: skip
        if (state in NEEDS_REASON or len(rows) > 1) and not reason:
            raise VerdictRefused(Words("请写明理由。", "Say why."))
        changed = [one.code for one in rows if seen and seen.get(one.code) not in (None, one.evidence_hash)]
        if changed:
            raise VerdictRefused(
                Words("问题 {code} 的依据刚刚变了，请重新查看。", "The evidence of finding {code} has just changed: look again.", code=changed[0])
            )  # fmt: skip
        act = Judgement.objects.create(
            state=state, reason=reason, by=by[:150], account=account, until=None if state == vocab.OPEN else term()
        )
        JudgedFinding.objects.bulk_create(
            JudgedFinding(act=act, finding=one.code, evidence=one.evidence, evidence_hash=one.evidence_hash)
            for one in rows
        )
        Finding.objects.filter(pk__in=[one.pk for one in rows]).update(state=state, verdict=act)
        raise_version()
        record.done(KIND, [act.pk])
    acts.tell(
        "verdict",
        object=FINDING.name,
        rows=len(rows),
        verdict=vocab.FINDING_STATE.by_id[state].code,
        reason=reason,
        number=act.pk,
    )
    return act


@transaction.atomic
def take_back(act_id: int, by: str) -> int:
    """Undo an act as a whole: each of its findings is as the newest verdict before it says; → how many findings are others now.
    Raises `VerdictRefused`."""
    with lifted(_WHY):
        act = Judgement.objects.select_for_update().filter(pk=act_id).first()
        if act is None or act.withdrawn_at is not None:
            raise VerdictRefused(
                Words("这项结论不存在或已撤回。", "There is no such verdict, or it has been taken back.")
            )
        act.withdrawn_by, act.withdrawn_at = by[:150], timezone.now()
        act.save(update_fields=["withdrawn_by", "withdrawn_at"])
        changed = _anew(Q(verdict=act))
        raise_version()
        record.done(KIND, [act.pk])
    acts.tell("verdict", object=FINDING.name, rows=changed, verdict="taken_back", number=act_id)
    return changed


def lapse() -> int:
    """Open again what was judged so long ago that it has to be looked at anew; → how many."""
    with transaction.atomic(), lifted("terms that are over, whoever's findings they are of"):
        changed = _anew(Q(verdict__until__lt=timezone.localdate()))
        if changed:
            raise_version()
    return changed


def _anew(which: Q) -> int:
    """Of standing findings, find anew which verdict holds; → how many they are."""
    codes = list(Finding.objects.filter(which, standing=True).values_list("code", flat=True))
    if codes:
        Finding.objects.filter(code__in=codes).update(state=vocab.OPEN, verdict=None)
        with connection.cursor() as cursor:
            make_tables(cursor)
            cursor.execute("TRUNCATE quality_found")
            cursor.execute(
                "INSERT INTO quality_found (code, evidence_hash)"
                " SELECT code, evidence_hash FROM layers_finding WHERE code = ANY(%s)", [codes],
            )  # fmt: skip
            cursor.execute(load("finding_verdicts"), {"today": timezone.localdate()})
    return len(codes)
