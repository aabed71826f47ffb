"""The second wall as the database has it: row-level security on every table with objects, made from the registry.

A role that owns nothing sees of such a table what settings of its transaction say; unset they say nothing. Each is read once a
statement: by an uncorrelated subquery. Rules are those of `layers.access.rows`, or wider where that leads over joins, never narrower.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models.expressions import RawSQL
from psycopg import sql
from psycopg.sql import SQL, Composable, Identifier, Literal

from layers import registry
from layers.access import personal
from layers.access.rows import leads_to_many
from layers.access.seen import layers_of
from layers.entries import Layer
from layers.fields import NOWHERE, Dataset
from layers.link_tables import own_links

# Roles that nobody logs in as, and that the web process takes for a transaction whose asker sees everything, or everything but personal
# data: their condition is a constant, which the planner strikes out, so that their plans are those of the tables' owner.
ALL, OBJECTS = "shuitu_sees_all", "shuitu_sees_objects"

# What is kept of objects for history and cells: read by code alone that lifts the wall.
INNER = ("layers.FormerState", "layers.PastStanding", "layers.PastPlace", "layers.GridPlace", "layers.GridWeight")

# A setting holds prefixes of region codes, or a star for everything. Once a transaction ends, a setting of its own is empty, not unset.
_FUNCTIONS = (
    "CREATE OR REPLACE FUNCTION wall_any(what text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE"
    " RETURN COALESCE(current_setting('shuitu.' || what, TRUE), '') <> ''",
    "CREATE OR REPLACE FUNCTION wall_whole(what text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE"
    " RETURN COALESCE(current_setting('shuitu.' || what, TRUE), '') = '*'",
    # Bytes against bytes, as the index of prefixes has them; nothing that a code may hold comes after a tilde.
    "CREATE OR REPLACE FUNCTION wall_regions(what text) RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL SAFE ROWS 500 AS $$"
    " SELECT r.id FROM unnest(string_to_array(NULLIF(current_setting('shuitu.' || what, TRUE), ''), ',')) begins"
    " JOIN layers_region r ON r.code ~>=~ begins AND r.code ~<~ (begins || '~') $$",
)
_OF_DATASET = "wall_{}"  # the function that finds the rows of a dataset whose regions joins lead to


def walled() -> tuple[Dataset, ...]:
    """The datasets whose rows are not all told to everybody who sees figures."""
    every = (*registry.DATASETS, *registry.DERIVED)
    return tuple(
        one
        for one in every
        if one.name in personal.DATASETS or any(layer.needs == "objects" for layer in layers_of(one))
    )


def table_of(dataset: Dataset) -> str:
    return str(apps.get_model(dataset.model)._meta.db_table)


def tables() -> tuple[str, ...]:
    """Every table that the wall stands before: datasets, their links, and what is kept of them inside."""
    inner = tuple(str(apps.get_model(model)._meta.db_table) for model in INNER)
    return (*map(table_of, walled()), *_links(), *inner)


def _links() -> tuple[str, ...]:
    return tuple(dict.fromkeys(link.table for one in walled() for link in own_links(one.model)))


def statements(web: str) -> list[Composable]:
    """What raises the wall for the role ``web``, or raises it anew."""
    made: list[Composable] = [SQL(text) for text in _FUNCTIONS]
    made += [_function(one) for one in walled() if _over_many(one)]
    for one in walled():
        made += _policies(table_of(one), web, condition(one), _of_objects(one))
    for table in _links():
        # Pairs of numbers, which tell nothing without the rows that they are of.
        made += _policies(table, web, SQL("(SELECT wall_any('objects'))"), Literal(True))
    for model in INNER:
        made += _policies(apps.get_model(model)._meta.db_table, web, None)
    return made


def _of_objects(dataset: Dataset) -> Composable | None:
    """Which rows one sees who sees all objects but no persons; None of a dataset of persons."""
    layers = layers_of(dataset)
    if dataset.name in personal.DATASETS:
        return None
    if all(layer.needs != "persons" for layer in layers):
        return Literal(True)
    return SQL(" OR ").join(SQL("({})").format(_scope(layer)) for layer in layers if layer.needs != "persons")


def _scope(layer: Layer) -> Composable:
    every = [SQL("{} = {}").format(Identifier(name), Literal(value)) for name, value in layer.scope.items()]
    return SQL(" AND ").join(every) if every else Literal(True)


def _policies(
    table: str, web: str, seen: Composable | None, of_objects: Composable | None = None
) -> Iterator[Composable]:
    named: dict[str, Composable] = {"table": Identifier(table), "all": Identifier(ALL)}
    for name in ("wall_sees", "wall_sees_objects", "wall_sees_all"):
        yield SQL("DROP POLICY IF EXISTS {name} ON {table}").format(name=Identifier(name), **named)
    create = SQL("CREATE POLICY {name} ON {table} FOR SELECT TO {role} USING ({seen})")
    if seen is not None:
        yield create.format(name=Identifier("wall_sees"), role=Identifier(web), seen=seen, **named)
    if of_objects is not None:
        yield create.format(name=Identifier("wall_sees_objects"), role=Identifier(OBJECTS), seen=of_objects, **named)
    yield SQL("CREATE POLICY wall_sees_all ON {table} TO {all} USING (TRUE) WITH CHECK (TRUE)").format(**named)
    yield SQL("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY").format(**named)


def condition(dataset: Dataset) -> sql.Composed:
    """Which rows of a dataset a statement sees: those of any layer of it."""
    layers = layers_of(dataset)
    each = []
    for layer in layers:
        each.append(SQL("({})").format(SQL(" AND ").join([_scope(layer), _seen(dataset, layer.needs)])))
    return SQL(" OR ").join(each)


def _seen(dataset: Dataset, needs: str) -> Composable:
    if dataset.name in personal.DATASETS or needs == "persons":
        return _within(dataset, "personal")
    if needs == "objects":
        return _within(dataset, "objects")
    return SQL("(SELECT wall_any({}))").format(Literal("figures" if needs == "figures" else "objects"))


def _within(dataset: Dataset, what: str) -> Composable:
    ways: list[Composable] = [SQL("(SELECT wall_whole({}))").format(Literal(what))]
    if _over_many(dataset):
        function = Identifier(_OF_DATASET.format(dataset.name))
        ways.append(SQL("id IN (SELECT {}({}))").format(function, Literal(what)))
    elif _paths(dataset):
        ways += [_by(apps.get_model(dataset.model), path, what) for path in _paths(dataset)]
    return SQL("({})").format(SQL(" OR ").join(ways))


def _paths(dataset: Dataset) -> tuple[str, ...]:
    """Where the regions are that decide whose a row is; none of what is the whole city's."""
    return dataset.reached or tuple(filter(None, [dataset.counted] if dataset.counted != NOWHERE else []))


