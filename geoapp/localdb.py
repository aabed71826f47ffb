"""The database of one checkout: a private PostGIS cluster under `.local/pg`, or another by `DATABASE_URL`.

`python -m geoapp.localdb start|stop|status|check|destroy|id|contents`. Settings call `connection()` and nothing else.
The cluster listens on a Unix socket only, in a short directory under /tmp, so that no port can clash and no
checkout path is too long.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoapp import cluster, env, proc, state, unread

if TYPE_CHECKING:
    import psycopg

ROLE = DATABASE = "shuitu"
# Whom processes that answer log in as: it owns nothing (decision 48).
WEB_ROLE = "shuitu_web"
# What it may take for a transaction; nobody logs in as these. `layers.access.policies` says what each sees.
SEEING_ROLES = ("shuitu_sees_objects", "shuitu_sees_all")
# What conditions of questions are made of, and what an index answers them by. PostgreSQL asks a policy first and an index only
# then, unless a function is known to tell nothing of the rows that it is given (decision 48).
LEAKPROOF = (
    "geometry_overlaps(geometry, geometry)", "st_intersects(geometry, geometry)", "st_covers(geometry, geometry)",
    "st_coveredby(geometry, geometry)", "textlike(text, text)", "upper(text)",
)  # fmt: skip
FURNISHED = 1  # raised where a cluster that is there needs more than it was given
OLDEST = 14  # PostgreSQL this is known to need: Django 5.2's own floor


def record_path() -> Path:
    return state.state_dir() / "db.json"


def web_connection(url: str | None, web_url: str | None) -> dict[str, Any]:
    """The same for a process that answers; that of the owner where the database was given no role that owns nothing."""
    if url:
        return env.database_url(web_url, "DATABASE_WEB_URL") if web_url else connection(url)
    if web_url:
        raise env.BadSetting("DATABASE_WEB_URL: DATABASE_URL is missing, which names the owner of the tables")
    owner, known = connection(), state.read_json(record_path()).get("web_password")
    return {**owner, "USER": WEB_ROLE, "PASSWORD": known} if known else owner


def connection(url: str | None = None) -> dict[str, Any]:
    """NAME, USER, PASSWORD, HOST, PORT and OPTIONS for Django: from a URL, else of the private cluster.

    Before the first start there is neither: then a socket that does not exist, so that what needs no
    database (types, lint, help) still works and what does fails with PostgreSQL's own message.
    """
    if url:
        return env.database_url(url)
    found = state.read_json(record_path())
    return {
        "NAME": DATABASE,
        "USER": ROLE,
        "PASSWORD": found.get("password", ""),
        "HOST": found.get("socket") or str(state.state_dir() / "no-database-yet"),
        "PORT": cluster.PORT,
        "OPTIONS": {},
    }


def _furnish(socket: Path, password: str, web_password: str) -> None:
    """The application's roles and database, and PostGIS in both it and template1; does what is missing.

    The owner is no superuser. It may create databases (tests do), and as these are copies of template1 they
    come with PostGIS, which only a superuser could add. It may take the web's roles, to look through their eyes.
    """
    import psycopg
    from psycopg import sql

    def connect(name: str) -> "psycopg.Connection[Any]":
        return psycopg.connect(
            host=str(socket),
            port=cluster.PORT,
            user=cluster.SUPERUSER,
            password=cluster.superuser_password(),
            dbname=name,
            autocommit=True,
        )

    names = {
        "role": sql.Identifier(ROLE),
        "database": sql.Identifier(DATABASE),
        "password": sql.Literal(password),
    }
    with connect("postgres") as link:
        if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            link.execute(sql.SQL("CREATE ROLE {role}").format(**names))
        link.execute(sql.SQL("ALTER ROLE {role} LOGIN CREATEDB NOSUPERUSER PASSWORD {password}").format(**names))
        _web_roles(link, web_password)
    with connect("template1") as link:
        link.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        _for_the_wall(link)
    with connect("postgres") as link:
        if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            link.execute(sql.SQL("CREATE DATABASE {database} OWNER {role}").format(**names))
    with connect(DATABASE) as link:
        _for_the_wall(link)


def _web_roles(link: "psycopg.Connection[Any]", password: str) -> None:
    from psycopg import sql

    for text in web_roles(WEB_ROLE, ROLE):
        link.execute(text)
    login = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(WEB_ROLE), sql.Literal(password))
    link.execute(login)


def web_roles(web: str, owner: str) -> list[str]:
    """What a superuser runs once in a cluster: who serves the web, and the roles that it may take but has nothing of until it does."""
    from psycopg import sql

    seeing = ", ".join(SEEING_ROLES)
    make = "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {}) THEN CREATE ROLE {}; END IF; END $$"
    made = [sql.SQL(make).format(sql.Literal(name), sql.Identifier(name)).as_string() for name in (web, *SEEING_ROLES)]
    web, owner = (sql.Identifier(name).as_string() for name in (web, owner))
    return [
        *made,
        f"ALTER ROLE {web} LOGIN NOINHERIT NOCREATEDB NOCREATEROLE NOSUPERUSER NOBYPASSRLS",
        f"GRANT {seeing} TO {web}",
        f"GRANT {web}, {seeing} TO {owner}",
    ]


def for_the_wall(owner: str) -> list[str]:
    """What a superuser runs once in a database: only the owner makes tables (before PostgreSQL 15 everybody could), and policies leave
    questions their indexes."""
    from psycopg import sql

    return [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT CREATE ON SCHEMA public TO {sql.Identifier(owner).as_string()}",
        *(f"ALTER FUNCTION {name} LEAKPROOF" for name in LEAKPROOF),
    ]


def _for_the_wall(link: "psycopg.Connection[Any]") -> None:
    for text in for_the_wall(ROLE):
        link.execute(text)


def _connect(url: str | None) -> "psycopg.Connection[Any]":
    """One connection as the application's role, outside Django."""
    import psycopg

    place = connection(url)
    named = {
        "host": place["HOST"],
        "port": place["PORT"],
        "user": place["USER"],
        "password": place["PASSWORD"],
    }
    given: dict[str, Any] = {name: value for name, value in named.items() if value}
    given = {"connect_timeout": 5, **place["OPTIONS"], **given}
    return psycopg.connect(dbname=place["NAME"], autocommit=True, **given)


