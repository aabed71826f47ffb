"""Asks a server what QGIS and GDAL ask it, request by request, and tells what each of them will get.

The requests and what is made of the answers were read in the sources of QGIS (`src/providers/wfs/oapif/`) and GDAL
(`ogr/ogrsf_frmts/wfs/ogroapifdriver.cpp`). Any OGC API server can be asked; the tiles and files are ours alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from geoapp.desktop.doctor import features, files, gdal, tiles
from geoapp.desktop.doctor.probe import DoctorLine, Probe, Unanswered

SERIES: tuple[tuple[str, Callable[[Probe], Iterator[DoctorLine]]], ...] = (
    ("QGIS OGC API Features", features.look),
    ("GDAL OAPIF", gdal.look),
    ("QGIS vector tiles", tiles.look),
    ("files", files.look),
)


def examine(url: str) -> Iterator[DoctorLine]:
    """Every finding of every series; one that cannot go on says why and leaves the others to go."""
    probe = Probe(url.rstrip("/"))
    for client, look in SERIES:
        try:
            for finding in look(probe):
                yield finding.of(client)
        except (Unanswered, KeyError, TypeError, ValueError, IndexError, StopIteration) as error:
            yield DoctorLine(client, "asks on", ok=False, said=f"cannot: {type(error).__name__}: {error}")
