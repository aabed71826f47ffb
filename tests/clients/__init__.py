"""Real clients against a running server on the whole demo city: GDAL, QGIS, OWSLib, and plain sockets."""
