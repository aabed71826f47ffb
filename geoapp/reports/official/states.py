"""The steps of a report that is signed: issued as a draft, checked, approved; back to draft, withdrawn. Who may take them, and when.

Each step holds the report's row, and names the revision that whoever takes it has looked at: nobody signs what has changed since.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from geoapp.reports.ask import Ask, data_stamp
from geoapp.reports.official import numbers, pattern, recorded
from geoapp.reports.official.letterhead import Worn, home, of_dict, worn_by
from geoapp.reports.official.models import CommentaryEdition, IssuedEvent, IssuedReport
from geoapp.reports.official.words import (
    APPROVED,
    CHECKED,
    DRAFT,
    EDITED,
    ISSUED,
    RENEWED,
    RETURNED,
    SIGNED_APPROVED,
    SIGNED_CHECKED,
    STATE,
    TAKEN_BACK,
    WITHDRAWN,
)
from layers.errors import ShuituError
from layers.record import append as record
from layers.stats.answer import coverage
from layers.stats.query import available_months
from layers.stats.regions import RegionIndex, region_index
from layers.text import is_plain
from layers.words import Words

COMMENTARY_MOST = 4000  # characters
PARAGRAPHS_MOST = 40
REASON_MOST = 500
FREEZE, PRINT = "freeze", "print"  # what a report may wait for
_CJK = re.compile(r"[㐀-鿿]")


class SignRefused(ShuituError):
    """A step cannot be taken; ``said`` tells why, and what to do, in every language."""

    title = "This step cannot be taken"

    def __init__(self, said: Words) -> None:
        super().__init__(said.in_("en"))
        self.said = said


@dataclass(frozen=True, slots=True)
class Person:
    """Who takes a step: the account, and the name that is printed."""

    id: int
    name: str


def person(user: Any) -> Person:
    """An account's name as it is written: a Chinese one without a space, its family name first."""
    family, given = user.last_name.strip(), user.first_name.strip()
    told = f"{family}{given}" if _CJK.search(family + given) else f"{given} {family}".strip()
    return Person(int(user.pk), told or user.get_username())


def issue(ask: Ask, by: Person) -> IssuedReport:
    """A draft with the next number of the bureau; its figures are frozen by a worker. `NotFound`, `SignRefused`."""
    if ask.atlas:
        raise SignRefused(Words("合订本没有编号，不能编发。", "Bound volumes have no number and are not issued."))
    coverage(ask.period, available_months())
    index = region_index(ask.within())
    ask = ask.of_kind(index)
    if not ask.area:
        index.prefixes(ask.code, unit=ask.unit)
    worn = worn_by(ask)
    if worn is None:
        raise SignRefused(
            Words(
                "还没有为它设置报告版头：请管理员在“管理 › 报告版头”里先设置编发单位与编号格式。",
                "There is no letterhead for it yet: have the administrator set issuing bureau and pattern of numbers under "
                "“Administration › Letterheads” first.",
            )
        )
    return _numbered(ask, _name(ask, index), home(ask, index), worn, by)


def _name(ask: Ask, index: RegionIndex) -> str:
    if ask.area:
        return ask.area_name(index)
    return (index.units[ask.code] if ask.unit else index.by_code[ask.code]).name


def _numbered(ask: Ask, name: str, code: str, worn: Worn, by: Person) -> IssuedReport:
    year = timezone.localtime().year
    with transaction.atomic():
        number = numbers.give(worn.series, year, worn.first_number)  # others of this bureau wait here
        live = IssuedReport.of(ask).filter(state__in=(DRAFT, CHECKED)).first()
        if live:
            raise SignRefused(
                Words(
                    "同一份报告已有在办的 {number}：请先办完或撤回它。",
                    "The same report is under way already as {number}: finish or withdraw it first.",
                    number=live.told,
                )
            )
        told = pattern.written(worn.pattern, year, number, code)
        if IssuedReport.objects.filter(told=told).exists():
            raise SignRefused(
                Words(
                    "编号 {number} 已经用过：请在报告版头里改编号格式或起始编号。",
                    "The number {number} was given before: change the letterhead's pattern or first number.",
                    number=told,
                )
            )
        report = IssuedReport.objects.create(
            **IssuedReport.what(ask), site=ask.site, stamp=data_stamp(), name=name[:60], series=worn.series,
            year=year, number=number, told=told, letterhead=worn.to_dict(), secrecy=worn.secrecy, waits_for=FREEZE,
            signers={str(ISSUED): _signed(by)},
        )  # fmt: skip
        _note(report, ISSUED, by)
    return report


def edit(report_id: int, revision: int, by: Person, text: str, copy_number: str = "") -> IssuedReport:
    """Another commentary or copy number of a draft; each commentary saved is kept."""
    text, copy_number = _commentary(text), _copy(copy_number)
    with _step(report_id, revision, DRAFT) as report:
        if (text, copy_number) == (report.commentary, report.copy_number):
            return report
        if text != report.commentary:
            CommentaryEdition.objects.create(report=report, text=text, user_id=by.id, by=by.name, at=timezone.now())
            report.signers[str(EDITED)] = _signed(by)
        report.commentary, report.copy_number = text, copy_number
        if report.waits_for != FREEZE:
            report.waits_for = PRINT
        _note(report, EDITED, by)
    return report


def renew(report_id: int, revision: int, by: Person) -> IssuedReport:
    """Today's figures in place of those that a draft was frozen with."""
    with _step(report_id, revision, DRAFT) as report:
        report.waits_for, report.attempts, report.error, report.stamp = FREEZE, 0, "", data_stamp()
        report.signers[str(ISSUED)] = _signed(by)
        _note(report, RENEWED, by)
    return report


