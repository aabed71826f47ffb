"""THE list of where one can go: the head of every page and the map's menu are drawn from it, and nothing else names it.

Who may import or administer is told by the account, which is asked for before a page reads its data: within a snapshot a log-in
that has ended could not be taken away. Who is not logged in is offered the log-in; a page that does not know who asks, as those that
are made once for all, says nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db import Error as DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from geoapp.audit.rights import may_audit
from layers import access, languages
from layers.built import of_findings
from layers.words import Words

EVERYBODY, STRANGER, KNOWN, CLERK, STAFF, AUDITOR = "everybody", "stranger", "known", "clerk", "staff", "auditor"
SEER = "seer"  # who sees what is wrong with the data


@dataclass(frozen=True, slots=True)
class Destination:
    """``whose`` may go there; ``hint`` says what is there where the name alone does not."""

    key: str
    address: str
    name: Words
    hint: Words
    whose: str = EVERYBODY

    def told(self) -> dict[str, object]:
        """With the words of every language there is, for a script that speaks them all."""
        return {
            "key": self.key,
            "address": self.address,
            "name": {code: self.name.in_(code) for code in languages.codes()},
            "hint": {code: self.hint.in_(code) for code in languages.codes()},
        }


ENTRIES = (
    Destination("map", "/", Words("地图", "Map"), Words("用水地图", "The water use map")),
    Destination("reports", "/reports/", Words("报告", "Reports"), Words("各区划的用水报告", "Printable reports of any region")),
    Destination("feeds", "/feeds/", Words("下载", "Downloads"), Words("各图层的数据文件", "Files of every layer")),
    Destination("desktop", "/desktop/", Words("桌面软件", "Desktop"), Words("在 QGIS、ArcGIS 里使用", "Use in QGIS and ArcGIS")),
    Destination("interfaces", "/api/docs", Words("接口", "Interfaces"), Words("数据接口文档", "The API's documentation")),
    Destination("about", "/about", Words("数据说明", "Data note"), Words("来源、口径与合成部分", "Sources, rules and what is made up")),
    Destination("record", "/record/", Words("存证", "Record"), Words("许可与数据的不可改写的记录", "What nobody can rewrite")),
    Destination("divisions", "/divisions", Words("区划变动", "Divisions"), Words("区划历次变动", "Changes of the divisions")),
    Destination("quality", "/quality/", Words("数据质量", "Data quality"), Words("数据哪里不对，怎样改", "What is wrong with the data, and how to mend it"), SEER),
    Destination("desk", "/desk/", Words("导入台", "Import desk"), Words("检查并导入文件", "Check and import files"), CLERK),
    Destination("audit", "/audit/", Words("审计", "Audit"), Words("谁在何时做了什么", "Who did what, and when"), AUDITOR),
    Destination("admin", "/admin/", Words("管理", "Administration"), Words("各表与帐号", "Tables and accounts"), STAFF),
    Destination("account", "/account/", Words("账号", "Account"), Words("密码、登录、令牌", "Password, log-ins, tokens"), KNOWN),
    Destination("login", "/account/login", Words("登录", "Log in"), Words("导入与管理", "Import and administration"), STRANGER),
)  # fmt: skip
FOR_ALL = frozenset((EVERYBODY,))
TO_STRANGERS = frozenset((EVERYBODY, STRANGER))


def roles(request: HttpRequest) -> frozenset[str]:
    """Whose entries the asker is shown. Without the database nobody is known."""
    try:
        user = request.user
        if not (user.is_authenticated and user.is_active):
            return TO_STRANGERS
        known = frozenset((EVERYBODY, KNOWN, *((AUDITOR,) if may_audit(user) else ())))
        if not user.is_staff:
            return known
        return known | ({STAFF, CLERK} if user.has_perm(access.IMPORT) else {STAFF})
    except DatabaseError:
        return FOR_ALL


def remember(request: HttpRequest) -> None:
    """Have the page's menu know who asks."""
    request.menu_roles = roles(request)  # type: ignore[attr-defined]


View = Callable[..., HttpResponseBase]


def knows_asker(view: View) -> View:
    """Around a resource: who asks is looked up before its snapshot begins."""

    @wraps(view)
    def looked_up(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        remember(request)
        return view(request, *args, **kwargs)

    return looked_up


def _sees_findings(request: HttpRequest | None) -> bool:
    """By the account's rights, which are known by now, else by what this page's moment shows."""
    try:
        user = getattr(request, "user", None)
        if user is not None and user.is_active:
            own = access.rights_of(user)
            if user.is_superuser or (own.may("figures") and own.may("objects")):
                return True
        return bool(of_findings())
    except DatabaseError:
        return False


def entries(request: HttpRequest | None) -> list[Destination]:
    """What the menu of a page holds. Only what was remembered counts: other pages may be kept for all."""
    shown: frozenset[str] = getattr(request, "menu_roles", FOR_ALL)
    if shown is not FOR_ALL and _sees_findings(request):
        shown |= {SEER}
    return [entry for entry in ENTRIES if entry.whose in shown]
