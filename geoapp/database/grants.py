"""What the roles of the web may do to each table: written here table by table, and given after every migration.

`shuitu_web` and the roles that it takes own nothing, so they may change no table and lift no policy. To tables with objects
(`layers.access.policies`) nobody writes but who lifts the wall for it. A table of no class here is given to nobody;
tests/db/test_second_wall.py fails then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg.sql import SQL, Composable, Identifier, Literal

from geoapp import localdb
from layers import registry
from layers.access import policies

_EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
# Kept by migrations, by PostGIS, and by triggers.
READ = (
    "auth_permission", "django_content_type", "django_migrations", "geography_columns", "geometry_columns", "layers_rightschange",
    "spatial_ref_sys",
)  # fmt: skip
# Records that are only ever added to.
ADDED_TO = ("record_entry", "record_log", "record_salt")
# Those of the audit are given by a function of its own, which knows what may be done by whom (decision 46).
AUDIT = ("audit_line", "audit_seal", "audit_sweep")
# Accounts, sessions, rights; jobs and drafts; what forms change, and what is made again after them.
WRITTEN = (
    "accounts_account", "accounts_outsideaccount", "accounts_personaltoken", "accounts_recoverycode", "accounts_session", "accounts_tries",
    "auth_group", "auth_group_permissions", "auth_user", "auth_user_groups", "auth_user_user_permissions", "desk_importjob",
    "desk_readingprofile", "django_admin_log", "django_session", "layers_boundary", "layers_boundarypiece", "layers_declaration", "layers_edition",
    "layers_grant", "layers_gridbuild", "layers_griddifference", "layers_gridunit", "layers_gridusage", "layers_gridyear", "layers_layerversion",
    "layers_judgedfinding", "layers_judgement", "layers_openness", "layers_permissionclass", "layers_population", "layers_provisionalmonth", "layers_railway", "layers_region", "layers_release",
    "layers_reportingunit", "layers_road", "layers_role", "layers_rulerun", "layers_sewageplant", "layers_usagesum", "layers_waterbody", "layers_watercourse",
    "reports_commentaryedition", "reports_issuedevent", "reports_issuedreport", "reports_letterhead", "reports_numberseries", "reports_reportjob",
)  # fmt: skip


def rules() -> dict[str, dict[str, str]]:
    """By table what each role may, the web's own by the empty name; those that an installation adds are like our own."""
    walled = set(policies.tables())
    written = {*WRITTEN, *(policies.table_of(one) for one in (*registry.DATASETS, *registry.DERIVED))} - walled
    told: dict[str, dict[str, str]] = {}
    for tables, to_web, to_all in (
        (READ, "SELECT", "SELECT"),
        (ADDED_TO, "SELECT, INSERT", "SELECT, INSERT"),
        (written, _EVERYTHING, _EVERYTHING),
        (walled, "SELECT", _EVERYTHING),
    ):
        told |= {table: {"": to_web, policies.OBJECTS: to_web, policies.ALL: to_all} for table in tables}
    return told


def arrange(web: str, using: str = "default", *, anew: bool = False) -> bool:
    """Give the role ``web``, and those that it takes, what they may, and raise the second wall; → whether there was anything to do."""
    connection = connections[using]
    todo = [*policies.statements(web), *_grants(web)]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        made_of = hashlib.sha256("\n".join(one.as_string(cursor.cursor) for one in todo).encode()).hexdigest()
        cursor.execute("SELECT obj_description(to_regprocedure('wall_any(text)'), 'pg_proc')")
        if cursor.fetchone() == (made_of,) and not anew:  # each policy would lock its table, and wait for who reads it
            return False
        for one in todo:
            cursor.execute(one)
        for role in (web, *localdb.SEEING_ROLES):
            cursor.execute("SELECT audit_grant(%s)", [role])
        cursor.execute(SQL("COMMENT ON FUNCTION wall_any(text) IS {}").format(Literal(made_of)))
    return True


def _grants(web: str) -> Iterable[Composable]:
    for table, rights in sorted(rules().items()):
        for role, given in rights.items():
            named = {"table": Identifier(table), "role": Identifier(role or web)}
            if table not in READ:  # those of PostGIS are not ours to take back
                yield SQL("REVOKE ALL ON {table} FROM {role}").format(**named)
            yield SQL("GRANT {given} ON {table} TO {role}").format(given=SQL(given), **named)


def missing(web: str, using: str = "default") -> list[str]:
    """Which of the roles that the wall is made of this cluster does not have."""
    wanted = (web, *localdb.SEEING_ROLES)
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(wanted)])
        there = {name for (name,) in cursor.fetchall()}
    return [name for name in wanted if name not in there]


def after_migration(using: str = "default", plan: Any = None, **signal: object) -> None:
    """Once all is migrated, where the cluster has the roles. A test that empties its tables sends the signal too, without a plan."""
    web = settings.WEB_LOGIN or localdb.WEB_ROLE
    if plan is None or missing(web, using):
        return
    found = MigrationExecutor(connections[using])
    if not found.migration_plan(found.loader.graph.leaf_nodes()):
        arrange(web, using, anew=bool(plan))
