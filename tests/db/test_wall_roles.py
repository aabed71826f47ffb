"""Who may do what in the database: the roles of the web, what they are given of each table, and that they own nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from geoapp import localdb
from geoapp.database import grants
from layers import access, registry
from layers.access import personal, policies

pytestmark = pytest.mark.django_db
WEB, ROLES = localdb.WEB_ROLE, (localdb.WEB_ROLE, *localdb.SEEING_ROLES)
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


def ask(text: str, params: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return cursor.fetchall() if cursor.description else []


def test_every_table_with_objects_is_behind_the_wall() -> None:
    """Told apart by hand here: what somebody sees and another does not."""
    told = {
        one.name
        for one in (*registry.DATASETS, *registry.DERIVED)
        if one.name in personal.DATASETS or any(layer.needs == "objects" for layer in access.layers_of(one))
    }
    assert {one.name for one in policies.walled()} == told
    assert told == {
        "permit",
        "well",
        "surface_intake",
        "facility",
        "supply_area",
        "water_user",
        "meter",
        "usage",
        "holder",
        "finding",
    }
    bound = {table for (table,) in ask("SELECT relname FROM pg_class WHERE relrowsecurity")}
    assert bound == set(policies.tables())
    links = {
        table
        for (table,) in ask(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^layers_.+_(users|wells|permits)$'"
        )
    }
    assert links and links < bound
    of_all = {table for (table,) in ask("SELECT tablename FROM pg_policies WHERE policyname = 'wall_sees_all'")}
    assert of_all == bound
    owned = ask(
        "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public' AND tableowner = ANY(%s)", [list(ROLES)]
    )
    assert owned == [], "then it would be bound by none"


def test_every_table_is_of_one_class_and_given_as_it_says() -> None:
    found = ask(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f')"
    )
    there = {table for (table,) in found} - set(grants.AUDIT)
    rules = grants.rules()
    assert there - rules.keys() == set(), (
        "a table that nobody has said what the web may do to (geoapp/database/grants.py)"
    )
    assert rules.keys() == there, "a table that there is no more"
    for table, given in rules.items():
        for role in ROLES:
            told = {
                one for one in RIGHTS if ask("SELECT has_table_privilege(%s, %s, %s)", [role, table, one]) == [(True,)]
            }
            assert told == set(given[role if role != WEB else ""].split(", ")), (table, role)
    for table in grants.AUDIT:
        for role in ROLES:
            assert [
                one for one in RIGHTS if ask("SELECT has_table_privilege(%s, %s, %s)", [role, table, one])[0][0]
            ] == ["SELECT"]


def test_the_roles_are_nobodys_masters() -> None:
    """Who logs in as the web may become what sees, and not who owns; nor is a right of what sees its own before it does."""
    owner = connection.settings_dict["USER"]
    for role in ROLES:
        assert ask("SELECT pg_has_role(%s, %s, 'MEMBER')", [role, owner]) == [(False,)], role
        found = ask(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = %s", [role]
        )
        assert found == [(False,) * 4], role
        assert ask("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [role]) == [(False,)]
    for role in localdb.SEEING_ROLES:
        assert ask("SELECT pg_has_role(%s, %s, 'MEMBER'), pg_has_role(%s, %s, 'USAGE')", [WEB, role] * 2) == [
            (True, False)
        ]
        assert ask("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [role]) == [(False,)]


def test_a_second_time_there_is_nothing_to_do() -> None:
    assert grants.arrange(WEB) is False
    assert grants.arrange(WEB, anew=True) is True
    assert grants.missing(WEB) == [] and grants.missing("nobody_has_this_role") == ["nobody_has_this_role"]


@pytest.mark.parametrize("statement", [
    "UPDATE layers_well SET name = ''", "DELETE FROM layers_well", "INSERT INTO layers_well (code) VALUES ('x')", "TRUNCATE layers_well",
    "ALTER TABLE layers_well DISABLE ROW LEVEL SECURITY", "DROP POLICY wall_sees ON layers_well", "ALTER TABLE layers_region ADD x integer",
    "CREATE TABLE mine (id integer)", "TRUNCATE layers_release", "DELETE FROM audit_line", "UPDATE audit_line SET rows = 1", "TRUNCATE audit_line",
    "ALTER TABLE audit_line DISABLE TRIGGER USER", "SELECT audit_sweep('2001-01-01')", "SELECT audit_grant('shuitu_web')",
    "DELETE FROM record_entry", "UPDATE record_entry SET subject = ''", "DELETE FROM django_migrations", "DROP TABLE layers_role",
    "CREATE OR REPLACE FUNCTION wall_whole(what text) RETURNS boolean LANGUAGE sql RETURN TRUE",
    "COPY layers_well TO PROGRAM 'true'", "ALTER ROLE shuitu_web BYPASSRLS", "ALTER DEFAULT PRIVILEGES FOR ROLE shuitu GRANT ALL ON TABLES TO PUBLIC",
])  # fmt: skip
@pytest.mark.parametrize("role", ROLES)
def test_what_owners_do_is_refused(role: str, statement: str) -> None:
    writes = (
        role == policies.ALL and statement.split()[0] in ("UPDATE", "DELETE", "INSERT") and "layers_well" in statement
    )
    if writes:
        return  # what lifts the wall writes, row by row
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner|must be member|only ever added|must be superuser|append"), transaction.atomic(), connection.cursor() as cursor:  # fmt: skip
        cursor.execute(f"SET LOCAL ROLE {role}")
        cursor.execute(statement)
