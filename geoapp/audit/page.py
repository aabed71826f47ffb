"""What the page of the audit shows, in one language: lines with their details, the picture of days, what can be chosen."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.utils import timezone

from geoapp.audit.filters import FILTERS, SUMMED, USUAL_DAYS, LineAt, Wanted, by_day
from geoapp.audit.models import Line
from geoapp.audit.words import ACT, BAD, BAD_COLOUR, CHANNEL, DONE, GROUPS, RESULT
from layers import languages
from layers.words import Words

PAGE = 50
DAYS = 62  # of the picture, the newest
HEIGHT = 60
# How what stands in a line's details is called; any other name stands as it is.
DETAILS = {
    "why": Words("原因", "Why"), "error": Words("错误", "Error"), "file": Words("文件", "File"), "status": Words("状态码", "Status"),
    "release": Words("发布", "Release"), "of": Words("所指", "Of"), "action": Words("动作", "Action"), "objects": Words("对象", "Objects"),
    "fields": Words("字段", "Fields"), "did": Words("操作", "Did"), "groups": Words("用户组", "Groups"), "permissions": Words("权限", "Permissions"),
    "format": Words("格式", "Format"), "formats": Words("格式", "Formats"), "more": Words("另有次数", "More of these"), "refused": Words("拒收", "Refused rows"),
    "new": Words("新增", "New"), "changed": Words("变更", "Changed"), "step": Words("步骤", "Step"), "reason": Words("理由", "Reason"),
    "digest": Words("摘要", "Digest"), "outcome": Words("结果码", "Outcome"), "name": Words("名称", "Name"), "period": Words("统计期", "Period"),
    "sha256": Words("文件指纹", "Fingerprint"), "bytes": Words("字节", "Bytes"), "part": Words("只取部分", "A part only"), "to": Words("目的", "To"),
    "staff": Words("可进管理", "Staff"), "superuser": Words("超级用户", "Superuser"), "active": Words("启用", "Active"), "region": Words("区划", "Region"),
    "stamp": Words("数据版本", "Data version"), "lang": Words("语言", "Language"), "by": Words("签署人", "Signed by"), "user": Words("账号编号", "Account's number"),
    "cut": Words("过长，已截断", "Too long: cut"), "minutes": Words("分钟", "Minutes"), "before": Words("此前", "Before"),
    "beside": Words("连同", "With it"),
}  # fmt: skip


def of_page(wanted: Wanted, lang: str) -> dict[str, Any]:
    """A page of lines, and what goes around it."""
    found = wanted.page(PAGE + 1)
    shown, last = found[:PAGE], found[PAGE - 1] if len(found) > PAGE else None
    return {
        "lines": [told(line, wanted, lang) for line in shown],
        "older": wanted.address(before=str(LineAt(last.at, last.id))) if last else "",
        "newest": f"?{wanted.address()}" if wanted.before else "",
        "csv": wanted.address(), "picture": picture(wanted, lang) if wanted.before is None else None,
        "account": wanted.given["account"],
    }  # fmt: skip


def form(given: dict[str, str], lang: str) -> dict[str, Any]:
    """The filters as they are filled in, and what may be chosen."""
    chosen = {name: given.get(name, "") for name in FILTERS}
    vocabs = {"act": ACT, "result": RESULT, "channel": CHANNEL}
    return {
        "chosen": chosen, "usual_days": USUAL_DAYS,
        "choices": [
            (name, vocab.in_(lang), [(term.code, term.in_(lang), term.code == chosen[name]) for term in vocab])
            for name, vocab in vocabs.items()
        ],
    }  # fmt: skip


def told(line: Line, wanted: Wanted, lang: str) -> dict[str, Any]:
    """A line in words."""
    act, result, channel = ACT.by_id.get(line.act), RESULT.by_id[line.result], CHANNEL.by_id.get(line.channel)
    at = timezone.localtime(line.at)
    return {
        "id": line.pk, "at": at, "moment": f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}",
        "act": act.in_(lang) if act else f"#{line.act}", "result": result.code, "result_told": result.in_(lang),
        "account": line.account, "account_id": line.account_id, "address": line.address,
        "channel": channel.in_(lang) if channel else f"#{line.channel}", "object": line.object, "rows": line.rows,
        "question": line.question, "request_id": line.request_id, "errand": line.errand, "detail": details(line.detail, lang),
        "of_account": wanted_by(wanted, account=line.account) if line.account else "",
        "of_address": wanted_by(wanted, address=line.address) if line.address else "",
        "of_object": wanted_by(wanted, object=line.object) if line.object else "",
    }  # fmt: skip


def wanted_by(wanted: Wanted, **value: str) -> str:
    """The lines of an account, an address or an object alone, in the same days."""
    days = {name: wanted.given[name] for name in ("from", "to", "lang")}
    return Wanted(wanted.since, wanted.until, {}, {**days, **value}).address()


def details(detail: dict[str, Any], lang: str) -> list[tuple[str, str]]:
    return [
        (DETAILS[name].in_(lang) if name in DETAILS else name, _said(value, lang)) for name, value in detail.items()
    ]


def _said(value: Any, lang: str) -> str:
    if isinstance(value, dict):
        if set(value) <= set(languages.codes()):
            return str(value.get(lang) or next(iter(value.values()), ""))
        return "; ".join(f"{name}: {_said(each, lang)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_said(each, lang) for each in value)
    if isinstance(value, bool):
        return (Words("是", "yes") if value else Words("否", "no")).in_(lang)
    return "—" if value is None or value == "" else str(value)


def picture(wanted: Wanted, lang: str) -> dict[str, Any]:
    """A bar for each day, by kind of act; what was refused or failed is a part of its own. With the numbers in words."""
    counts: dict[date, Counter[str]] = {}
    of_act = {ACT.id_of(code): key for key, _, codes, _ in GROUPS for code in codes}
    summed = by_day(wanted)
    for day, act, result, lines in summed:
        key = of_act.get(act, "bad") if result == DONE else "bad"
        counts.setdefault(day, Counter())[key] += lines
    days = sorted(counts)[-DAYS:]
    kinds = [*((key, name, colour) for key, name, _, colour in GROUPS), ("bad", BAD, BAD_COLOUR)]
    most = max((sum(counts[day].values()) for day in days), default=1)
    total = Counter[str]()
    for day in days:
        total.update(counts[day])
    return {
        "bars": [_bar(place, day, counts[day], kinds, most, lang) for place, day in enumerate(days)],
        "width": max(14, len(days)) * 10, "height": HEIGHT, "first": days[0] if days else None, "last": days[-1] if days else None,
        "most": most, "total": sum(total.values()),
        "legend": [{"name": name.in_(lang), "colour": colour, "count": total[key]} for key, name, colour in kinds if total[key]],
        "cut": SUMMED if sum(lines for *_, lines in summed) >= SUMMED else 0,
    }  # fmt: skip


def _bar(place: int, day: date, counts: Counter[str], kinds: list[Any], most: int, lang: str) -> dict[str, Any]:
    parts, top = [], float(HEIGHT)
    for key, _, colour in kinds:
        height = HEIGHT * counts[key] / most
        top -= height
        if counts[key]:
            parts.append({"y": f"{top:.2f}", "height": f"{height:.2f}", "colour": colour})
    said = ", ".join(f"{name.in_(lang)} {counts[key]}" for key, name, _ in kinds if counts[key])
    return {"x": place * 10 + 1, "parts": parts, "told": f"{day:%Y-%m-%d}: {said}", "day": f"{day:%Y-%m-%d}"}
