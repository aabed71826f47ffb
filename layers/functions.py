"""PostGIS functions that Django does not bring, as expressions."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db.models import PointField
from django.contrib.gis.db.models.functions import GeomOutputGeoFunc
from django.contrib.gis.geos import Point, Polygon
from django.db.models import Aggregate, BinaryField, FloatField, Func, IntegerField, Value
from django.db.models.expressions import Combinable


class AsMVTGeom(Func):
    """``ST_AsMVTGeom(geom, bounds, extent, buffer, clip)``: a geometry in the integer grid of a tile.

    Declared binary so that Django hands the geometry through to ``ST_AsMVT`` as it is, without its own cast.
    """

    function = "ST_AsMVTGeom"
    output_field = BinaryField()

    def __init__(self, geom: Combinable | str, bounds: Polygon, extent: int, buffer: int, clip: bool = True) -> None:
        super().__init__(geom, Envelope(bounds), Value(extent), Value(buffer), Value(clip))


class AsMVTArea(AsMVTGeom):
    """The same for areas, which it never leaves out: what is too small or too thin for the grid is a least triangle there.

    It stands where a point of the area lies, in the tile that holds that point alone: of two tiles the eastern or southern.
    """

    template = (
        "COALESCE(%(function)s(%(expressions)s), (SELECT CASE WHEN x >= 0 AND x < extent AND y >= 0 AND y < extent"
        " THEN ST_MakePolygon(ST_MakeLine(ARRAY[ST_MakePoint(x, y), ST_MakePoint(x + 1, y), ST_MakePoint(x + 1, y + 1),"
        " ST_MakePoint(x, y)])) END FROM (SELECT floor((ST_X(p) - ST_XMin(box)) / width) AS x,"
        " ceil((ST_YMax(box) - ST_Y(p)) / width) - 1 AS y, extent FROM (SELECT ST_PointOnSurface(geom) AS p, box, extent,"
        " (ST_XMax(box) - ST_XMin(box)) / extent AS width FROM (SELECT %(expressions)s) AS given"
        " (geom, box, extent, buffer, clip)) AS found) AS at_grid))"
    )

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, Any]:
        text, params = super().as_sql(compiler, connection, *args, **extra)
        return text, (*params, *params)  # named twice in the template


class Envelope(Func):
    """A box in its own SRID, with bound corners."""

    function = "ST_MakeEnvelope"
    output_field = BinaryField()

    def __init__(self, box: Polygon) -> None:
        super().__init__(*(Value(corner) for corner in box.extent), Value(box.srid))


class Raw(Func):
    """A geometry column as it is, for outer SQL that works on it."""

    template = "%(expressions)s"
    output_field = BinaryField()

    def __init__(self, geom: str, **extra: Any) -> None:
        super().__init__(geom, **extra)


class Coordinate(Func):
    """x (``axis="X"``, the longitude) or y of a stored point; null without one."""

    output_field = FloatField()
    template = "ST_%(axis)s(%(expressions)s)"

    def __init__(self, geom: Combinable | str, axis: str) -> None:
        super().__init__(geom, axis=axis)


class OnGround(Func):
    """A measure between a point and a stored one on the ellipsoid, not in degrees: ``ST_Distance`` in metres, ``ST_Azimuth`` in
    radians from the north, clockwise, null of one place."""

    template = "%(function)s(%(expressions)s::geography)"
    arg_joiner = "::geography, "
    output_field = FloatField()

    def __init__(self, function: str, origin: Point, geom: str) -> None:
        super().__init__(Value(origin, output_field=PointField(srid=origin.srid or 0)), geom, function=function)


class CellIndex(Func):
    """Column (``axis="X"``) or row (``"Y"``) of the 100 m grid cell that a position lies in (`layers.grid.cells`).

    Null for positions far from the plane's meridian, where it has no value: they are outside the city anyhow.
    """

    output_field = IntegerField()
    template = "(ceil(ST_%(axis)s(layers_near(%(expressions)s)) / 100) - 1)::integer"

    def __init__(self, geom: str, axis: str) -> None:
        super().__init__(geom, axis=axis)


class PlaneArea(Func):
    """Square metres of a stored outline in the plane of the place (`layers_plane`, migration 0002)."""

    function = "ST_Area"
    template = "%(function)s(layers_plane(%(expressions)s))"
    output_field = FloatField()


class PlaneLength(Func):
    """Metres of a stored line in the plane of the place."""

    function = "ST_Length"
    template = "%(function)s(layers_plane(%(expressions)s))"
    output_field = FloatField()


class Simplified(GeomOutputGeoFunc):
    """A geometry without what is less than so many units of its system: of as many parts, and as valid as it was."""

    template = "ST_Multi(ST_SimplifyPreserveTopology(%(expressions)s, %(by)s))"

    def __init__(self, geom: Any, by: float, **extra: Any) -> None:
        super().__init__(geom, by=float(by), **extra)


# Of a pixel of tiles 512 pixels wide, at zoom 0: 2π · 6378137 / 512.
_PIXEL_M = 78271.516964
_LAST = 14  # the zoom from which everything is drawn


class ZoomOfLength(Func):
    """The zoom from which on a line in EPSG:3857 is a pixel long: 0 to 14, from which on everything is drawn."""

    output_field = IntegerField()
    template = (
        f"LEAST({_LAST}, GREATEST(0, ceil(ln({_PIXEL_M} / GREATEST(ST_Length(%(expressions)s), 1)) / ln(2))))::integer"
    )


class ZoomOfArea(Func):
    """The zoom from which on an area in EPSG:3857 is four square pixels large: 0 to 14, from which on everything is drawn."""

    output_field = IntegerField()
    template = (
        f"LEAST({_LAST}, GREATEST(0, ceil(ln({2 * _PIXEL_M} / sqrt(GREATEST(ST_Area(%(expressions)s), 1))) / ln(2))))"
        "::integer"
    )


class ZoomOfError(Func):
    """The last zoom at which an error of so many metres is less than eight pixels. Where none is told, or it is less than a pixel
    where tiles end, there is no last."""

    output_field = IntegerField()
    template = (
        f"CASE WHEN COALESCE(%(expressions)s, 0) * 2 ^ {_LAST} < {_PIXEL_M} THEN 24"
        f" ELSE LEAST(24, GREATEST(0, floor(ln(8 * {_PIXEL_M} / %(expressions)s) / ln(2))))::integer END"
    )

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, Any]:
        text, params = super().as_sql(compiler, connection, *args, **extra)
        return text, (*params, *params)  # named twice in the template


class PlaneWKB(Func):
    """A stored geometry in metres of the plane of the place, as WKB."""

    function = "ST_AsBinary"
    template = "%(function)s(layers_plane(%(expressions)s))"
    output_field = BinaryField()


class PlaneCollectedWKB(Aggregate):
    """All stored geometries of a query as one, in metres of the plane of the place, as WKB; null of none."""

    function = "ST_Collect"
    template = "ST_AsBinary(%(function)s(layers_plane(%(expressions)s)))"
    output_field = BinaryField()


class ForcePolygonCCW(GeomOutputGeoFunc):
    """Outer rings against the clock and inner ones with it, as GeoJSON has them (RFC 7946, 3.1.6)."""

    function = "ST_ForcePolygonCCW"
    arity = 1
