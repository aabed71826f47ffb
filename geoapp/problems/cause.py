"""From an exception to what is told of it: which errors of the database mean that it is away, full, or too slow."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from psycopg import errors as pg_errors

from geoapp.database.watch import NoneFree
from geoapp.problems import words
from layers.errors import Busy, TooSlow

# PostgreSQL's classes: connection, resources, operator (shutdown, starting up).
AWAY = ("08", "53", "57")
# A failed log-in or an unknown database: it is there, and not for us.
REFUSED = ("28", "3D")


def trouble_of(error: BaseException | None) -> words.Trouble:
    """What is told of an exception that nobody caught; a mistake of ours unless it is known to be none."""
    if isinstance(error, TooSlow):
        return words.TOO_SLOW
    if isinstance(error, Busy):
        return words.BUSY
    if isinstance(error, OperationalError):
        return _of_database(error)
    # Without a word of PostgreSQL: Django's own message for a connection that was closed under it.
    if isinstance(error, InterfaceError) and "connection" in str(error):
        return words.DATABASE_GONE
    return words.FAULT


def _of_database(error: OperationalError) -> words.Trouble:
    cause = error.__cause__
    if isinstance(cause, NoneFree):
        return words.BUSY
    if isinstance(cause, pg_errors.QueryCanceled):
        return words.TOO_SLOW
    # Errors of connecting carry no state at all.
    state = getattr(cause, "sqlstate", None)
    if state is None or state.startswith((*AWAY, *REFUSED)):
        return words.DATABASE_GONE
    if state.startswith("40"):  # a deadlock or a collision: the same again succeeds
        return words.BUSY
    return words.FAULT
