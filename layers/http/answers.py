"""An answer that is found and not yet made, and how it is kept: for as long as it is true, by data version, never by time.

An answer depends on its address, the host in it included (answers hold absolute addresses), and on the version of the
data behind it. Both make its key here and its ETag outside; who asks again with the ETag gets 304 from one query to the
version table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers

from layers import access
from layers.db import bounded
from layers.http.encoding import accepts_gzip, dumps, is_packed, packed, unpacked
from layers.http.media import JSON, Media
from layers.kept.memory import Memory, in_bytes
from layers.versions import AsOf, Stamp

_answers: Memory[bytes] = Memory(64 * 2**20, in_bytes)


@dataclass(frozen=True, slots=True)
class Keeping:
    """How the answers of a resource are kept. ``control`` is what the asker is told (Cache-Control), ``for_ever`` the same where
    the address names the version of today's data; those that are kept ``here``, in memory, are made once for all askers.
    ``weak`` are ETags of answers that say the same in other bytes, as those that tell when they were made.
    """

    control: str
    for_ever: str = ""
    here: bool = False
    weak: bool = False


# Held by the asker, asked about each time: a new import shows at the next look.
BY_VERSION = Keeping("no-cache", here=True)
# The same of figures, outlines and words: nobody's in particular, so that any store between may hold it, a phone's too.
PUBLIC = Keeping("public, no-cache", here=True)
BY_ASKER = Keeping("no-cache")
MADE_ANEW = Keeping("no-cache", weak=True)
TILES = Keeping("public, max-age=60", for_ever="public, max-age=31536000, immutable")
NOT_AT_ALL = Keeping("no-store")


def is_held(request: HttpRequest, tag: str) -> bool:
    """Whether the asker has the answer with this ETag: a list, a star, weak comparison (RFC 9110, 13.1.2)."""
    given = request.headers.get("If-None-Match", "")
    return given.strip() == "*" or tag in (held.strip().removeprefix("W/") for held in given.split(","))


def etag(key: str, encoding: str) -> str:
    """A strong ETag: it differs between encodings, as the bytes do."""
    return f'"{hashlib.sha256(key.encode()).hexdigest()[:20]}{"-gz" if encoding else ""}"'


class Packing(Enum):
    """What is done about gzip: packed for who takes it, unpacked for who does not, or left as it is."""

    TEXT = 1
    MADE_PACKED = 2
    AS_IT_IS = 3


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: the ``stamp`` of its data, and what makes its body; an empty one is 204.

    ``asked`` is the question, where the address may put it in several ways; ``headers`` are told once the body is made;
    ``of_today`` says that the address names the current version, ``personal`` that what is told goes by whether personal data
    are open: a store that others share may not hold it, nor what an account sees and everybody does not.
    """

    stamp: str
    make: Callable[[], bytes]
    media: Media
    asked: str = ""
    headers: Callable[[], Mapping[str, str]] = dict
    packing: Packing = Packing.TEXT
    of_today: bool = False
    personal: bool = False

    def to(self, request: HttpRequest, kept: Keeping) -> HttpResponse:
        """The response. What is asked for by POST is nobody's to keep: its address does not tell it from others."""
        posted = request.method == "POST"
        encoding = "gzip" if self.packing is not Packing.AS_IT_IS and accepts_gzip(request) else ""
        # An address holds no space: no two questions share a key, whatever they ask for.
        key = f"{self.stamp} {encoding} {self.media.media_type} {self.asked or request.build_absolute_uri()}"
        tag = etag(key, encoding)
        response: HttpResponse
        if not posted and is_held(request, tag):
            response = HttpResponseNotModified()
        elif kept.here and not posted:
            response = self._told(_answers.get_or_make(Stamp(self.stamp), key, lambda: self._body(encoding)))
        else:
            response = self._told(self._body(encoding))
        if not posted:
            response["ETag"] = f"W/{tag}" if kept.weak else tag
        response["Cache-Control"] = self._control(kept, posted)
        if self.packing is not Packing.AS_IT_IS:
            patch_vary_headers(response, ["Accept-Encoding"])
        return response

    def _control(self, kept: Keeping, posted: bool) -> str:
        if posted:
            return NOT_AT_ALL.control
        control = kept.for_ever if kept.for_ever and self.of_today else kept.control
        shared = not self.personal and access.now().public
        return control if shared else control.replace("public", "private")

    def _body(self, encoding: str) -> bytes:
        with bounded():
            body = self.make()
        if self.packing is Packing.AS_IT_IS:
            return body
        if self.packing is Packing.MADE_PACKED:
            return body if encoding else unpacked(body)
        return packed(body) if encoding else body

    def _told(self, body: bytes) -> HttpResponse:
        if not body:
            return HttpResponse(status=204)
        response = HttpResponse(body, content_type=self.media.content_type, headers=dict(self.headers()))
        if self.packing is not Packing.AS_IT_IS and is_packed(body):
            response["Content-Encoding"] = "gzip"
        return response


def json_of(as_of: AsOf, make: Callable[[], dict[str, Any]], media: Media = JSON) -> Found:
    """The JSON of ``make()`` with the version that it is of."""
    return Found(as_of.stamp, lambda: dumps({"as_of": as_of.to_dict(), **make()}), media)