def answers(url: str | None = None) -> str:
    """Ask the database itself; → empty when it answers, else what is wrong."""
    import psycopg

    try:
        with _connect(url) as link:
            link.execute("SELECT 1")
    except psycopg.Error as error:
        return str(error).strip()
    return ""


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One start or stop of this cluster at a time."""
    path = state.make_dir(state.state_dir()) / "db.lock"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def start() -> None:
    """Make the cluster if it is not there, have it started and kept if it is not; quick when nothing is to do.

    The record is written before the launch, and marked ready last: killed in between, the next start finds
    the server's socket and furnishes what is missing.
    """
    with _alone():
        state.ensure_secrets()
        state.protect()
        place = cluster.find_cluster()
        known = state.read_json(record_path())
        kept = _look_after(place, known)
        if kept and not cluster.wait_ready(place, kept):
            cluster.end(place)
            kept = 0
        if kept and known.get("ready") and known.get("furnished") == FURNISHED and not answers():
            proc.send(kept, signal.SIGUSR1)
            return
        if not (place.data / "PG_VERSION").exists():
            cluster.initialise(place)
            known = {"id": secrets.token_hex(8), "password": secrets.token_urlsafe(24)}
        if not kept:
            known["socket"] = str(cluster.socket_dir(place.owner, known.get("socket", "")))
            state.write_private(record_path(), json.dumps(known, indent=1) + "\n")
            cluster.launch(place, Path(known["socket"]))
        if not known.get("socket") or not known.get("password"):
            raise cluster.DatabaseTrouble(f"{record_path()} is lost or damaged, and with it the database's password")
        known.setdefault("web_password", secrets.token_urlsafe(24))
        _furnish(Path(known["socket"]), known["password"], known["web_password"])
        if trouble := answers():
            raise cluster.DatabaseTrouble(f"the database started but does not answer: {trouble}")
        told = {**known, "ready": True, "furnished": FURNISHED}
        state.write_private(record_path(), json.dumps(told, indent=1) + "\n")
        proc.send(cluster.keeper_pid(place), signal.SIGUSR1)


def _look_after(place: cluster.Cluster, known: dict[str, Any]) -> int:
    """The pid of the keeper of a server that runs as it should; 0 when one has to be launched, which ends what is wrong."""
    running, kept = cluster.running_pid(place), cluster.keeper_pid(place)
    if running and not cluster.has_settings(place, known.get("socket", "")):
        print("    the running one has other settings: started anew", flush=True)
        cluster.end(place)
        return 0
    if kept and not running:  # it may be in a pause
        cluster.end(place)
        return 0
    if running and not kept:
        print("    it ran with nobody to start it again: watched from now on", flush=True)
    elif not running and cluster.left_behind(place):
        print("    the database was killed; what it was working on is ended first", flush=True)
    return kept


def stop() -> bool:
    """Stop this cluster's server, its keeper and whatever a killed one left; → whether anything was running."""
    with _alone():
        return cluster.end(cluster.find_cluster())


