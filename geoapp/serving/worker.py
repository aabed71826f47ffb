"""The web process: gunicorn's threaded worker, with a loop that waits for whole requests and for slow readers itself.

Gunicorn gives a connection to a thread as soon as its first byte is there; whoever sends a head or a body byte by byte,
or takes an answer so, holds that thread. Here the loop collects the request first (see `arrival`), a lane's thread works
on it (see `lanes`), and what its reader does not take at once is sent by the loop again (see `outlet`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import selectors
import socket
import time
from collections import Counter, OrderedDict
from concurrent.futures import Future
from functools import partial
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

from geoapp import env
from geoapp.address import address_of, is_proxy
from geoapp.logs import one_line
from geoapp.serving import conf, refusals
from geoapp.serving.arrival import Arrival, ArrivalState
from geoapp.serving.lanes import Full, OutOfPatience, Pools, lanes
from geoapp.serving.outlet import Outlet, Room

READ_BYTES = 64 << 10
UNFINISHED_OF_ONE = 40  # requests on their way in, of one client; of more, the oldest are given up…
GRACE_SECONDS = 1.0  # …unless they have only just begun: many at once are no fault
LOOK_SECONDS = 0.25  # between two looks at what has taken too long
LINGER_SECONDS = 2.0  # an answer is lost if its connection is closed over bytes that nobody read
SEND_SECONDS = 30.0  # a reader who takes nothing of a kept answer for so long is given up
SPARE = 20  # connections that are kept free for who comes next


class Connection(TConn):
    """A connection, and whose it is. ``client`` is the asker, as a proxy of ours names it; ``peer`` who connected."""

    def __init__(self, cfg: Any, sock: Outlet, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.peer = client

    @property
    def address(self) -> str:
        return str(self.peer[0]) if isinstance(self.peer, tuple) else ""


class Doorkeeper(ThreadWorker):
    """See the module. The loop is gunicorn's; what it does with a connection is said here."""

    def init_process(self) -> None:
        self.arriving: OrderedDict[Connection, Arrival] = OrderedDict()  # the one that waits longest comes first
        self.unfinished: Counter[str] = Counter()  # of these, by address
        self.sending: dict[Connection, tuple[float, bool]] = {}  # until when, and whether it is kept alive then
        self.lingering: OrderedDict[Connection, float] = OrderedDict()
        self.room = Room()
        self.next_look = 0.0
        self.stream_idle_s = env.integer("STREAM_IDLE_SECONDS", os.environ.get("STREAM_IDLE_SECONDS"), 120, 1, 3600)
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        super().init_process()

    def get_thread_pool(self) -> Pools:
        return Pools(lanes(self.cfg.threads))

    # ------------------------------------------------------------------ in

    def accept(self, listener: socket.socket) -> None:
        try:
            taken, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EMFILE, errno.ENFILE):
                raise
            return
        self.nr_conns += 1
        if self.nr_conns > self.worker_connections - SPARE:
            self._make_room()
        outlet = Outlet(taken, self.room, self.stream_idle_s)
        conn = Connection(self.cfg, outlet, address, listener.getsockname())
        outlet.from_proxy = is_proxy(conn.address, conf.proxies)
        self._await(conn)

    def _make_room(self) -> None:
        """Give up who has been silent longest: one that keeps a connection alive, else one whose request is unfinished."""
        if self.keepalived_conns:
            conn = self.keepalived_conns.popleft()
            self.poller.unregister(conn.sock)
            self._close(conn)
        elif self.arriving:
            self._give_up(next(iter(self.arriving)))

    def _await(self, conn: Connection, held: bytes = b"") -> None:
        """Collect the connection's next request; ``held`` are bytes of it that came with the last one."""
        arrival = Arrival(time.monotonic())
        self.arriving[conn] = arrival
        self.unfinished[conn.address] += 1
        conn.sock.setblocking(False)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_bytes, conn))
        if held:
            self._took(conn, arrival, held)
        else:
            self._on_bytes(conn, conn.sock)  # mostly they are there already

    def _on_bytes(self, conn: Connection, sock: Outlet) -> None:
        arrival = self.arriving[conn]
        try:
            data = sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._took(conn, arrival, data)
        else:
            self._arrived(conn)
            self._close(conn)

    def _took(self, conn: Connection, arrival: Arrival, data: bytes) -> None:
        state = arrival.take(data)
        if state is ArrivalState.REFUSED:
            self._arrived(conn)
            self._refuse(conn, arrival.refusal)
        elif state in (ArrivalState.WHOLE, ArrivalState.LONG):
            self._arrived(conn)
            self._begin(conn, arrival)

    def _arrived(self, conn: Connection) -> None:
        """It is no longer on its way in, whatever becomes of it."""
        del self.arriving[conn]
        self.unfinished[conn.address] -= 1
        if not self.unfinished[conn.address]:
            del self.unfinished[conn.address]
        self.poller.unregister(conn.sock)

    def _give_up(self, conn: Connection) -> None:
        silent = not self.arriving[conn].data
        self._arrived(conn)
        if silent:
            self._close(conn)
        else:
            self._refuse(conn, 408)

    def _refuse(self, conn: Connection, status: int) -> None:
        conn.sock.say(refusals.answer(status))
        self.log.info("refused %s: %s", conn.address, status)
        self._linger(conn)

    # ------------------------------------------------------------------ at work

    def _begin(self, conn: Connection, arrival: Arrival) -> None:
        asker = address_of(conn.address, arrival.forwarded_for, conf.proxies)
        try:
            conn.client = conn.peer  # gunicorn's parser believes a proxy's word by whom the connection is from
            conn.init()
            conn.parser.unreader.unread(bytes(arrival.data))
            if asker != conn.address:
                conn.client = (asker, 0)  # REMOTE_ADDR: for the site and its logs, the asker is who asks
            conn.sock.read_slowly(arrival.state is ArrivalState.LONG)
            done = self.tpool.pool_for(arrival).submit(asker, partial(self.handle, conn))
        except Full:
            self._refuse(conn, 503)
        else:
            done.add_done_callback(partial(self.method_queue.defer, self.finish_request, conn))

    def handle_error(self, req: Any, client: Outlet, addr: Any, exc: BaseException) -> None:
        """What is no request, or what the site itself could not answer: told as all is at the door; gunicorn would quote what it read."""
        if isinstance(exc, ParseException):
            known = {LimitRequestLine: 414, LimitRequestHeaders: 431}
            status = next((known[kind] for kind in known if isinstance(exc, kind)), 400)
            self.log.info("refused %s: %s %s", (addr or ("",))[0], status, one_line(exc)[:200])
        else:
            status = 500
            told = one_line(getattr(req, "uri", ""))[:200]
            self.log.error("a request could not be answered: %s", told, exc_info=exc)
        with contextlib.suppress(OSError):
            client.sendall(refusals.answer(status))

    def enqueue_req(self, conn: Connection) -> None:
        raise NotImplementedError("connections come in by _await")

    def on_client_socket_readable(self, conn: Connection, client: Outlet) -> None:
        """A connection that was kept alive has its next request."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await(conn)

    # ------------------------------------------------------------------ out

    def finish_request(self, conn: Connection, done: Future[Any]) -> None:
        error = done.exception()
        if isinstance(error, OutOfPatience):
            self._refuse(conn, 503)
            return
        alive = error is None and bool(done.result()) and self.alive
        if conn.sock.pending:
            self.sending[conn] = time.monotonic() + SEND_SECONDS, alive
            self.poller.register(conn.sock, selectors.EVENT_WRITE, partial(self._on_room, conn))
        else:
            self._sent(conn, alive)

    def _on_room(self, conn: Connection, sock: Outlet) -> None:
        alive = self.sending[conn][1]
        try:
            empty = sock.flush()
        except OSError:
            self._stop_sending(conn)
            self._close(conn)
            return
        if empty:
            self._stop_sending(conn)
            self._sent(conn, alive)
        else:
            self.sending[conn] = time.monotonic() + SEND_SECONDS, alive

    def _stop_sending(self, conn: Connection) -> None:
        del self.sending[conn]
        self.poller.unregister(conn.sock)

    def _sent(self, conn: Connection, alive: bool) -> None:
        """The answer is out: wait for the next request, or part."""
        if not alive:
            self._linger(conn)
        elif held := conn.parser.unreader.take_buffered():
            self._await(conn, held)
        else:
            conn.sock.setblocking(False)
            conn.set_timeout()
            self.keepalived_conns.append(conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_client_socket_readable, conn))

    def _linger(self, conn: Connection) -> None:
        """Say that nothing more comes, and read on for a moment (RFC 9112, 9.6); gunicorn would stop the loop for it."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_rest, conn))
        except OSError:
            self._close(conn)
        else:
            self.lingering[conn] = time.monotonic() + LINGER_SECONDS

    def _on_rest(self, conn: Connection, sock: Outlet) -> None:
        try:
            if sock.recv(READ_BYTES):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._part(conn)

    def _part(self, conn: Connection) -> None:
        del self.lingering[conn]
        self.poller.unregister(conn.sock)
        self._close(conn)

    def _close(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.sock.close()

    def murder_pending(self) -> None:
        """What has taken too long."""
        now = time.monotonic()
        if now < self.next_look:
            return
        self.next_look = now + LOOK_SECONDS
        for conn, arrival in list(self.arriving.items()):
            if now > arrival.deadline or self._is_idle(arrival) or self._is_one_too_many(conn, now - arrival.since):
                self._give_up(conn)
        for conn in [one for one, (until, _) in self.sending.items() if now > until]:
            self._stop_sending(conn)
            self._close(conn)
        while self.lingering and next(iter(self.lingering.values())) < now:
            self._part(next(iter(self.lingering)))

    def _is_one_too_many(self, conn: Connection, waited_s: float) -> bool:
        """The oldest come first here, so that those of one client who came last are left. A proxy has many clients."""
        many = self.unfinished[conn.address] > UNFINISHED_OF_ONE
        return many and waited_s > GRACE_SECONDS and not conn.sock.from_proxy

    def _is_idle(self, arrival: Arrival) -> bool:
        """While the process ends nobody is waited for who has sent nothing."""
        return not self.alive and not arrival.data
