"""What an account may do, in words: for people to read on their own page. Whoever decides on rights tells more here."""

from __future__ import annotations

from typing import Any

from layers import access
from layers.models import Grant, Region, ReportingUnit
from layers.words import Worded, Words

ADMINISTRATOR = Words("系统管理员：除查阅审计外都可以做", "Administrator: everything but the audit")
STAFF = Words("工作人员：可以打开管理页面", "Staff: may open the administration")
CLERK = Words("可以导入数据", "May import data")
CONTRADICT = Words(
    "同时有管理员、审计员、操作员三种角色：三者不得兼任，现在只能查看和编制报告，请管理员收回其一",
    "Administrator, auditor and operator at once, which nobody may be: only seeing and making reports hold until one is taken back",
)
READER = Words("可以看开放的内容", "May see what is open")


def told(user: Any) -> list[Worded]:
    if user.is_superuser:
        return [ADMINISTRATOR]
    found: list[Worded] = [*_roles(user)]
    if access.granted(user.pk).contradict:
        found.insert(0, CONTRADICT)
    found += [Words(group.name, group.name) for group in user.groups.order_by("name")]
    if user.is_staff:
        found.append(STAFF)
        if user.has_perm(access.IMPORT):
            found.append(CLERK)
    return found or [READER]


def _roles(user: Any) -> list[Worded]:
    """Each role with the region that it is held in; of a region that there is no more, that it gives nothing there."""
    gone = set(access.gone_codes(user.pk))
    names = dict(Region.objects.filter(valid_to=None).values_list("code", "name"))
    units = dict(ReportingUnit.objects.values_list("code", "name"))
    return [
        Words(
            "{role}：{where}", "{role}: {where}",
            role=Words(grant.role.name, grant.role.name_en or grant.role.name),
            where=_where(grant, (units if grant.unit else names).get(grant.code, ""), gone),
        )
        for grant in Grant.objects.filter(account=user).select_related("role")
    ]  # fmt: skip


def _where(grant: Grant, name: str, gone: set[str]) -> Worded:
    if not grant.code:
        return Words("全市", "the whole city")
    if grant.code in gone:
        return Words(
            "{code}（区划已停用，现在不起作用）", "{code} (closed since: it gives nothing now)", code=grant.code
        )
    return Words("{name}（{code}）", "{name} ({code})", name=name, code=grant.code)
