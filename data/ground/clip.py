"""Make ``waters.geojson`` from the map of the earth's water bodies that README.md names: ``python -m data.ground.clip map.geo.json``.

The same map gives the same bytes. Pieces are cut at the box of the city and otherwise as they are: none is joined, named or classed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import shapely

HERE = Path(__file__).parent
DISTRICTS = HERE.parent / "reference" / "districts.geojson"
MARGIN_DEG = 0.05  # around the city's box, so that what crosses its border is seen to
DIGITS = 5  # a metre
SOURCE = "© OpenStreetMap contributors, 2017（ODbL 1.0；经 geo-maps 0.6.0，概略）"
ACCURACY_M = 1000  # of the outlines as they are, whatever the package is called: the largest reservoir has 42 corners


def city_box() -> shapely.Polygon:
    """West, south, east and north of the districts with the margin, as an outline in degrees."""
    districts = json.loads(DISTRICTS.read_text("utf-8"))["features"]
    outlines = shapely.from_geojson([json.dumps(one["geometry"]) for one in districts])
    west, south, east, north = shapely.total_bounds(outlines)
    return shapely.box(west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG)


def clipped(world: shapely.Geometry, box: shapely.Polygon) -> list[shapely.Polygon]:
    """The surfaces in the box, the largest first, valid after they were rounded."""
    surfaces = shapely.get_parts(shapely.get_parts(world))
    near = surfaces[shapely.intersects(surfaces, box)]
    cut = shapely.set_precision(shapely.intersection(shapely.make_valid(near), box), 10.0**-DIGITS)
    found = [part for part in shapely.get_parts(cut) if part.geom_type == "Polygon" and part.area > 0]
    areas = [-part.area for part in found]
    corners = shapely.bounds(found)
    order = np.lexsort((corners[:, 1], corners[:, 0], areas))
    return [found[at] for at in order]


def written(surfaces: list[shapely.Polygon]) -> str:
    """GeoJSON, a feature a line."""
    lines = []
    for number, surface in enumerate(surfaces, 1):
        geometry = json.loads(shapely.to_geojson(surface))
        geometry["coordinates"] = [
            [[round(x, DIGITS), round(y, DIGITS)] for x, y in ring] for ring in geometry["coordinates"]
        ]
        told = {
            "code": f"OSM-W{number:04d}",
            "kind": "unknown",
            "boundary_quality": "simplified",
            "accuracy_m": ACCURACY_M,
            "source": SOURCE,
        }
        lines.append(
            json.dumps(
                {"type": "Feature", "properties": told, "geometry": geometry}, ensure_ascii=False, separators=(",", ":")
            )
        )
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def main(path: str) -> None:
    world = shapely.from_geojson(Path(path).read_bytes())
    surfaces = clipped(world, city_box())
    target = HERE / "waters.geojson"
    target.write_text(written(surfaces), "utf-8")
    sys.stdout.write(f"{target.name}: {len(surfaces)} surfaces, {target.stat().st_size / 1024:.0f} kB\n")


if __name__ == "__main__":
    main(sys.argv[1])
