"""What the pages of issued reports show, and to whom: lists, one report with its steps, and which of them the asker may take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from geoapp.reports import figures
from geoapp.reports.official import numbers
from geoapp.reports.official.letterhead import OPEN, grading, of_dict
from geoapp.reports.official.models import IssuedReport
from geoapp.reports.official.reach import Signing
from geoapp.reports.official.states import COMMENTARY_MOST, hands
from geoapp.reports.official.words import ACTION, APPROVED, CHECKED, DRAFT, EDITED, SIGNED_APPROVED, STATE, WITHDRAWN
from geoapp.reports.words import FORM_NAMES, level_name
from layers import access, languages, vocab
from layers.versions import ALL_DATASETS, as_of
from layers.words import Kept, Listed

SHOWN = 200


def is_staff(user: Any) -> bool:
    return bool(getattr(user, "is_active", False) and getattr(user, "is_staff", False))


def may_take(user: Any, report: IssuedReport) -> bool:
    """Whether somebody may have a report's files: who may see what it was made of; of these whoever works on it, others what is approved,
    and who is no staff as far as its secrecy allows."""
    if not access.may_show(report.stamp):
        return False
    return Signing(user).concerns(report) or (report.state == APPROVED and (report.secrecy in OPEN or is_staff(user)))


@dataclass(frozen=True, slots=True)
class NumberLine:
    """What became of a bureau's numbers in a year."""

    bureau: str
    year: int
    last: int
    missing: str
    withdrawn: str


def listed() -> QuerySet[Any]:
    """Issued reports with what lists say of their letterheads: not these themselves, each of which holds a picture."""
    told = {"bureau": F("letterhead__bureau"), "term": F("letterhead__secrecy_term")}
    return IssuedReport.objects.defer("letterhead").annotate(**told)


def line(report: Any, lang: str, version: int) -> dict[str, Any]:
    """One of those `listed`, in words."""
    return {
        "report": report,
        "bureau": Kept(report.bureau).in_(lang),
        "level": level_name(vocab.UNIT, lang) if report.unit else "",
        "state": STATE.by_id[report.state].in_(lang),
        "code": STATE.by_id[report.state].code,
        "old": bool(report.version) and report.version != version,
        "busy": bool(report.waits_for) and not report.error,
        "url": languages.address(reverse("reports:issued_one", args=[report.pk]), lang),
        "files": files(report, lang),
        "grading": grading(report.secrecy, report.term, lang),
        "day": report.signers.get(str(SIGNED_APPROVED), {}).get("day", ""),
    }


def files(report: IssuedReport, lang: str) -> list[dict[str, str]]:
    if report.waits_for:
        return []
    return [
        {
            "form": form, "label": FORM_NAMES[form].in_(lang), "size": f"{told['bytes'] / 1e6:.1f} MB",
            "sha256": told["sha256"], "url": reverse("reports:issued_file", args=[report.pk, form]),
        }
        for form, told in report.files.items()
    ]  # fmt: skip


def approved(user: Any, lang: str, most: int = 30) -> list[dict[str, Any]]:
    """The approved reports that somebody may have, the newest first."""
    version = as_of(ALL_DATASETS).version
    found = listed().filter(state=APPROVED, waits_for="")
    if not is_staff(user):
        found = found.filter(secrecy__in=OPEN)
    theirs = (each for each in found.iterator() if may_take(user, each))
    return [line(each, lang, version) for each in islice(theirs, most)]


def of_list(user: Any, lang: str) -> dict[str, Any]:
    version = as_of(ALL_DATASETS).version
    signing = Signing(user)
    theirs = [each for each in listed() if signing.concerns(each)]
    lines = [line(each, lang, version) for each in theirs[:SHOWN]]
    return {"lines": lines, "numbers": _numbers(theirs, lang), "most": SHOWN}


def _numbers(theirs: Iterable[Any], lang: str) -> list[NumberLine]:
    """By bureau and year, from what each report has of it: not its letterhead, which holds a picture."""
    told = []
    ordered = sorted(theirs, key=lambda each: (-each.year, each.series, each.number))
    for (year, _), found in groupby(ordered, key=lambda each: (each.year, each.series)):
        given = [(each.number, each.state, each.bureau) for each in found]
        missing = (str(a) if a == b else f"{a}–{b}" for a, b in numbers.gaps([number for number, _, _ in given]))
        withdrawn = (str(number) for number, state, _ in given if state == WITHDRAWN)
        last, _, bureau = given[-1]
        told.append(
            NumberLine(Kept(bureau).in_(lang), year, last, Listed(*missing).in_(lang), Listed(*withdrawn).in_(lang))
        )
    return told


def of_one(report: Any, user: Any, lang: str) -> dict[str, Any]:
    """One of those `listed`: what it is, what was done, and what the asker may do now."""
    own = user.pk in hands(report) and not of_dict(report.letterhead).one_person
    ready = not report.waits_for and bool(report.files)
    told = line(report, lang, as_of(ALL_DATASETS).version)
    signing = Signing(user)
    return {
        **told,
        "events": [
            {
                "action": ACTION.by_id[each.action].in_(lang), "by": each.by, "at": figures.moment(each.at, lang),
                "reason": each.reason, "digest": each.digest[:12],
            }
            for each in report.events.all()
        ],
        "editions": [
            {"by": each.by, "at": figures.moment(each.at, lang), "text": each.text}
            for each in report.editions.order_by("-id")
        ],
        "commentary_most": COMMENTARY_MOST,
        "author": report.signers.get(str(EDITED), {}),
        "own": own,
        "may": {
            "edit": report.state == DRAFT and not told["busy"] and signing.may(access.COMPILE, report),
            "check": report.state == DRAFT and ready and signing.may(access.CHECK, report) and not own,
            "approve": report.state == CHECKED and ready and signing.may(access.APPROVE, report) and not own,
            "send_back": report.state == CHECKED and _any(signing, NEEDED["send_back"][CHECKED], report),
            "withdraw": report.state != WITHDRAWN and _any(signing, NEEDED["withdraw"][report.state], report),
            "retry": bool(report.error),
        },
        "draft": report.state == DRAFT,
        "approved": report.state == APPROVED,
    }  # fmt: skip


def may_step(user: Any, action: str, report: IssuedReport) -> bool:
    """What a step needs depends on where the report is; a state that a step does not fit is told by the step itself."""
    needed = NEEDED.get(action, {})
    every = tuple(right for rights in needed.values() for right in rights)
    wanted = needed.get(report.state, every)
    signing = Signing(user)
    return _any(signing, wanted, report) if wanted else signing.concerns(report)


def _any(signing: Signing, rights: Iterable[str], report: IssuedReport) -> bool:
    return any(signing.may(right, report) for right in rights)


# What a step needs, one of these rights, by the state that the report is in.
NEEDED: dict[str, dict[int, tuple[str, ...]]] = {
    "edit": {DRAFT: (access.COMPILE,)},
    "renew": {DRAFT: (access.COMPILE,)},
    "check": {DRAFT: (access.CHECK,)},
    "approve": {CHECKED: (access.APPROVE,)},
    "send_back": {CHECKED: (access.CHECK, access.APPROVE)},
    "withdraw": {DRAFT: (access.COMPILE,), CHECKED: (access.CHECK, access.APPROVE), APPROVED: (access.APPROVE,)},
}
