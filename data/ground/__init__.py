"""What lies underneath the demo city: real, of somebody else's, and no part of its recipe.

Each file is imported as an authority's own would be, by `manage.py demo`, and says in every row whose it is. See README.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class GroundFile:
    """A file of a dataset; ``digest`` is by what it is known that it was loaded."""

    dataset: str
    label: str
    path: Path

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


FILES = (GroundFile("water_body", "水体", Path(__file__).with_name("waters.geojson")),)
