"""A site for tests of the web process alone: each path does one thing that an answer can do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path.endswith("/slow"):
        time.sleep(0.5)
    if path.endswith("/stream"):
        start("200 OK", [("Content-Type", "application/octet-stream")])
        return (b"x" * (1 << 20) for _ in range(64))
    size = int(environ["QUERY_STRING"] or 0)
    if path.endswith("/scheme"):
        start("200 OK", [("Content-Type", "text/plain")])
        return [environ["wsgi.url_scheme"].encode()]
    body = b"x" * size if size else f"{environ['REMOTE_ADDR']} {len(environ['wsgi.input'].read())}".encode()
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
