"""Connections of processes that answer: each statement that speaks of objects is run behind the second wall.

What a transaction sees ends with it, and a statement outside of one gets one of its own: no connection of the pool carries what
somebody may see to somebody else.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from psycopg.sql import Composable

from layers.wall import Wall, told


class _Behind:
    """A cursor that has the wall raised before a statement that needs it; innermost, so that a snapshot begins before."""

    db: Any
    cursor: Any

    def _execute(self, sql: Any, params: Any, *ignored: Any) -> Any:
        return self._run(super()._execute, sql, params)  # type: ignore[misc]

    def _executemany(self, sql: Any, params: Any, *ignored: Any) -> Any:
        return self._run(super()._executemany, sql, params)  # type: ignore[misc]

    def copy(self, statement: Any, params: Any = None, **options: Any) -> Any:
        text = self._text(statement)
        if self.db.in_transaction:
            self.db.raise_wall(text)
        return self.cursor.copy(text, params, **options)

    def _run(self, execute: Any, sql: Any, params: Any) -> Any:
        text = self._text(sql)
        if self.db.in_transaction:
            self.db.raise_wall(text)
        elif self.db.needs_wall(text):
            with transaction.atomic(using=self.db.alias):
                self.db.raise_wall(text)
                return execute(text, params)
        return execute(text, params)

    def _text(self, sql: Any) -> Any:
        return sql.as_string(self.cursor) if isinstance(sql, Composable) else sql


class BehindCursor(_Behind, CursorWrapper):
    pass


class BehindDebugCursor(_Behind, CursorDebugWrapper):
    pass


class Walled:
    """For a `DatabaseWrapper`: what its transaction was told of the wall is known here, and forgotten where the database forgets it."""

    _raised: Wall | None = None
    _ends = False  # a transaction that has failed takes no statement but the one that ends it

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        return BehindCursor(cursor, self) if settings.WEB_ROLE else super().make_cursor(cursor)  # type: ignore[misc]

    def make_debug_cursor(self, cursor: Any) -> CursorDebugWrapper:
        return BehindDebugCursor(cursor, self) if settings.WEB_ROLE else super().make_debug_cursor(cursor)  # type: ignore[misc]

    @property
    def in_transaction(self) -> bool:
        """What is told outside of one is gone with the statement that told it."""
        return bool(self.in_atomic_block or not self.get_autocommit())  # type: ignore[attr-defined]

    def needs_wall(self, text: Any) -> bool:
        from layers.access import behind

        return behind.stands_before(text)

    def raise_wall(self, text: Any) -> None:
        """Before a statement of a transaction. Where the wall is lifted before every one: what it makes for the next is that role's."""
        from layers.access import behind

        if self._ends or not (told() or behind.stands_before(text)):
            return
        wanted = behind.wanted()
        if wanted == self._raised:
            return
        self._raised = wanted
        query = behind.raising(wanted, settings.WEB_ROLE)
        try:
            with self.cursor() as cursor:  # type: ignore[attr-defined]
                cursor.execute(query.text, query.params)
        except BaseException:
            self._raised = None
            raise

    def _commit(self) -> Any:
        self._raised = None
        return super()._commit()  # type: ignore[misc]

    def _rollback(self) -> Any:
        self._raised = None
        return super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        self._ends = True
        try:
            super()._savepoint_rollback(sid)  # type: ignore[misc]
        finally:
            self._ends, self._raised = False, None

    def _close(self) -> Any:
        self._raised = None
        return super()._close()  # type: ignore[misc]
