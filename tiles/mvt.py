"""The SQL of a vector tile, built from a layer's entry and the one filter; nothing here runs it.

The ORM selects and filters (so a tile shows exactly what the feed lists); the outer statement turns vocabulary ids
into slugs and aggregates to MVT, which the ORM cannot express.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.gis.geos import Polygon
from django.core.exceptions import EmptyResultSet
from django.db.models import F, QuerySet
from psycopg import sql

from layers.db import Query
from layers.filters import UNFILTERED, FeatureFilter
from layers.functions import AsMVTArea, AsMVTGeom, Raw
from layers.models.base import TILE_SRID
from layers.registry import Layer
from layers.stats.carried import NOTHING, Carried, carried
from layers.values import spoken_sql
from tiles.address import Tile

EXTENT = 4096
BUFFER = 64
# Cluster cells on a side of a tile: 64 pixels each of a 512 pixel tile. Cells nest in tiles, so that each object is
# counted in one cell of one tile and the counts of a zoom add up to the layer.
CELLS = 8
# Of what lies underneath, in a tile: thinned as it is, only a tile full of lanes can have more, and then lacks the least of them.
MOST_UNDERNEATH = 8_000


@dataclass(frozen=True, slots=True)
class TileRequest:
    """What a tile is made of."""

    layer: Layer
    tile: Tile
    wanted: FeatureFilter = UNFILTERED

    @property
    def clustered(self) -> bool:
        return self.layer.geometry == "point" and self.tile.z < self.layer.detail_zoom


def _box(bounds: tuple[float, float, float, float]) -> Polygon:
    box = Polygon.from_bbox(bounds)
    box.srid = TILE_SRID
    return box


def _columns(layer: Layer) -> dict[str, Any]:
    """Tile fields under private names: an annotation may not carry the name of a model field."""
    return {f"f_{field.name}": F(field.orm_path) for field in layer.tile_fields}


def _select(found: QuerySet[Any], layer: Layer, **geometry: Any) -> tuple[sql.Composable, tuple[Any, ...]]:
    columns = _columns(layer)
    chosen = found.order_by().annotate(fid=F("pk"), **columns, **geometry).values("fid", *columns, *geometry)
    if layer.dataset.bands:  # what is drawn from farthest is the greatest
        chosen = chosen.order_by("drawn_from", "pk")[:MOST_UNDERNEATH]
    text, params = chosen.query.sql_with_params()
    return sql.SQL(text), tuple(params)


def _properties(layer: Layer, wrap: str = "{}") -> sql.Composable:
    shape = sql.SQL(wrap)
    return sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(
            spoken_sql(field, shape.format(sql.Identifier("f", f"f_{field.name}"))), sql.Identifier(field.name)
        )
        for field in layer.tile_fields
    )


def _mvt(name: str, body: sql.Composable) -> sql.Composable:
    return sql.SQL("(SELECT ST_AsMVT(tile, {}, {}, 'geom', 'fid') FROM ({}) AS tile)").format(
        sql.Literal(name), sql.Literal(EXTENT), body
    )


def features(request: TileRequest) -> Query:
    """Every feature that touches the buffered tile, clipped to it, with its attributes; areas however small. Of what lies
    underneath those that are drawn at the zoom, as they were simplified for it."""
    layer, tile = request.layer, request.tile
    # Selected by the buffered box, so that a symbol on the edge is drawn whole by both neighbours.
    found = _drawn(request).filter(geom_3857__bboverlaps=_box(tile.buffered(BUFFER / EXTENT)))
    shape = AsMVTArea if layer.geometry == "polygon" and not layer.dataset.bands else AsMVTGeom
    column = layer.dataset.column_at(tile.z)
    inner, params = _select(found, layer, geom_mvt=shape(column, _box(tile.bounds), EXTENT, BUFFER))
    usage = _usage(request)
    body = sql.SQL(
        "WITH f AS ({}) SELECT f.fid, {}{}, f.geom_mvt AS geom FROM f {} WHERE f.geom_mvt IS NOT NULL ORDER BY f.fid"
    ).format(inner, _properties(layer), usage.selected, usage.join)
    text, all_params = _mvt(layer.id, body), (*params, *usage.params)
    if _has_labels(layer):
        labels, label_params = _labels(request)
        text, all_params = text + sql.SQL(" || ") + labels, (*all_params, *label_params)
    return Query(sql.SQL("SELECT ") + text, all_params)


def _drawn(request: TileRequest) -> QuerySet[Any]:
    found = request.wanted.apply(request.layer)
    z = request.tile.z
    return found.filter(drawn_from__lte=z, drawn_to__gte=z) if request.layer.dataset.bands else found


def _usage(request: TileRequest) -> Carried:
    """A join that adds the usage of the asked period, the same figures as the statistics API's."""
    asked = request.wanted.asked
    if asked is None or request.layer.usage is None:
        return NOTHING
    return carried(request.layer.usage, asked)