def check(report_id: int, revision: int, by: Person) -> IssuedReport:
    """Checked by an account that had no hand in the draft."""
    with _step(report_id, revision, DRAFT) as report:
        _refuse_unfinished(report)
        _refuse_own(report, by)
        report.state, report.waits_for = CHECKED, PRINT
        report.signers[str(SIGNED_CHECKED)] = _signed(by)
        _note(report, SIGNED_CHECKED, by)
    return report


def approve(report_id: int, revision: int, by: Person) -> IssuedReport:
    """Approved: it is what was checked, to the byte, and stays so."""
    with _step(report_id, revision, CHECKED) as report:
        _refuse_unfinished(report)
        _refuse_own(report, by)
        checked = report.events.filter(action=SIGNED_CHECKED).last()
        if checked is None or checked.digest != digest(report):
            raise SignRefused(
                Words(
                    "内容与审核时不同，不能批准：请退回草稿，重新审核。",
                    "It is not what was checked: send it back to draft and have it checked again.",
                )
            )
        report.state, report.waits_for = APPROVED, PRINT
        report.signers[str(SIGNED_APPROVED)] = _signed(by)
        _note(report, SIGNED_APPROVED, by)
    return report


def send_back(report_id: int, revision: int, by: Person, reason: str) -> IssuedReport:
    """A checked report becomes a draft again."""
    reason = _reason(reason)
    with _step(report_id, revision, CHECKED) as report:
        report.state, report.waits_for = DRAFT, PRINT
        report.signers.pop(str(SIGNED_CHECKED), None)
        _note(report, RETURNED, by, reason)
    return report


def withdraw(report_id: int, revision: int, by: Person, reason: str) -> IssuedReport:
    """The report is void; its number stays taken, and its files as they are."""
    reason = _reason(reason)
    with _step(report_id, revision, DRAFT, CHECKED, APPROVED) as report:
        if report.state == APPROVED and report.waits_for and not report.error:
            _refuse_unfinished(report)  # what was approved is printed first, and kept
        report.state, report.waits_for = WITHDRAWN, ""
        _note(report, TAKEN_BACK, by, reason)
    return report


def try_again(report_id: int) -> None:
    """Have the worker try again what it gave up."""
    IssuedReport.objects.filter(pk=report_id).exclude(error="").exclude(waits_for="").update(attempts=0, error="")


def digest(report: IssuedReport) -> str:
    """Of everything that is signed: number, letterhead, figures and drawings, commentary."""
    told = [report.told, report.letterhead, report.frozen.get("sha256"), report.commentary, report.copy_number]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def hands(report: IssuedReport) -> set[int]:
    """The accounts that had a hand in the draft."""
    return set(report.events.filter(action__in=(ISSUED, EDITED, RENEWED)).values_list("user_id", flat=True))


@contextmanager
def _step(report_id: int, revision: int, *states: int) -> Iterator[IssuedReport]:
    """The report, held until the step is written; `SignRefused` when it is elsewhere by now."""
    with transaction.atomic():
        report = IssuedReport.objects.select_for_update().get(pk=report_id)
        if report.state not in states:
            raise SignRefused(
                Words("这份报告现在是“{state}”，不能这样做。", "This report is “{state}” now: that cannot be done.", state=STATE.by_id[report.state])
            )  # fmt: skip
        if report.revision != revision:
            raise SignRefused(
                Words(
                    "您打开之后它又改过：请看过新的内容再办。",
                    "It has changed since you opened it: look at it as it is now, then decide.",
                )
            )
        report.revision += 1
        yield report
        report.save()


def _note(report: IssuedReport, action: int, by: Person, reason: str = "") -> None:
    event = IssuedEvent.objects.create(
        report=report, action=action, user_id=by.id, by=by.name, at=timezone.now(), reason=reason, digest=digest(report)
    )
    record.done(recorded.KIND, [event.pk])


def _signed(by: Person) -> dict[str, str]:
    return {"name": by.name, "day": f"{timezone.localdate():%Y-%m-%d}"}


def _refuse_unfinished(report: IssuedReport) -> None:
    if report.waits_for or not report.frozen or not report.files:
        raise SignRefused(Words("文件还在生成，请稍候再办。", "Its files are still being made: try again in a moment."))


def _refuse_own(report: IssuedReport, by: Person) -> None:
    if by.id in hands(report) and not of_dict(report.letterhead).one_person:
        raise SignRefused(
            Words(
                "编制过这份报告的人不能审核或批准它：请换一个账号。",
                "Who compiled this report cannot check or approve it: another account has to.",
            )
        )


def _reason(text: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > REASON_MOST or not is_plain(text):
        raise SignRefused(
            Words("请写明原因，最多 {most} 个字。", "Say why, in {most} characters at most.", most=REASON_MOST)
        )
    return text


def _commentary(text: str) -> str:
    """Plain paragraphs, one a line."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    lines = [line for line in lines if line]
    if not all(map(is_plain, lines)):
        raise SignRefused(Words("综述里含有不可见的控制字符。", "The commentary holds invisible control characters."))
    whole = "\n".join(lines)
    if len(whole) > COMMENTARY_MOST or len(lines) > PARAGRAPHS_MOST:
        raise SignRefused(
            Words(
                "综述最多 {most} 个字、{lines} 段，现有 {count} 个字。",
                "The commentary may have {most} characters in {lines} paragraphs; it has {count}.",
                most=COMMENTARY_MOST,
                lines=PARAGRAPHS_MOST,
                count=len(whole),
            )
        )
    return whole


def _copy(text: str) -> str:
    if text and not re.fullmatch(r"\d{1,6}", text, re.ASCII):
        raise SignRefused(Words("份号是 1–6 位数字，如 000001。", "A copy's number has 1 to 6 digits, as 000001."))
    return text
