"""Answers kept for as long as they are true: by data version, never by time.

An answer depends on its URL, the host in it included (answers hold absolute addresses), and on the version of the
datasets behind it. Both make its key here and its ETag outside; a browser that asks again with the ETag gets 304 from one query to the version table.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers

from layers.db import bounded
from layers.feeds.encoding import dumps
from layers.kept.memory import Memory, in_bytes
from layers.versions import AsOf

_GZIP_FROM = 1024  # bytes below which compressing costs more than it saves


_answers: Memory[bytes] = Memory(64 * 2**20, in_bytes)


_GZIP = re.compile(r"(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=(?P<q>[\d.]+)\s*)?(?=,|$)", re.IGNORECASE)


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether the asker takes gzip; ``q=0`` says that it does not."""
    found = _GZIP.search(request.headers.get("Accept-Encoding", ""))
    return found is not None and (found["q"] or "1").strip("0.") != ""


def is_held(request: HttpRequest, tag: str) -> bool:
    """Whether the asker has the answer with this ETag: a list, a star, weak comparison (RFC 9110, 13.1.2)."""
    given = request.headers.get("If-None-Match", "")
    return given.strip() == "*" or tag in (held.strip().removeprefix("W/") for held in given.split(","))


def etag(key: str, encoding: str) -> str:
    """A strong ETag: it differs between encodings, as the bytes do."""
    return f'"{hashlib.sha256(key.encode()).hexdigest()[:20]}{"-gz" if encoding else ""}"'


def versioned(
    request: HttpRequest, as_of: AsOf, make: Callable[[], bytes], content_type: str, variant: str = ""
) -> HttpResponse:
    """The bytes of ``make()``, made once for each version, URL and ``variant`` (what was negotiated besides)."""
    encoding = "gzip" if accepts_gzip(request) else ""
    # A URL holds no space: no two questions share a key, whatever they ask for.
    key = f"{as_of.stamp} {encoding} {variant} {request.build_absolute_uri()}"
    tag = etag(key, encoding)
    response: HttpResponse
    if is_held(request, tag):
        response = HttpResponseNotModified()
    else:
        body = _answers.get_or_make(as_of.stamp, key, lambda: _encoded(make, encoding))
        response = HttpResponse(body, content_type=content_type)
        if body[:2] == b"\x1f\x8b":
            response["Content-Encoding"] = "gzip"
    response["ETag"] = tag
    # Held by the browser, asked about each time: a new import shows at the next look.
    response["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _encoded(make: Callable[[], bytes], encoding: str) -> bytes:
    with bounded():
        body = make()
    if encoding and len(body) >= _GZIP_FROM:
        # The lowest level: on these figures the highest saves a fifteenth more and takes four times as long.
        return gzip.compress(body, 1, mtime=0)
    return body


def versioned_json(
    request: HttpRequest,
    as_of: AsOf,
    make: Callable[[], dict[str, Any]],
    content_type: str = "application/json",
) -> HttpResponse:
    """The JSON of ``make()`` with its ``as_of``, made once for each version and URL."""
    return versioned(request, as_of, lambda: dumps({"as_of": as_of.to_dict(), **make()}), content_type)