def _over_many(dataset: Dataset) -> bool:
    return any(leads_to_many(dataset.model, path) for path in _paths(dataset))


def _by(model: Any, path: str, what: str) -> Composable:
    """The condition on a row by a path to a region, or over one object to its region.

    That object is behind the wall itself, as far as the row is or further: persons are objects.
    """
    first, _, rest = path.partition("__")
    field = model._meta.get_field(first)
    if not rest:
        return SQL("{} IN (SELECT wall_regions({}))").format(Identifier(field.column), Literal(what))
    other = field.related_model._meta
    return SQL("EXISTS (SELECT FROM {of} o WHERE o.id = {table}.{link} AND o.{region} = ANY (ARRAY(SELECT wall_regions({what}))))").format(
        of=Identifier(other.db_table), table=Identifier(model._meta.db_table), link=Identifier(field.column),
        region=Identifier(other.get_field(rest).column), what=Literal(what),
    )  # fmt: skip


def _function(dataset: Dataset) -> Composable:
    """The rows of a dataset by all its ways, as the owner sees them: a policy that read its own table would ask itself."""
    model = apps.get_model(dataset.model)
    within = RawSQL("SELECT wall_regions(what)", [])
    ways = []
    for path in _paths(dataset):
        text, given = (
            model._default_manager.order_by().filter(**{f"{path}__in": within}).values("pk").query.sql_with_params()
        )
        assert not given
        ways.append(SQL(text))
    return SQL(
        "CREATE OR REPLACE FUNCTION {}(what text) RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER"
        " SET search_path = public, pg_temp AS $$ {} $$"
    ).format(Identifier(_OF_DATASET.format(dataset.name)), SQL(" UNION ").join(ways))