def _has_labels(layer: Layer) -> bool:
    return any(f.name == "label_3857" for f in apps.get_model(layer.dataset.model)._meta.get_fields())


def label_layer(layer: Layer) -> str | None:
    """The name of the layer of label points that comes with a polygon layer's tiles, if it has one."""
    return f"{layer.id}_label" if _has_labels(layer) else None


def _labels(request: TileRequest) -> tuple[sql.Composable, tuple[Any, ...]]:
    """One point a feature for its name; only in the tile that holds it, so that no name is written twice."""
    layer, tile = request.layer, request.tile
    found = _drawn(request).filter(label_3857__bboverlaps=_box(tile.bounds))
    if layer.dataset.bands:
        found = found.exclude(name="")
    inner, params = _select(
        found, layer, geom_mvt=AsMVTGeom("label_3857", _box(tile.bounds), EXTENT, 0), point=Raw("label_3857")
    )
    body = sql.SQL(
        "SELECT f.fid, f.f_code AS code, f.f_name AS name, f.geom_mvt AS geom"
        " FROM (SELECT *, ST_X(point) AS x, ST_Y(point) AS y FROM ({}) AS found) AS f"
        " WHERE f.geom_mvt IS NOT NULL AND {} ORDER BY f.fid"
    ).format(inner, _HELD)
    return _mvt(f"{layer.id}_label", body), (*params, *_held_params(tile))


# Half open: a point on the border of two tiles is of the eastern or southern one alone.
_HELD = sql.SQL("f.x >= %s AND f.x < %s AND f.y > %s AND f.y <= %s")


def _held_params(tile: Tile) -> tuple[float, ...]:
    west, south, east, north = tile.bounds
    return west, east, south, north


def clusters(request: TileRequest) -> Query:
    """Points counted by cell; a cell with one point carries its attributes, so that it can be named and opened."""
    layer, tile = request.layer, request.tile
    west, south, east, north = tile.bounds
    inner, params = _select(
        request.wanted.apply(layer).filter(geom_3857__bboverlaps=_box(tile.bounds)), layer, point=Raw("geom_3857")
    )
    cell = tile.side_m / CELLS
    body = sql.SQL(
        """
        SELECT min(f.fid) AS fid, count(*)::integer AS count, {properties},
               ST_AsMVTGeom(ST_SetSRID(ST_MakePoint(avg(f.x), avg(f.y)), %s), ST_MakeEnvelope(%s, %s, %s, %s, %s),
                            {extent}, 0) AS geom
        FROM (SELECT *, ST_X(point) AS x, ST_Y(point) AS y FROM ({inner}) AS found) AS f
        WHERE {held}
        GROUP BY floor((f.x - %s) / %s), floor((%s - f.y) / %s)
        ORDER BY 1
        """
    ).format(
        properties=_properties(layer, "CASE count(*) WHEN 1 THEN min({}) END"), extent=sql.Literal(EXTENT), inner=inner,
        held=_HELD,
    )  # fmt: skip
    frame = (TILE_SRID, west, south, east, north, TILE_SRID)
    limits = (*_held_params(tile), west, cell, north, cell)
    return Query(sql.SQL("SELECT ") + _mvt(layer.id, body), (*frame, *params, *limits))


def tile_query(request: TileRequest) -> Query:
    """The statement whose single value is the tile's bytes, empty when nothing is there. `NotFound` as the filter."""
    request.wanted.check()
    try:
        return clusters(request) if request.clustered else features(request)
    except EmptyResultSet:  # the ORM sees that nothing can match, and makes no statement
        return Query("SELECT ''::bytea")
