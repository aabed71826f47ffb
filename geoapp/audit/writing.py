"""One line of the audit, by one statement: the function of the database that may write, and nothing else that can."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.http import Http404, HttpRequest

from geoapp.audit import who
from geoapp.audit.question import clean
from geoapp.audit.who import Who
from geoapp.audit.words import ACT, CHANNEL, RESULT
from layers.errors import ShuituError

log = logging.getLogger("shuitu.audit")
OBJECT_MOST, DETAIL_MOST = 200, 4000
_WRITE = (
    "SELECT audit_write(%s::smallint, %s::smallint, %s::bigint, %s::text, %s::text, %s::smallint, %s::text, %s::text,"
    " %s::text, %s::text, %s::bigint, %s::jsonb)"
)


def write(
    act: str, *, result: str = "done", object: str = "", rows: int | None = None, detail: Mapping[str, Any] | None = None,
    by: Who | None = None, errand: str = "",
) -> None:  # fmt: skip
    """A line, in the transaction that is open, if one is. What does not fit is cut, so that no act fails for its length."""
    of = by or who.now()
    told = (
        ACT.id_of(act), RESULT.id_of(result), of.account_id, clean(of.account, who.NAME_MOST), clean(of.address, 45),
        CHANNEL.id_of(of.channel), of.request_id, clean(errand or of.errand, 60), of.question, clean(object, OBJECT_MOST), rows,
        _detail(detail or {}),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, told)
    if (asked := who.asked()) is not None:
        asked.written += 1


def after(line: Callable[[], None], request: HttpRequest | None = None) -> None:
    """Write it when the answer is there and its transaction has ended; at once, where nobody is being answered. ``request`` names the
    one that a stream is sent for, which goes on after its answer was made."""
    asked = who.asked() or (who.of_request(request) if request is not None else None)
    if asked is None:
        line()
    else:
        asked.waiting.append(line)


@contextmanager
def attempt(act: str, *, object: str = "", **detail: Any) -> Iterator[None]:
    """Around an act and outside of its transaction: what is refused or breaks off there leaves a line though its transaction is gone.

    What comes about writes its own line inside.
    """
    try:
        yield
    except Exception as error:
        by, result, told = who.now(), "refused" if is_refusal(error) else "failed", {**detail, **reason(error)}

        def line() -> None:
            write(act, result=result, object=object, detail=told, by=by)

        if connection.needs_rollback:
            after(line)  # the transaction around it is broken too
        else:
            line()
        raise


def is_refusal(error: BaseException) -> bool:
    """Whether what was asked for is at fault, and not we."""
    return isinstance(error, (ShuituError, PermissionDenied, ValidationError, Http404)) or hasattr(error, "said")


def reason(error: BaseException) -> dict[str, Any]:
    """Why, in both languages where it was worded so; of a fault its kind alone, as its words may hold data."""
    said = getattr(error, "said", None) or getattr(error, "worded", None)
    if said is not None:
        return {"why": said.everywhere()}
    if isinstance(error, ShuituError):
        return {"why": {"en": error.detail}}
    return {"error": type(error).__name__}


def _detail(detail: Mapping[str, Any]) -> str:
    """As JSON; of one that is too long its short values alone."""
    told = _plain(detail)
    text = json.dumps(told, ensure_ascii=False)
    if len(text) <= DETAIL_MOST:
        return text
    short = {name: value for name, value in told.items() if len(json.dumps(value, ensure_ascii=False)) <= 300}
    text = json.dumps({**short, "cut": True}, ensure_ascii=False)
    return text if len(text) <= DETAIL_MOST else '{"cut": true}'


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {clean(name, 60): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in list(value)[:50]]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return clean(value, 500)
