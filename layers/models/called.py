"""What an object is called where it is spoken of, in titles, choices and messages: its code, and its name to whom that may be told.

Whose names are told is decided above this room (`layers.access.told`), which leaves its judgement here: so that no page of Django's own
tells a name that a page of ours would not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

Calling = Literal["name", "code", "neither"]


class _Judge:
    """How an object may be called; by its name until somebody has said how that is found."""

    def __init__(self) -> None:
        self.calling: Callable[[Any], Calling] = lambda found: "name"


_judge = _Judge()
_by_code: ContextVar[bool] = ContextVar("by_code", default=False)


def judged_by(calling: Callable[[Any], Calling]) -> None:
    _judge.calling = calling


@contextmanager
def by_code() -> Iterator[None]:
    """Inside, names are left out whoever reads: of what is written down now and read by others later."""
    token = _by_code.set(True)
    try:
        yield
    finally:
        _by_code.reset(token)


def called(found: Any) -> str:
    """Of an object with a code and a name."""
    calling: Calling = "code" if _by_code.get() else _judge.calling(found)
    if calling == "neither":
        return f"#{found.pk}"
    return f"{found.code} {found.name}".strip() if calling == "name" else str(found.code)
