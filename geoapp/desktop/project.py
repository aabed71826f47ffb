"""A ready QGIS project, written anew for each asker: its addresses are absolute, its classes and versions today's."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element

from geoapp.desktop import looks, xml
from geoapp.desktop.looks import Usage
from layers import place
from layers.built import built_layers
from layers.entries import STAGES, WAY, Stage
from layers.features import FeatureQuery
from layers.later import later
from layers.periods import Period
from layers.registry import Layer
from layers.shapes import SHAPES
from layers.stats.answer import last_year
from layers.stats.query import available_months
from layers.stats.regions import region_index
from layers.words import Words

in_plane = later("geoapp.desktop.plane.in_plane")
# The entry of QGIS's own store of log-ins that a project names: who opens it makes the entry once, under this id. The token is
# in the store, encrypted, and never in a project.
AUTHCFG = "shuitu1"
_QGIS = ("Point", "Line", "Polygon")  # its word for shapes of each dimension
_SCALE_AT_ZOOM_0 = 559_082_264.03  # one 256-pixel tile around the world, at QGIS's 96 dpi


@dataclass(frozen=True, slots=True)
class ProjectLayer:
    """One layer of the project: where it comes from and how it looks."""

    layer: Layer
    kind: str  # OAPIF: features; vectortile: tiles
    name: str
    uri: str
    usage: Usage | None = None

    @property
    def id(self) -> str:
        return (
            f"shuitu_{self.layer.id}_{'usage' if self.usage else 'tiles' if self.kind == 'vectortile' else 'features'}"
        )


def features(layer: Layer, root_url: str, lang: str) -> ProjectLayer:
    """Features over OGC API: identified, selected and filtered; only what is in view is asked for."""
    uri = f"pagingEnabled='true' restrictToRequestBBOX='1' srsname='OGC:CRS84' typename='{layer.id}' url='{root_url}/ogc/'"
    return ProjectLayer(layer, "OAPIF", looks.title(layer, lang), uri)


def tiles(layer: Layer, root_url: str, lang: str, usage: Usage | None = None) -> ProjectLayer:
    """Vector tiles: drawn at once at every scale."""
    query = f"?{urlencode({'period': str(usage.period)})}" if usage else ""
    # The question mark as it is: QGIS 3.40 does not decode it, and would ask for a file of that name.
    template = quote(f"{root_url}/tiles/{layer.id}/{{z}}/{{x}}/{{y}}.pbf{query}", safe=":/?")
    what = Words("{period} 用水量", "use of {period}", period=usage.period) if usage else Words("瓦片", "tiles")
    uri = f"type=xyz&url={template}&zmin={layer.min_zoom}&zmax={layer.max_zoom}"
    return ProjectLayer(layer, "vectortile", f"{looks.title(layer, lang)} · {what.in_(lang)}", uri, usage)


def logged_in(source: ProjectLayer) -> ProjectLayer:
    """The same, read with what QGIS keeps under our id."""
    sign = f"authcfg={AUTHCFG}"
    return replace(source, uri=f"{sign} {source.uri}" if source.kind == "OAPIF" else f"{source.uri}&{sign}")


@dataclass(frozen=True, slots=True)
class Group:
    """Layers under one heading, top first."""

    name: str
    sources: tuple[ProjectLayer, ...]
    shown: bool = False


def colored(kept: str) -> list[Layer]:
    """The layers that carry usage of a kind, from coarse to fine: regions by level, or the grid by size."""
    return [one for one in built_layers() if one.usage is not None and one.usage.kept == kept]


def groups(root_url: str, lang: str) -> Iterator[Group]:
    """The four stages, what lies underneath as far as there is any, then regions and cells coloured by what was used, as the
    web map shows either; and plain. What lies underneath is above the colours here, as its lines are on the web map."""
    for stage in WAY:
        yield Group(STAGES[stage].in_(lang), _both(_of_stage(stage), root_url, lang))
    under = [one for one in _of_stage("ground") if FeatureQuery(one).count()]
    if under:
        yield Group(STAGES["ground"].in_(lang), _both(under, root_url, lang), shown=True)
    if available_months():
        yield from _usage_groups(last_year(), root_url, lang)
    regions = [one for one in built_layers() if one.stage == "region"]
    yield Group(STAGES["region"].in_(lang), tuple(features(one, root_url, lang) for one in regions))


def _of_stage(stage: Stage) -> list[Layer]:
    """Its layers: points above lines, and these above areas, whatever their order."""
    found = (one for one in built_layers() if one.stage == stage)
    return sorted(found, key=lambda one: SHAPES[one.geometry].dimension)


def _both(layers: Sequence[Layer], root_url: str, lang: str) -> tuple[ProjectLayer, ...]:
    return tuple(source for one in layers for source in (features(one, root_url, lang), tiles(one, root_url, lang)))


def _usage_groups(period: Period, root_url: str, lang: str) -> Iterator[Group]:
    """What was used, coloured. The grid is drawn over the regions once it is switched on; without a grid, no group."""
    for kept, name, shown in (
        ("grid", Words("{period} 网格用水量", "Use by cell, {period}"), False),
        ("region", Words("{period} 分区用水量", "Use by region, {period}"), True),
    ):
        used = tuple(tiles(one, root_url, lang, looks.usage_of(one, period)) for one in colored(kept))
        if used:
            yield Group(name.in_(lang, period=str(period)), used, shown)


def qgs(root_url: str, lang: str, *, login: bool = False) -> bytes:
    """The project as QGIS's XML; with ``login``, its layers are read as whoever opens it."""
    name = Words("水图", "Shuitu").in_(lang)
    root = Element("qgis", {"projectname": name, "version": xml.QGIS_VERSION})
    xml.child(root, "homePath", path="")
    here = place.read()
    xml.child(root, "title", " · ".join(filter(None, (name, here.name(lang)))))
    xml.reference(root, "projectCrs", f"EPSG:{here.plane}")
    tree, listed = xml.child(root, "layer-tree-group"), xml.child(root, "projectlayers")
    order = xml.child(root, "layerorder")
    for group in groups(root_url, lang):
        branch = _group(tree, group)
        for source in map(logged_in, group.sources) if login else group.sources:
            _leaf(branch, source)
            _layer(listed, source, lang)
            xml.child(order, "layer", id=source.id)
    _view(root, here.plane)
    properties = xml.child(root, "properties")
    xml.child(xml.child(properties, "SpatialRefSys"), "ProjectionsEnabled", 1, type="int")
    xml.child(xml.child(properties, "Paths"), "Absolute", "true", type="bool")
    return xml.document(root)