def destroy() -> None:
    """Stop the cluster and delete it with all its data."""
    stop()
    place = cluster.find_cluster()
    known = state.read_json(record_path())
    link = state.state_dir() / "pg"
    shutil.rmtree(place.home, ignore_errors=True)
    if link.is_symlink():
        link.unlink()
    if known.get("socket"):
        shutil.rmtree(known["socket"], ignore_errors=True)
    for name in ("db.json", "db_superuser_password"):
        (state.state_dir() / name).unlink(missing_ok=True)


def check(url: str) -> None:
    """A database somebody else runs: reachable, new enough, with PostGIS or the right to add it."""
    import psycopg

    if trouble := answers(url):
        raise cluster.DatabaseTrouble(f"DATABASE_URL: cannot connect: {trouble}")
    with _connect(url) as link:
        if (number := link.info.server_version // 10000) < OLDEST:
            raise cluster.DatabaseTrouble(f"DATABASE_URL: PostgreSQL {number} is too old: {OLDEST} or newer")
        try:
            link.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        except psycopg.Error as error:
            raise cluster.DatabaseTrouble(
                f"DATABASE_URL: no PostGIS in database '{link.info.dbname}', and this role cannot add it:\n"
                f"    {str(error).strip()}\n    Have a superuser run there: CREATE EXTENSION postgis;"
            ) from None
        version = link.execute("SELECT postgis_lib_version()").fetchone()
        print(f"    PostGIS {version[0] if version else '?'}, database '{link.info.dbname}'")


def identity(url: str) -> str:
    """A short name for the database in use, other after a reset: what the launcher's stamps speak of."""
    known = url or state.read_json(record_path()).get("id", "")
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def holds_data(url: str) -> bool:
    """Whether anything was ever imported into this database: before the demo is poured into somebody's own."""
    import psycopg

    try:
        with _connect(url or None) as link:
            return link.execute("SELECT 1 FROM layers_release LIMIT 1").fetchone() is not None
    except psycopg.errors.UndefinedTable:
        return False


def report() -> int:
    """Print one line on the database; → 0 when it answers, 3 when not."""
    url = os.environ.get("DATABASE_URL")
    if url:
        trouble = answers(url)
        print(f"database  {'up' if not trouble else 'DOWN'}  (DATABASE_URL)  {trouble}".rstrip())
        print(second_wall(url))
        return 3 if trouble else 0
    place = cluster.find_cluster()
    pid = cluster.running_pid(place)
    if not pid or answers():
        print("database  stopped")
        return 3
    kept = cluster.keeper_pid(place)
    watched = f"kept by {kept}" if kept else "NOBODY STARTS IT AGAIN (./shuitu up)"
    told = f"socket {connection()['HOST']}, port {cluster.PORT}, data {place.data}"
    print(f"database  up    pid {pid}, {watched}, {told}")
    print(second_wall(None))
    return 0


def second_wall(url: str | None) -> str:
    """One line on whom the web process logs in as."""
    owner, web = connection(url)["USER"], web_connection(url, os.environ.get("DATABASE_WEB_URL"))["USER"]
    if web == owner:
        hint = "DATABASE_WEB_URL (./shuitu manage wall)" if url else "./shuitu up"
        return f"wall      OFF   the web process owns the tables: {hint}"
    return f"wall      up    the web process is {web}, and owns nothing"


def main(argv: list[str]) -> int:
    url = os.environ.get("DATABASE_URL", "")
    actions: dict[str, Callable[[], object]] = {
        "start": start,
        "stop": stop,
        "status": report,
        "destroy": destroy,
        "check": lambda: check(url),
        "id": lambda: print(identity(url)),
        "contents": lambda: print("data" if holds_data(url) else "empty"),
    }
    if len(argv) != 1 or argv[0] not in actions:
        print("usage: python -m geoapp.localdb start|stop|status|check|destroy|id|contents", file=sys.stderr)
        return 2
    try:
        done = actions[argv[0]]()
    except (cluster.DatabaseTrouble, env.BadSetting, PermissionError) as error:
        print(f"    {error}", file=sys.stderr)
        return 1
    return done if argv[0] == "status" and isinstance(done, int) else 0


if __name__ == "__main__":
    sys.exit(unread.run(main, sys.argv[1:]))
