"""How a line of log looks, whoever writes it: its time with zone, on one line, without what is known already.

`LogLine` is for every logger of the site, gunicorn's as well; it asks nothing of Django, so that it can be used before it.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = "Asia/Shanghai"
request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that this thread works on (`geoapp.walls.ids`)."""
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
# What would begin a line of its own, or move a terminal's cursor: each is written as its code.
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), 127, *range(128, 160))} | {
    0x2028: "\\u2028", 0x2029: "\\u2029",
}  # fmt: skip


def one_line(text: object) -> str:
    """Text from outside as a part of one line."""
    return str(text).translate(CONTROLS)


def iso(seconds: float, zone: str = ZONE) -> str:
    """`2026-03-01T08:00:00.000+08:00`, whatever zone the machine is in."""
    return datetime.fromtimestamp(seconds, ZoneInfo(zone)).isoformat(timespec="milliseconds")


class LogLine(logging.Formatter):
    """A message on one line in the site's zone; a stack trace follows it on lines of its own."""

    def __init__(self, fmt: str = FORMAT, zone: str = ZONE) -> None:
        super().__init__(fmt)
        self.zone = zone

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return iso(record.created, self.zone)

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = one_line(record.message)
        if of := request_id.get():
            record.message += f" [{of}]"
        return super().formatMessage(record)


class Unknown(logging.Filter):
    """Lets pass what is not told elsewhere.

    A database that is away is told once by `geoapp.database`, not once a request; and what has a known cause needs no
    stack trace.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return True
        from geoapp.problems import words
        from geoapp.problems.cause import trouble_of

        trouble = trouble_of(error)
        if trouble is not words.FAULT:
            record.exc_info = record.exc_text = None
        return trouble is not words.DATABASE_GONE
