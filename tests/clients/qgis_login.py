"""What QGIS makes of a project whose layers name an entry of its store of log-ins, as JSON on the last line: PROJECT METHOD.

The token is in the environment. Run by the system's Python, which has QGIS; nothing of ours is imported here.
"""

import json
import os
import re
import sys

from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsCoordinateTransform,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
)
from qgis.PyQt.QtCore import QSize

PROJECT, METHOD = sys.argv[1:3]
application = QgsApplication([], False)
application.initQgis()
store = QgsApplication.authManager()
store.setMasterPassword("of this test", True)
entry = QgsAuthMethodConfig(METHOD)
entry.setId("shuitu1")
entry.setName("Shuitu")
told = {"username": "wang", "password": os.environ["TOKEN"]} if METHOD == "Basic" else {"token": os.environ["TOKEN"]}
for name, value in told.items():
    entry.setConfig(name, value)
stored = store.storeAuthenticationConfig(entry)
project = QgsProject.instance()
project.read(PROJECT)
layers = project.mapLayers()
well = layers["shuitu_well_features"]
rows = sorted(feature["code"] for feature in well.getFeatures()) if well.isValid() else []
tiles = layers["shuitu_well_tiles"]
settings = QgsMapSettings()
settings.setLayers([tiles])
settings.setDestinationCrs(tiles.crs())
turn = QgsCoordinateTransform(well.crs(), tiles.crs(), project)
extent = turn.transformBoundingBox(well.extent())
extent.grow(200)  # metres
settings.setExtent(extent)
settings.setOutputSize(QSize(256, 256))
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
named = {}
for layer in layers.values():
    found = re.search(r"authcfg='?(\w+)", layer.source())
    named[layer.dataProvider().name() if layer.dataProvider() else "vectortile"] = found[1] if found else ""
told = {
    "stored": bool(stored[0] if isinstance(stored, tuple) else stored),
    "rows": rows,
    "broken": [name for name, layer in layers.items() if not layer.isValid()],
    "authcfg": named,
    "errors": [error.message for error in job.errors()],
}
sys.stdout.write(json.dumps(told) + "\n")
application.exitQgis()
