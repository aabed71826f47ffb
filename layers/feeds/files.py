"""A file of a query over HTTP: named, versioned, compressed, in ranges; and never half a file that looks whole.

What is sent while it is made begins only when its first piece is there, so that what is wrong is told as a problem. An
error later breaks the connection off before the end of the chunked body, which every client sees. A client too old
for chunks (HTTP/1.0) could not: it gets the file when it is whole.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_http_date_safe

from layers import access
from layers.export.base import CHUNK, Format, Options, gathered, part
from layers.export.slots import slot
from layers.export.store import fetch
from layers.features.query import FeatureQuery
from layers.features.tally import RowTally, counting
from layers.http.answers import Keeping, etag, is_held
from layers.http.encoding import accepts_gzip
from layers.http.signals import exported
from layers.http.streams import Closing, FromDisk
from layers.versions import AsOf


@dataclass(frozen=True, slots=True)
class Download:
    """What is asked for: ``variant`` tells it from every other file of the same version."""

    query: FeatureQuery
    format: Format
    options: Options
    version: AsOf
    variant: str
    name: str  # of the file, without its suffix
    headers: Mapping[str, str] = field(default_factory=dict)  # to be told besides

    @property
    def key(self) -> str:
        return f"{self.version.stamp} {self.format.key} {self.variant}"

    def to(self, request: HttpRequest, kept: Keeping) -> HttpResponseBase:
        """The file, a range of it, or 304 when the asker has this version."""
        encoding = "gzip" if self.format.text and accepts_gzip(request) else ""
        tag = etag(self.key, encoding)
        response: HttpResponseBase
        dated = _dated(self)
        if _is_fresh(request, self, dated, tag):
            response = HttpResponseNotModified()
        elif self.format.streams:
            response = _streamed(request, self, encoding)
        else:
            response = _kept(request, self, tag)
        response["ETag"] = tag
        if dated is not None:
            response["Last-Modified"] = http_date(dated)
        response["Cache-Control"] = kept.control
        if self.format.text:
            patch_vary_headers(response, ["Accept-Encoding"])
        for name, value in self.headers.items():
            response[name] = value
        return response


def _dated(wanted: Download) -> int | None:
    """When the file was last another, in seconds: of what is closed a second after its data, so that two dates differ. What an account
    sees of its own has no date: its rights may be others at any time, and no date would tell.
    """
    changed = wanted.version.changed_at
    if changed is None or not access.now().public:
        return None
    return int(changed.timestamp()) + (access.depends(wanted.query.layer) and not access.now().open)


def _is_fresh(request: HttpRequest, wanted: Download, dated: int | None, tag: str) -> bool:
    """RFC 9110, 13.2.2: the date counts only where no ETag is given; where personal data may be opened and closed, the
    very date that was told.
    """
    if "If-None-Match" in request.headers:
        return is_held(request, tag)
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    if since is None or dated is None:
        return False
    return since == dated if access.depends(wanted.query.layer) else dated <= since


def _headers(wanted: Download) -> dict[str, str]:
    """RFC 6266: the name in Chinese, and one in ASCII for those that cannot."""
    suffix = wanted.format.suffix
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", wanted.query.layer.id)
    disposition = f"attachment; filename=\"{plain}.{suffix}\"; filename*=UTF-8''{quote(f'{wanted.name}.{suffix}')}"
    charset = "; charset=utf-8" if wanted.format.media_type == "text/csv" else ""
    return {"Content-Type": wanted.format.media_type + charset, "Content-Disposition": disposition}


def _streamed(request: HttpRequest, wanted: Download, encoding: str) -> HttpResponseBase:
    headers = _headers(wanted)
    if encoding:
        headers["Content-Encoding"] = encoding
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    with ExitStack() as stack:
        stack.enter_context(slot())
        counted, sent = RowTally(), _Sent()
        made = wanted.format.write(wanted.query, wanted.options)
        stack.callback(_close, made)
        body = sent.watching(_compressed(made) if encoding else gathered(made))
        with counting(counted):  # the query begins with the first piece
            first = next(body, b"")
        second = next(body, None)
        stack.callback(lambda: _told(request, wanted, lambda: counted.rows, whole=sent.whole))
        if second is None:  # short: whole already
            return HttpResponse(first, headers=headers)
        rest = chain((first, second), body)
        if request.META.get("SERVER_PROTOCOL") == "HTTP/1.0":
            return _whole(rest, headers)
        return StreamingHttpResponse(Closing(rest, stack.pop_all()), headers=headers)


@dataclass(slots=True)
class _Sent:
    whole: bool = False  # read to its end: who leaves before has a part

    def watching(self, body: Iterator[bytes]) -> Iterator[bytes]:
        yield from body
        self.whole = True


def _told(request: HttpRequest, wanted: Download, rows: Callable[[], int], *, whole: bool) -> None:
    exported.send(
        sender=Download, request=request, layer=wanted.query.layer.id, format=wanted.format.key, rows=rows, whole=whole
    )


def _close(made: Iterator[bytes]) -> None:
    made.close()  # type: ignore[attr-defined]  # a generator: its query ends


def _compressed(body: Iterator[bytes]) -> Iterator[bytes]:
    """Gzip as it goes. The lowest level: a higher one saves a tenth and takes longer than the database."""
    press = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    held = bytearray()
    for piece in body:
        held += press.compress(piece)
        if len(held) >= CHUNK // 4:
            yield bytes(held)
            held.clear()
    yield bytes(held + press.flush())


def _whole(body: Iterator[bytes], headers: dict[str, str]) -> HttpResponseBase:
    """The body with its length, from a file without a name."""
    file = TemporaryFile()  # noqa: SIM115 - closed with the response
    for piece in body:
        file.write(piece)
    length = file.tell()
    stack = ExitStack()
    stack.enter_context(file)
    return FromDisk(Closing(part(file, 0, length), stack), headers={**headers, "Content-Length": str(length)})


def _kept(request: HttpRequest, wanted: Download, tag: str) -> HttpResponseBase:
    """A file of the store, or the range of it that is asked for: GDAL reads FlatGeobuf and GeoPackage so."""

    def make(room: Path) -> Path:
        return wanted.format.make(wanted.query, wanted.options, room)

    def sent(size: int) -> tuple[int, int]:
        return (0, 0) if request.method == "HEAD" else _asked(request, wanted, tag, size) or (0, size)

    with ExitStack() as stack:
        found = stack.enter_context(fetch(wanted.key, make, sent))
        file, size = found.file, found.size
        headers = {**_headers(wanted), "Accept-Ranges": "bytes" if wanted.format.ranges else "none"}
        asked = _asked(request, wanted, tag, size)
        if asked is not None and asked[0] >= asked[1]:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        start, end = asked or (0, size)
        headers["Content-Length"] = str(end - start)
        if asked:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        if request.method == "HEAD":
            return HttpResponse(headers=headers)
        _told(request, wanted, lambda: _count(wanted.query), whole=not asked)
        return FromDisk(
            Closing(part(file, start, end - start), stack.pop_all()), status=206 if asked else 200, headers=headers
        )


def _count(query: FeatureQuery) -> int:
    count = query.count()
    return count if query.limit is None else min(query.limit, max(0, count - query.offset))


def _asked(request: HttpRequest, wanted: Download, tag: str, size: int) -> tuple[int, int] | None:
    return _range(request, tag, size) if wanted.format.ranges else None


_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


def _range(request: HttpRequest, tag: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last of the range asked for; None for the whole file.

    Several ranges at once are answered with the whole, as RFC 9110 lets a server do.
    """
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if found is None or request.headers.get("If-Range", tag) != tag or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
