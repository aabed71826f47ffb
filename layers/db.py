"""The one place where hand-built read queries run: bounded in time, with errors the asker can act on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg import errors as pg_errors
from psycopg import sql

from layers.errors import TooSlow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Query:
    """A statement and its bound values: what a builder returns and `rows` runs."""

    text: sql.Composable | str
    params: Sequence[Any] | dict[str, Any] = ()

    @property
    def composed(self) -> sql.Composable:
        """The statement as a part of another."""
        return self.text if isinstance(self.text, sql.Composable) else sql.SQL(self.text)


@contextmanager
def bounded() -> Iterator[None]:
    """`TooSlow` when the statement timeout of web requests (see settings) cuts off a query of ours or the ORM's."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, pg_errors.QueryCanceled):
            raise TooSlow(
                "The answer took longer than a request may. Ask for less: a region, a shorter period."
            ) from None
        raise


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything asked inside is of one moment, whatever is committed meanwhile: the version of an answer and its figures, the
    first row of a file and its last. Reads only. Inside a transaction of the caller's, that one's rules are kept.

    It ends with the connection's patience for whoever stops reading in the midst of it (`STREAM_IDLE_SECONDS`).
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                f" SET LOCAL idle_in_transaction_session_timeout = '{settings.STREAM_IDLE_SECONDS}s'"
            )
        yield


@contextmanager
def snapshot_when_asked() -> Iterator[None]:
    """A `snapshot` that begins with the first query: who asks nothing of the database needs none."""
    with ExitStack() as stack:
        begun = False

        def begin(execute: Any, *statement: Any) -> Any:
            nonlocal begun
            if not begun:
                begun = True
                stack.enter_context(snapshot())
            return execute(*statement)

        stack.enter_context(connection.execute_wrapper(begin))
        yield


_asked: ContextVar[dict[str, Any] | None] = ContextVar("asked", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """What is asked for `once` inside is asked one time. For the making of an answer of one `snapshot`, in which it cannot change."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def once(what: str, ask: Callable[[], T]) -> T:
    """What ``ask`` gives; inside `remembering` what it gave before."""
    known = _asked.get()
    if known is None:
        return ask()
    if what not in known:
        known[what] = ask()
    found: T = known[what]
    return found


def rows(query: Query) -> list[tuple[Any, ...]]:
    """All rows of a query, or `TooSlow`."""
    with bounded(), connection.cursor() as cursor:
        cursor.execute(query.text, query.params)
        return list(cursor.fetchall())


def work_on_months(cursor: Any) -> None:
    """For the rest of the transaction: memory and workers for statements over a month of records.

    Their sorts and groups take some 100 MB, which on disk take twice as long; and the defaults think workers too dear.
    """
    cursor.execute("SET LOCAL work_mem = '192MB'; SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0")
