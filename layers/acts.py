"""What is done to the data, told to whoever listens: the project's audit does. Where a release is made that alone tells of it; this is
for what leaves none: a check, a refusal."""

from __future__ import annotations

from typing import Any

from django.dispatch import Signal

from layers.words import Worded

told = Signal()  # act, result, object, rows, detail: as `tell` has them


def tell(
    act: str, *, result: str = "done", object: str = "", rows: int | None = None, why: Worded | None = None, **detail: Any
) -> None:  # fmt: skip
    """``act`` was done to ``object``, a dataset or layer; or was refused, and ``why``."""
    said = detail if why is None else {**detail, "why": why.everywhere()}
    told.send(sender=None, act=act, result=result, object=object, rows=rows, detail=said)
