"""A way to the database that a test can take away: refused, hanging, or cut in the middle of a statement."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ACCEPT, REFUSE, SWALLOW = "accept", "refuse", "swallow"


class Proxy:
    """Forwards a TCP port of this machine to PostgreSQL's socket (a directory) or host.

    `refuse()` closes port and connections, as a stopped server does; `swallow()` goes on taking connections and bytes
    and answers none, as a stuck machine does; `restore()` lets everything through again.
    """

    def __init__(self, host: str, port: str) -> None:
        self.target = (host, int(port or 5432))
        self.port = 0
        self.mode = ACCEPT
        self._pairs: list[tuple[socket.socket, socket.socket | None]] = []
        self._listener: socket.socket | None = None
        self._lock = threading.Lock()
        self.restore()

    def restore(self) -> None:
        self.cut()  # what was swallowed is lost
        self.mode = ACCEPT
        if self._listener is None:
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", self.port))
            listener.listen(64)
            self.port = listener.getsockname()[1]
            self._listener = listener
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def refuse(self) -> None:
        self.mode = REFUSE
        if self._listener is not None:
            # shutdown wakes the thread in accept(), which close alone does not
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self.cut()

    def swallow(self) -> None:
        self.mode = SWALLOW

    def cut(self) -> None:
        """Close every connection there is, in whatever it is doing."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                if end is not None:
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)
                    end.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = None if self.mode == SWALLOW else self._reach()
            with self._lock:
                self._pairs.append((client, server))
            if server is not None:
                threading.Thread(target=self._forward, args=(client, server), daemon=True).start()

    def _reach(self) -> socket.socket:
        host, port = self.target
        if host.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(Path(host, f".s.PGSQL.{port}")))
            return server
        return socket.create_connection((host or "127.0.0.1", port))

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with selectors.DefaultSelector() as ends, contextlib.suppress(OSError, ValueError, KeyError):
            ends.register(client, selectors.EVENT_READ, server)
            ends.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _ in ends.select(0.05):
                    if self.mode == SWALLOW:
                        time.sleep(0.05)
                        continue
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if not data:
                        raise OSError
                    key.data.sendall(data)
        for end in (client, server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextlib.contextmanager
def proxy_to(host: str, port: str) -> Iterator[Proxy]:
    made = Proxy(host, port)
    try:
        yield made
    finally:
        made.refuse()
