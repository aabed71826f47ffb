"""Answers that say no (401, 403, 429) and tries to come in: ten lines a minute of a kind from an address, then one that says how many."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from geoapp.address import network
from geoapp.audit import who
from geoapp.audit.who import Who
from geoapp.audit.windows import Windows
from geoapp.audit.writing import write

FULL, SECONDS = 10, 60.0
# Of all addresses together: whoever has a million of them has these lines a minute, and the rest is counted.
FULL_OF_ALL = 600
_of_address = Windows(SECONDS, FULL)
_of_all = Windows(SECONDS, FULL_OF_ALL)


def tell(act: str, by: Who | None = None, *, object: str = "", detail: dict[str, Any] | None = None) -> None:
    """A refusal: a line, or one more that is counted."""
    tell_counted()
    by = by or who.now()
    if _of_address.is_told((act, network(by.address)), (act, by)) and _of_all.is_told(
        act, (act, Who(channel=by.channel))
    ):
        write(act, result="refused", by=by, object=object, detail=detail)
    elif (asked := who.asked()) is not None:
        asked.written += 1


def tell_counted() -> None:
    """Of each minute that is over: how many more there were than were told."""
    for window in (*_of_address.over(), *_of_all.over()):
        act, by = window.kept
        # Whoever was refused under many names: of the last line only the address is sure.
        who_told = replace(by, account_id=None, account="", request_id="", question="", errand="")
        write(act, result="refused", by=who_told, rows=window.counted, detail={"more": window.counted})


def forget() -> None:
    for windows in (_of_address, _of_all):
        windows.forget()
