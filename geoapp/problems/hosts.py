"""A host the site does not go by: told to the asker, and once an hour to the operator with the line that allows it."""

from __future__ import annotations

import logging
import re
import time
from collections import OrderedDict

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

from layers.words import Words

logger = logging.getLogger("shuitu.host")

HOUR_SECONDS = 3600.0
KEPT = 1000  # names remembered: who invents them is not to fill memory or log
LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
PLAUSIBLE = re.compile(rf"{LABEL}(\.{LABEL}){{0,10}}|\[[0-9a-f:.]{{2,45}}\]")
LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver"}

_logged: OrderedDict[str, float] = OrderedDict()


def asked_host(request: HttpRequest) -> str:
    """The host as it was sent, shortened; `request.get_host()` would raise again."""
    sent = str(request.META.get("HTTP_HOST", request.META.get("SERVER_NAME", "")))
    return sent[:100].encode("ascii", "backslashreplace").decode()


def way_in(host: str) -> Words:
    """What to do about it: the operator's command, for a host that may stand in one.

    Names that are allowed already are not told to a stranger; the log has the whole line.
    """
    name = split_domain_port(host.lower())[0]
    if not PLAUSIBLE.fullmatch(name):
        return Words("请使用本站登记过的网址。", "Use the site's own address.")
    known = [each for each in settings.ALLOWED_HOSTS if each in LOCAL]
    others = len(known) < len(settings.ALLOWED_HOSTS)
    command = f"ALLOWED_HOSTS={','.join([*known, name])} ./shuitu up"
    way = Words(
        "如果要允许这个网址，请管理员在服务器上运行：\n{command}",
        "To allow it, the operator runs on the server:\n{command}",
        command=command,
    )
    if not others:
        return way
    more = Words(
        "已经登记的网址要一并写上，完整的命令见服务器日志。",
        " Names that are allowed already belong in the list too; the log has the whole line.",
    )
    return Words("{way}\n{more}", "{way}\n{more}", way=way, more=more)


def tell_operator(host: str) -> None:
    """One line an hour for each host, instead of a stack trace for each request."""
    name = split_domain_port(host.lower())[0]
    plausible = PLAUSIBLE.fullmatch(name) is not None
    key = name if plausible else ""  # whatever else comes is one host
    now = time.monotonic()
    if now - _logged.get(key, -HOUR_SECONDS) < HOUR_SECONDS:
        return
    _logged[key] = now
    _logged.move_to_end(key)
    if len(_logged) > KEPT:
        _logged.popitem(last=False)
    if plausible:
        allow = ",".join([*settings.ALLOWED_HOSTS, name])
        logger.warning(
            "asked for host %s, which is not allowed; to allow it: ALLOWED_HOSTS=%s ./shuitu up", name, allow
        )
    else:
        logger.warning("asked for a host that is no name: %a", host)
