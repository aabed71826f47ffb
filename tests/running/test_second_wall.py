"""An installation's web process and its database: who it is there, and what the answers of the two walls have in common."""

from __future__ import annotations

import json

import psycopg
import pytest

from geoapp import localdb, state
from tests.running.conftest import Installation


def as_web(running: Installation) -> psycopg.Connection[tuple[object, ...]]:
    known = state.read_json(running.home / "db.json")
    return psycopg.connect(
        host=known["socket"], port="5432", user=localdb.WEB_ROLE, password=known["web_password"], dbname=localdb.DATABASE,
        autocommit=True,
    )  # fmt: skip


def test_the_web_process_is_a_role_that_owns_nothing(running: Installation) -> None:
    running.answers()
    with running.connected() as link:
        who = {
            name
            for (name,) in link.execute(
                "SELECT usename FROM pg_stat_activity WHERE application_name = 'shuitu'"
            ).fetchall()
        }
        assert who == {localdb.WEB_ROLE}
        assert link.execute("SELECT count(*) FROM pg_tables WHERE tableowner = %s", [localdb.WEB_ROLE]).fetchone() == (
            0,
        )
    assert f"wall      up    the web process is {localdb.WEB_ROLE}" in running.run("-m", "geoapp.localdb", "status")


def test_whoever_has_its_password_cannot_become_the_owner(running: Installation) -> None:
    with as_web(running) as link:
        for statement in (
            "SET ROLE shuitu", "SET SESSION AUTHORIZATION shuitu", "SET ROLE postgres", "CREATE DATABASE mine", "CREATE TABLE mine (id integer)",
            "ALTER TABLE layers_well NO FORCE ROW LEVEL SECURITY", "TRUNCATE layers_release", "DELETE FROM audit_line", "DROP TABLE layers_role",
            "UPDATE layers_well SET name = ''", "ALTER ROLE shuitu_web BYPASSRLS",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute(statement)  # type: ignore[arg-type]  # written above
        for table in ("layers_well", "layers_meter", "layers_usagerecord"):
            assert link.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # no setting, no row


def test_a_cluster_that_was_there_before_is_given_the_roles(running: Installation) -> None:
    """What an older version has left: a record without the web's password, roles without rights."""
    path = running.home / "db.json"
    known = state.read_json(path)
    left = {name: known[name] for name in ("id", "password", "socket")} | {"ready": True}
    with running.here():
        state.write_private(path, json.dumps(left))
    assert "wall      OFF" in running.run("-m", "geoapp.localdb", "status")
    running.run("-m", "geoapp.localdb", "start")
    assert state.read_json(path)["web_password"] != known["web_password"]
    running.up()
    with as_web(running) as link:
        assert link.execute("SELECT current_user").fetchone() == (localdb.WEB_ROLE,)
        functions = link.execute(
            "SELECT count(*) FROM pg_proc WHERE proleakproof AND proname IN ('geometry_overlaps', 'textlike')"
        )
        assert functions.fetchone() == (2,)
