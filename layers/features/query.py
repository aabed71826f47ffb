"""A question for features, and its SQL. Nothing here runs a stream: see `layers.features.stream`.

The ORM selects and filters, so that a list holds what tile, count and map hold; the statements around it speak the
values and shape the geometry, which the ORM cannot express.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DataError, InternalError
from django.db.models import F, Q, QuerySet
from psycopg import errors as pg_errors
from psycopg import sql

from layers.db import Query
from layers.errors import BadParameter
from layers.features import counts
from layers.features.columns import chosen, columns_of
from layers.features.usage import usage_of
from layers.filters import UNFILTERED, FeatureFilter, every
from layers.functions import Raw
from layers.models.base import STORAGE_SRID, TILE_SRID
from layers.registry import Layer
from layers.values import SpokenColumn, spoken_sql

Bounds = tuple[float, float, float, float]
DEGREE_DIGITS, METRE_DIGITS = 7, 3  # about a centimetre, and a millimetre: finer than any survey here
EXACT_DIGITS = 17  # at most: PostGIS writes the fewest that come back as the same number
# WGS 84 and CGCS2000 differ by centimetres: PROJ's own transformation between them is the identity.
GEOGRAPHIC = (STORAGE_SRID, 4326)


@dataclass(frozen=True)
class FeatureQuery:
    """Which features of a layer are asked for, and what of them.

    ``fields`` are properties by name (None: all); the figures of a period are left out only by naming others of them;
    ``order`` are
    (property, descending), a vocabulary in its own order; the identity is always the last key, so that paging is
    stable. Geometry is x then y of ``srid``, or y then x when ``flipped``. `BadParameter` for an unknown property.
    """

    layer: Layer
    wanted: FeatureFilter = UNFILTERED
    cql: Q | None = None
    fields: tuple[str, ...] | None = None
    geometry: bool = True
    srid: int = STORAGE_SRID
    order: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    offset: int = 0
    flipped: bool = False

    def __post_init__(self) -> None:
        known = [column.name for column in self.all_columns()]
        for param, names in (("properties", self.fields or ()), ("sortby", [name for name, _ in self.order])):
            for name in names:
                if name not in known:
                    raise BadParameter(f"{self.layer.id} has no property {name!r}.", param=param, allowed=known)

    def all_columns(self) -> tuple[SpokenColumn, ...]:
        """Every property there is to be asked for."""
        return columns_of(self.layer, self.wanted.asked)

    def columns(self) -> tuple[SpokenColumn, ...]:
        """The properties asked for, in the registry's order."""
        return chosen(self.all_columns(), self.layer, self.fields)

    @property
    def has_geometry(self) -> bool:
        return self.geometry and self.layer.geometry != "none"

    @property
    def digits(self) -> int:
        return DEGREE_DIGITS if self.srid in GEOGRAPHIC else METRE_DIGITS

    def found(self) -> QuerySet[Any]:
        """The features that match, in no order, of all pages. `NotFound` as the filter."""
        found = self.wanted.apply(self.layer)
        return found if self.cql is None else found.filter(self.cql)

    def count(self) -> int:
        """How many features match, of all pages (numberMatched): counted once for each version and filter."""
        self.wanted.check()
        with self.answerable():
            return counts.number(self.layer, self.found())

    @contextmanager
    def answerable(self) -> Iterator[None]:
        """`BadParameter` where its condition has no value for some feature, such as one beyond all numbers.

        Held around whatever runs it; psycopg's own errors are those of COPY, which Django does not translate.
        """
        try:
            yield
        except (DataError, InternalError, pg_errors.DataError, pg_errors.InternalError):
            if self.cql is None:
                raise
            raise BadParameter(
                "The filter has no value for some feature.", param="filter", allowed=["numbers within 1e308"]
            ) from None

    def extent(self) -> Bounds | None:
        """West, south, east, north in degrees of all that match; None when nothing has a position."""
        if self.layer.geometry == "none":
            return None
        return counts.extent(self.layer, self.found())

    def statement(self, shape: sql.Composable) -> Query:
        """A statement of one row a feature, in order.

        ``shape`` is what it selects from ``f`` (its fid) and ``p`` (the spoken properties) and, where asked for,
        the geometry ``f.geom``.
        """
        self.wanted.check()
        try:
            inner, params = self._inner()
        except EmptyResultSet:  # the ORM sees that nothing can match, and makes no statement
            return Query("SELECT WHERE FALSE")
        join, usage, usage_params = usage_of(self.layer, self.wanted)
        text = sql.SQL(
            "WITH f AS ({inner}) SELECT {shape} FROM (SELECT f.*{usage} FROM f{join} ORDER BY {order}{page}) f"
            " CROSS JOIN LATERAL (SELECT {spoken}) p"
        ).format(
            shape=shape, usage=usage, inner=inner, join=join, order=self._order(), page=self._page(),
            spoken=self._properties(),
        )  # fmt: skip
        return Query(text, (*params, *usage_params))

    def _inner(self) -> tuple[sql.Composable, tuple[Any, ...]]:
        """The rows as they are stored, under private names: an annotation may not carry that of a model field."""
        stored: dict[str, Any] = {f"f_{field.name}": F(field.orm_path) for field in self.layer.listed_fields}
        if self.has_geometry:
            stored["geom_raw"] = Raw("geom_3857" if self.srid == TILE_SRID else "geom")
        chosen = self._chosen().order_by().annotate(fid=F("pk"), **stored).values("fid", *stored)
        text, params = chosen.query.sql_with_params()
        return sql.SQL(text), tuple(params)

    def _chosen(self) -> QuerySet[Any]:
        """What matches, of the page alone where it can be told from the features themselves.

        The page is cut on identities first: what it skips is neither joined nor read.
        """
        found = self.found()
        if self.limit is None or self._sorts_by_usage:
            return found
        paths = {field.name: field.orm_path for field in self.layer.listed_fields}
        keys = [F(paths[name]).desc(nulls_last=True) if down else F(paths[name]).asc() for name, down in self.order]
        page = found.order_by(*keys, "pk").values("pk")[self.offset : self.offset + self.limit]
        return every(self.layer).filter(pk__in=page)

    @property
    def _sorts_by_usage(self) -> bool:
        listed = {field.name for field in self.layer.listed_fields}
        return any(name not in listed for name, _ in self.order)

    def _order(self) -> sql.Composable:
        keys = [
            sql.SQL("{} {}").format(sql.Identifier(f"f_{name}"), sql.SQL("DESC NULLS LAST" if down else "ASC"))
            for name, down in self.order
        ]
        return sql.SQL(", ").join([*keys, sql.SQL("fid")])

    def _page(self) -> sql.Composable:
        if self.limit is not None and not self._sorts_by_usage:
            return sql.SQL("")  # cut already
        page = sql.SQL("") if self.limit is None else sql.SQL(" LIMIT {}").format(sql.Literal(self.limit))
        return page + sql.SQL(" OFFSET {}").format(sql.Literal(self.offset)) if self.offset else page

    def _properties(self) -> sql.Composable:
        by_name = {field.name: field for field in self.layer.listed_fields}
        said = []
        for column in self.columns():
            stored = sql.Identifier("f", f"f_{column.name}")
            field = by_name.get(column.name)
            value = spoken_sql(field, stored) if field else stored
            said.append(sql.SQL("{} AS {}").format(value, sql.Identifier(column.name)))
        return sql.SQL(", ").join(said)

    @property
    def shaped(self) -> sql.Composable:
        """The geometry in the reference system asked for."""
        return self.shaped_from(sql.SQL("f.geom_raw"))

    @property
    def wound(self) -> sql.Composable:
        """The same with rings as RFC 7946 has them: the outer one against the clock as seen on the map."""
        geom: sql.Composable = sql.SQL("f.geom_raw")
        return self.shaped_from(
            sql.SQL("ST_ForcePolygonCCW({})").format(geom) if self.layer.geometry == "polygon" else geom
        )

    def shaped_from(self, geom: sql.Composable) -> sql.Composable:
        if self.srid not in (*GEOGRAPHIC, TILE_SRID):
            geom = sql.SQL("ST_Transform({}, {})").format(geom, sql.Literal(self.srid))
        return sql.SQL("ST_FlipCoordinates({})").format(geom) if self.flipped else geom
