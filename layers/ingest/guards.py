"""What keeps an import apart from others, and its errors apart from the database's words."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import DatabaseError

from layers.ingest.refusal import ImportRefused
from layers.words import Words

_POLL_S = 0.2


def alone(cursor: Any, wait_s: float, waits: Callable[[], None] | None = None) -> None:
    """Take the lock under which the data are changed by one at a time; it goes with the transaction.

    ``waits`` is told, every now and then, that another has it.
    """
    _take(cursor, "shuitu import", wait_s, waits)


def alone_in(dataset: str, cursor: Any, wait_s: float, waits: Callable[[], None] | None = None) -> None:
    """Take the lock under which a dataset is written, with no check of its files beside it.

    Two that write the same rows would wait for each other inside the database, where nobody could say why. Whoever takes
    `alone` too takes it first.
    """
    _take(cursor, f"shuitu import {dataset}", wait_s, waits)


def beside_others(dataset: str, cursor: Any, wait_s: float, waits: Callable[[], None] | None = None) -> None:
    """The same lock for a dry run: as many at once as there are, while nobody writes the dataset."""
    _take(cursor, f"shuitu import {dataset}", wait_s, waits, shared=True)


def alone_rehearsing(dataset: str, cursor: Any, wait_s: float, waits: Callable[[], None] | None = None) -> None:
    """For a dry run that has to write the rows themselves, and undo it: one at a time."""
    _take(cursor, f"shuitu rehearse {dataset}", wait_s, waits)


def _take(cursor: Any, name: str, wait_s: float, waits: Callable[[], None] | None, *, shared: bool = False) -> None:
    until = time.monotonic() + wait_s
    function = "pg_try_advisory_xact_lock_shared" if shared else "pg_try_advisory_xact_lock"
    while True:
        cursor.execute(f"SELECT {function}(hashtext(%s))", [name])
        if cursor.fetchone()[0]:
            return
        if time.monotonic() >= until:
            raise ImportRefused("另一个导入正在进行，请稍后再试", "another import is running: try again later")
        if waits:
            waits()
        time.sleep(_POLL_S)


def came_between(error: DatabaseError) -> bool:
    """Whether the database ended a transaction because of another one, so that the same can be tried again: a deadlock, or
    rows that changed meanwhile."""
    return getattr(error.__cause__, "sqlstate", None) in ("40P01", "40001")


def sha256(path: Path) -> str:
    """The file's fingerprint, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# By SQLSTATE: what the data are not to blame for, and what to do.
_TROUBLE = {
    "53100": Words("数据库所在磁盘已满：腾出空间后再导入", "the database's disk is full: make room and import again"),
    "53200": Words("数据库内存不足：稍后再导入", "the database is out of memory: import again later"),
    "57P01": Words("数据库正在停止：启动后再导入", "the database is being stopped: start it and import again"),
}


def database_refusal(error: DatabaseError) -> ImportRefused:
    """The database's own guard caught what the checks did not: name the rule, and no database text."""
    if trouble := _TROUBLE.get(getattr(error.__cause__, "sqlstate", None) or ""):
        return ImportRefused("{trouble}；未作任何改动", "{trouble}", trouble=trouble)
    diagnosis = getattr(error.__cause__, "diag", None)
    rule = getattr(diagnosis, "constraint_name", None) or getattr(diagnosis, "column_name", None) or "?"
    return ImportRefused(
        "数据库拒绝了这批数据（约束 {rule}），未作任何改动",
        "the database refused the data (constraint {rule})",
        rule=rule,
    )
