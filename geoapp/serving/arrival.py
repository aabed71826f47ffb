"""A request on its way in: its bytes as they come, and whether it is whole. Pure: no socket, and no clock of its own.

What is read of a head here is only what tells how long to wait and in which lane to work; whether the request is well
formed is for gunicorn's own parser to say, which gets the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import unquote_to_bytes, urlsplit

HEAD_BYTES = 32 << 10  # gunicorn takes at most 100 fields; a browser sends a twentieth of this
BODY_BYTES = 64 << 10  # longest body that is held in memory until it is whole; forms of this site are far smaller
HEAD_SECONDS = 10.0  # from the first byte to the end of the head
BODY_SECONDS = 20.0  # from there to the end of a short body
LONG_BODIES = ("/admin/", "/desk/")  # where files and long forms are sent to, by people who have logged in

_END = b"\r\n\r\n"
_FIELD = re.compile(
    rb"\r\n(content-length|transfer-encoding|x-forwarded-for|cookie)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE
)


class ArrivalState(Enum):
    HEAD = 1  # the head is not whole yet
    BODY = 2  # the head is, the body is not
    WHOLE = 3
    LONG = 4  # the head is whole, and the body too long to be held: it is read while the request is worked on
    REFUSED = 5


@dataclass(slots=True)
class Arrival:
    """One request as far as it has come. ``since`` is when its first byte was waited for, in seconds of any clock."""

    since: float
    data: bytearray = field(default_factory=bytearray)
    state: ArrivalState = ArrivalState.HEAD
    refusal: int = 0  # HTTP status, when refused
    method: str = ""
    path: str = ""
    forwarded_for: str = ""
    logged_in: bool = False  # it says so: a cookie of a session is there
    _length: int = 0  # of head and body together

    def take(self, data: bytes) -> ArrivalState:
        """Some more bytes; → the state they lead to."""
        self.data += data
        if self.state is ArrivalState.HEAD:
            self._read_head()
        if self.state is ArrivalState.BODY and len(self.data) >= self._length:
            self.state = ArrivalState.WHOLE
        return self.state

    @property
    def deadline(self) -> float:
        """When it has to be whole."""
        return self.since + HEAD_SECONDS + (BODY_SECONDS if self.state is ArrivalState.BODY else 0.0)

    def _read_head(self) -> None:
        end = self.data.find(_END)
        if end < 0 or end > HEAD_BYTES:
            if len(self.data) > HEAD_BYTES:
                self._refuse(431)
            return
        head = bytes(self.data[:end])
        self.method, self.path = _request_line(head)
        fields: dict[bytes, list[bytes]] = {}
        for name, value in _FIELD.findall(head):
            fields.setdefault(name.lower(), []).append(value.strip())
        self.forwarded_for = b",".join(fields.get(b"x-forwarded-for", [])).decode("latin-1")
        self.logged_in = any(b"sessionid=" in cookie for cookie in fields.get(b"cookie", []))
        if b"transfer-encoding" in fields:
            self._refuse(411)  # none of our clients sends one; its end would have to be looked for
            return
        lengths = fields.get(b"content-length", [])
        # More than one length, or one that is no number: gunicorn refuses it, and need not wait for a body.
        length = int(lengths[0]) if len(lengths) == 1 and re.fullmatch(rb"\d{1,12}", lengths[0]) else 0
        self._length = end + len(_END) + length
        if length <= BODY_BYTES:
            self.state = ArrivalState.BODY
        elif self.path.startswith(LONG_BODIES) and self.logged_in:
            self.state = ArrivalState.LONG
        else:
            self._refuse(413)

    def _refuse(self, status: int) -> None:
        self.state, self.refusal = ArrivalState.REFUSED, status


def _request_line(head: bytes) -> tuple[str, str]:
    """(method, path as Django will match it); empty when there is no such line."""
    words = head.split(b"\r\n", 1)[0].split(b" ")
    if len(words) != 3:
        return "", ""
    target = words[1].decode("latin-1")
    try:
        path = urlsplit(target).path if not target.startswith("/") else target.partition("?")[0]
    except ValueError:
        return "", ""
    return words[0].decode("latin-1"), unquote_to_bytes(path).decode("utf-8", "replace")
