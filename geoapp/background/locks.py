"""Session locks of PostgreSQL: whoever holds one has it until it says so or ends, however it ends. No time-out has to be guessed.

A lock has two numbers: what kind of thing it is on, and which one. The kinds are told apart here, for they share one space.
"""

from __future__ import annotations

from django.db import connection

REPORT_JOBS, REPORT_SLOTS = 4490_1, 4490_2
IMPORT_JOBS, IMPORT_SLOTS, IMPORT_TURNS = 4490_3, 4490_4, 4490_5
ISSUED_REPORTS = 4490_6


def try_lock(kind: int, which: int) -> bool:
    """Take a lock if nobody has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, which])
        return bool(cursor.fetchone()[0])


def unlock(kind: int, which: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, which])


def take_slot(slots: int, most: int) -> int:
    """A place from 1 among the workers of a kind, held until the connection ends; 0 when all ``most`` are taken."""
    return next((slot for slot in range(1, most + 1) if try_lock(slots, slot)), 0)


def held(kind: int) -> set[int]:
    """The locks of a kind that somebody holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [kind],
        )
        return {row[0] for row in cursor.fetchall()}


def taken(kind: int) -> int:
    """How many of them."""
    return len(held(kind))
