"""A server in between that notes what a client asks for: the same answers, with its own address in them."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Watched:
    """``url`` to give to a client, and what it has asked since."""

    url: str
    asked: list[tuple[str, str]] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)  # what was asked with a log-in

    def queries(self, path: str) -> list[dict[str, list[str]]]:
        """The parameters of each GET of a path."""
        parts = [urlsplit(target) for method, target in self.asked if method == "GET"]
        return [parse_qs(part.query) for part in parts if part.path == path]


@contextmanager
def watching(server: str) -> Iterator[Watched]:
    """Passes every request on to the server, until left."""
    target = urlsplit(server).netloc
    watched = Watched("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            watched.asked.append((self.command, self.path))
            if self.headers.get("Authorization") or self.headers.get("X-Esri-Authorization"):
                watched.signed.append(self.path)
            link = http.client.HTTPConnection(target, timeout=60)
            link.request(self.command, self.path, headers=dict(self.headers))
            answer = link.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "content-length", "connection", "server", "date"):
                    self.send_header(name, value)
            # Of a HEAD the length is that of the body which is not sent.
            length = answer.headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(body))
            self.send_header("Content-Length", length)
            self.end_headers()
            self.wfile.write(body)
            link.close()

        do_GET = do_HEAD = do_OPTIONS = handle_one

        def log_message(self, *told: Any) -> None:
            """Not to the terminal."""

    between = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    watched.url = f"http://127.0.0.1:{between.server_port}"
    thread = threading.Thread(target=between.serve_forever, daemon=True)
    thread.start()
    try:
        yield watched
    finally:
        between.shutdown()
        between.server_close()