def _group(tree: Element, group: Group) -> Element:
    return xml.child(
        tree, "layer-tree-group", name=group.name, expanded=int(group.shown),
        checked="Qt::Checked" if group.shown else "Qt::Unchecked",
    )  # fmt: skip


def _leaf(branch: Element, source: ProjectLayer) -> None:
    # Features and tiles of one thing would lie on each other: tiles are drawn.
    on = source.kind == "vectortile"
    xml.child(
        branch, "layer-tree-layer", id=source.id, name=source.name, providerKey=source.kind, source=source.uri,
        expanded=0, checked="Qt::Checked" if on else "Qt::Unchecked",
    )  # fmt: skip


def _layer(parent: Element, source: ProjectLayer, lang: str) -> None:
    made = xml.child(parent, "maplayer", **_attributes(source))
    xml.child(made, "id", source.id)
    xml.child(made, "datasource", source.uri)
    xml.child(made, "layername", source.name)
    tiled = source.kind == "vectortile"
    xml.reference(made, "srs", "EPSG:3857" if tiled else "OGC:CRS84")
    xml.child(made, "provider", source.kind, **({} if tiled else {"encoding": "UTF-8"}))
    if tiled:
        looks.tile_renderer(made, source.layer, lang, source.usage)
        looks.tile_labels(made, source.layer)
    else:
        looks.renderer(made, source.layer, lang)
        looks.labels(made, source.layer)
        looks.aliases(made, source.layer, lang)
    xml.child(made, "layerOpacity", 1)


def _attributes(source: ProjectLayer) -> dict[str, object]:
    layer = source.layer
    nearest, farthest = _scales(source)
    scale = {"hasScaleBasedVisibilityFlag": int(farthest > 0 or nearest > 0), "minScale": farthest, "maxScale": nearest}
    if source.kind == "vectortile":
        return {"type": "vector-tile", **scale}
    shape = SHAPES[layer.geometry]
    return {
        "type": "vector",
        "geometry": _QGIS[shape.dimension],
        "wkbType": shape.stored,
        "labelsEnabled": 0,
        "readOnly": 1,
        **scale,
    }


def _scales(source: ProjectLayer) -> tuple[int, int]:
    """The nearest and the farthest scale at which a source is drawn, 0 for no bound.

    Features from where the web map draws them one by one: a city of meters is not asked for at once. Of what is coloured
    one level, or one size of cells, at a time.
    """
    layer = source.layer
    if source.usage is None or layer.usage is None:
        return 0, _scale(layer.detail_zoom if source.kind == "OAPIF" else layer.min_zoom)
    levels = colored(layer.usage.kept)
    finer = levels[levels.index(layer) + 1 :]
    return (_scale(_colored_from(finer[0])) if finer else 0), _scale(_colored_from(layer))


def _colored_from(layer: Layer) -> int:
    """The zoom from which regions of a level are wide enough for their names; cells have none."""
    named = layer.usage is not None and layer.usage.kept == "region"
    return layer.min_zoom + 2 if named and layer.min_zoom else layer.min_zoom


def _scale(zoom: int) -> int:
    return math.ceil(_SCALE_AT_ZOOM_0 / 2**zoom) if zoom else 0


def _view(root: Element, plane: int) -> None:
    """The whole city, in metres of the project's plane."""
    city = region_index().root
    if city is None or not city.bounds:
        return
    corners = zip(("xmin", "ymin", "xmax", "ymax"), in_plane(plane, *city.bounds), strict=True)
    bounds = {name: round(value, 1) for name, value in corners}
    canvas = xml.child(root, "mapcanvas", name="theMapCanvas", annotationsVisible=1)
    xml.child(canvas, "units", "meters")
    extent = xml.child(canvas, "extent")
    for name, value in bounds.items():
        xml.child(extent, name, value)
    xml.reference(canvas, "destinationsrs", f"EPSG:{plane}")
    settings = xml.child(root, "ProjectViewSettings", UseProjectScales=0)
    xml.reference(xml.child(settings, "DefaultViewExtent", **bounds), "spatialrefsys", f"EPSG:{plane}")


def qgz(project: bytes) -> bytes:
    """The project packed, as QGIS saves it; the same project is the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(zipfile.ZipInfo("shuitu.qgs", (1980, 1, 1, 0, 0, 0)), project, zipfile.ZIP_DEFLATED)
    return out.getvalue()
