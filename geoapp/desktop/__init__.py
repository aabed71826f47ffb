"""What a GIS desktop is given to begin with: a page, a ready QGIS project, styles, and a doctor for the connection."""
