"""Connections from a pool that is never waited for longer than a person waits.

What psycopg's pool does by itself is not enough: it waits for a connection as long when the server is gone as when all
are busy, tries again after pauses that double, and asks a connection of a silent server without a limit.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import psycopg
from django.contrib.gis.db.backends.postgis import base
from psycopg_pool import ConnectionPool, PoolTimeout

from geoapp.database.wall import Walled
from geoapp.database.watch import NoneFree, Watch

SILENCE_SECONDS = 0.5  # a statement may take longer; after so long it is asked whether the database still lives
SLICE_SECONDS = 0.5  # one wait for a free connection, before asking the same
FREE_SECONDS = 5.0  # how long a live database's busy connections are waited for
CONNECT_SECONDS = 2  # libpq's least
# The pool tries a failed connection twice and gives it up: the next request opens one, without a grown pause.
RECONNECT_SECONDS = 0.0

POOL = {"min_size": 1, "timeout": SLICE_SECONDS, "reconnect_timeout": RECONNECT_SECONDS}

_watches: dict[str, Watch] = {}


class WatchedConnection(psycopg.Connection[Any]):
    """A connection that gives up a silent server, and not a slow statement."""

    watch: Watch

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        return super().wait(self._listened(gen), *args, **kwargs)

    def _listened(self, gen: Any) -> Generator[Any, Any, Any]:
        """The same generator; what it yields and is sent is psycopg's protocol, in which 0 says that nothing came."""
        silent_since = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    silent_since = time.monotonic()
                    self.watch.heard()
                elif time.monotonic() - silent_since > SILENCE_SECONDS and not self.watch.answers():
                    self.pgconn.finish()
                    self.watch.refuse()
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value


class DatabaseWrapper(Walled, base.DatabaseWrapper):
    """GeoDjango's PostGIS, with `Gone` and `NoneFree` told apart. Settings say the pool's size, the rest is said here."""

    def __init__(self, settings_dict: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        options = settings_dict["OPTIONS"]
        options["pool"] = {**POOL, "connection_class": WatchedConnection, **options["pool"]}
        super().__init__(settings_dict, *args, **kwargs)

    @property
    def watch(self) -> Watch:
        """One for all threads of the process."""
        return _watches.setdefault(self.alias, Watch(self._ask_once))

    def _ask_once(self) -> None:
        told = {**self.get_connection_params(), "connect_timeout": CONNECT_SECONDS, "autocommit": True}
        with psycopg.connect(**told) as link:
            link.execute("SELECT 1")

    def get_connection_params(self) -> dict[str, Any]:
        return {"connect_timeout": CONNECT_SECONDS, **super().get_connection_params()}

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        """A connection of the pool that answers, or `Gone` within two seconds, or `NoneFree` after `FREE_SECONDS`."""
        watch = WatchedConnection.watch = self.watch
        until = time.monotonic() + FREE_SECONDS
        while True:
            watch.refuse()
            try:
                connection = super().get_new_connection(conn_params)
            except PoolTimeout:
                if watch.answers() and time.monotonic() > until:
                    raise NoneFree("no connection came free") from None
                continue
            try:
                ConnectionPool.check_connection(connection)
            except psycopg.Error:
                connection._pool.putconn(connection)  # which closes it and opens another
                watch.answers()
            else:
                return connection
