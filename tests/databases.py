"""Databases beside the default one, and what each was made from.

An empty one with the whole schema, the template, is what the tests' databases, the city and others are copied from: to migrate takes
many seconds, to copy one a fraction of a second, and each process that shares the tests has a database of its own.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
# Beside the database of the tests: of two checkouts on one cluster each has its own.
TEMPLATE = f"{os.environ.get('TEST_DATABASE') or 'shuitu_test'}_template"


def database_url(settings: dict[str, Any], name: str) -> str:
    """A URL for the database of that name beside the one of Django's settings."""
    user = f"{quote(settings['USER'], safe='')}:{quote(settings['PASSWORD'], safe='')}@" if settings["USER"] else ""
    kept = {key: value for key, value in settings["OPTIONS"].items() if key.startswith("ssl")}
    place = {"host": settings["HOST"], "port": settings["PORT"], **kept}
    return f"postgresql://{user}/{name}?{urlencode({key: value for key, value in place.items() if value})}"


def cluster(settings: dict[str, Any]) -> psycopg.Connection[Any]:
    """Where databases are made and dropped."""
    return psycopg.connect(database_url(settings, "postgres"), autocommit=True)


def is_made_from(link: psycopg.Connection[Any], name: str, wanted: str) -> bool:
    """Whether there is a database of that name that was marked as made from the same."""
    found = link.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
    ).fetchone()
    return found is not None and found[0] == wanted


def make_anew(link: psycopg.Connection[Any], name: str, template: str | None = None) -> None:
    link.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    copied = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
    link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + copied)


def mark(link: psycopg.Connection[Any], name: str, made_from: str) -> None:
    """Last, so that half a database is never taken for one."""
    link.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(made_from)))


def schema_fingerprint() -> str:
    """What the schema is made from: our migrations, models and what they generate columns by, and the packages that have some of their own."""
    digest = hashlib.sha256()
    rooms = [path for room in ("layers", "tiles", "geoapp") for path in (ROOT / room).rglob("*.py")]
    made_by = [
        path
        for path in rooms
        if {"migrations", "models", "models.py", "functions.py", "policies.py", "grants.py"} & set(path.parts)
    ]
    for path in sorted([*made_by, ROOT / "requirements.lock"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def template(settings: dict[str, Any]) -> str:
    """The name of the template on the cluster of Django's settings; made where it is missing, or of another schema."""
    wanted = schema_fingerprint()
    with cluster(settings) as link:
        # Until the connection ends: of those who begin at once one makes it, and the others wait.
        link.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATE])
        if not is_made_from(link, TEMPLATE, wanted):
            make_anew(link, TEMPLATE)
            place = {"DATABASE_URL": database_url(settings, TEMPLATE), "SECRET_KEY": secrets.token_urlsafe(50)}
            command = [sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"]
            subprocess.run(command, cwd=ROOT, env={**os.environ, **place}, check=True)
            mark(link, TEMPLATE, wanted)
    return TEMPLATE


def know_rows() -> None:
    """Have PostgreSQL count what a test has loaded, as it does by itself where rows are committed: by the numbers of empty tables it
    joins thousands of cells row by row, and one question takes twenty seconds."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
