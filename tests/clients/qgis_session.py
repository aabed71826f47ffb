"""What QGIS makes of a server, as JSON on the last line. Run by the system's Python, which has QGIS: URL PROJECT IMAGE OPERATOR.

One session for all of it, since QGIS takes a second to start. Nothing of ours is imported here.
"""

import json
import sys

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize

URL, PROJECT, IMAGE, OPERATOR = sys.argv[1:5]


def features(name, extra=""):
    """A layer as a person adds it."""
    source = f"pagingEnabled='true' restrictToRequestBBOX='0' {extra} typename='{name}' url='{URL}/ogc/'"
    return QgsVectorLayer(source, name, "OAPIF")


def read(layer):
    """Validity, fields, and each feature's code with its position."""
    rows = {}
    for feature in layer.getFeatures():
        point = feature.geometry().asPoint() if feature.hasGeometry() else None
        rows[feature["code"]] = [point.x(), point.y()] if point else None
    return {
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "fields": [field.name() for field in layer.fields()],
        "rows": rows,
    }


def reprojected(layer, crs):
    """Each feature where QGIS draws it on a map of that reference system."""
    system = QgsCoordinateReferenceSystem(crs)
    turn = QgsCoordinateTransform(layer.crs(), system, QgsProject.instance())
    found = {}
    for feature in layer.getFeatures():
        if feature.hasGeometry():
            point = turn.transform(feature.geometry().asPoint())
            found[feature["code"]] = [point.x(), point.y()]
    return found


def subset(name, expression):
    layer = features(name)
    accepted = layer.setSubsetString(expression)
    return {"accepted": accepted, **read(layer)}


def tiles():
    source = f"type=xyz&url={URL}/tiles/district/%7Bz%7D/%7Bx%7D/%7By%7D.pbf&zmin=0&zmax=12"
    layer = QgsVectorTileLayer(source, "tiles")
    return {"valid": layer.isValid(), "zooms": [layer.sourceMinZoom(), layer.sourceMaxZoom()]}


def drawn(layers, crs, extent):
    """A map of some layers, and what went wrong with it."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(crs)
    settings.setExtent(extent)
    settings.setOutputSize(QSize(600, 600))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    colors = {image.pixelColor(x, y).name() for x in range(0, 600, 3) for y in range(0, 600, 3)}
    return image, {"errors": [error.message for error in job.errors()], "colors": sorted(colors)}


def project():
    """The ready project: every layer, the map it draws when it is opened, and the grid of a part of it."""
    opened = QgsProject.instance()
    read_whole = opened.read(PROJECT)
    layers = opened.mapLayers().values()
    view = opened.viewSettings().defaultViewExtent()
    image, told = drawn(opened.layerTreeRoot().checkedLayers(), opened.crs(), view)
    image.save(IMAGE)
    middle = view.center()
    near = QgsRectangle(middle.x() - 15000, middle.y() - 52000, middle.x() + 15000, middle.y() - 22000)
    cells = opened.mapLayer("shuitu_grid_500_usage")
    return {
        "read": read_whole,
        "crs": opened.crs().authid(),
        "layers": {layer.id(): layer.isValid() for layer in layers},
        "groups": [group.name() for group in opened.layerTreeRoot().children()],
        **told,
        "grid": drawn([cells], opened.crs(), near)[1] if cells else None,
    }


application = QgsApplication([], False)
application.initQgis()
intakes = features("surface_intake")
told = {
    "version": Qgis.QGIS_VERSION_INT,
    "intakes": read(intakes),
    "in 4490": reprojected(intakes, "EPSG:4490"),
    "in 4548": reprojected(intakes, "EPSG:4548"),
    "asked in 4490": read(features("surface_intake", "srsname='EPSG:4490'")),
    "asked in 4548": read(features("surface_intake", "srsname='EPSG:4548'")),
    "paged": len(read(features("permit"))["rows"]),
    "subset": subset("sewage_plant", f"\"operator\" = '{OPERATOR}'"),
    "tiles": tiles(),
    "project": project(),
}
sys.stdout.write(json.dumps(told) + "\n")
