"""What an account may do, in words: for people to read on their own page. Whoever decides on rights tells more here."""

from __future__ import annotations

from typing import Any

from geoapp.desk.guard import PERMISSION
from layers.words import Worded, Words

ADMINISTRATOR = Words("系统管理员：可以做任何事", "Administrator: everything")
STAFF = Words("工作人员：可以打开管理页面", "Staff: may open the administration")
CLERK = Words("可以导入数据", "May import data")
READER = Words("可以看开放的内容", "May see what is open")


def told(user: Any) -> list[Worded]:
    if user.is_superuser:
        return [ADMINISTRATOR]
    found: list[Worded] = [Words(group.name, group.name) for group in user.groups.order_by("name")]
    if user.is_staff:
        found.append(STAFF)
        if user.has_perm(PERMISSION):
            found.append(CLERK)
    return found or [READER]
