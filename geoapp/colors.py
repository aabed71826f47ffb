"""The colours of figures, in one file that page, reports and desktop styles read (`tests/unit/test_colors.py`)."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Beside the page's sources: its build takes the file in.
FILE = Path(__file__).parent / "web" / "src" / "colors.json"
_ALL: dict[str, Any] = json.loads(FILE.read_text("utf-8"))

# Palettes by name, light to dark and less to more; the first of each is shown unless another is chosen.
PALETTES: dict[str, list[str]] = _ALL["sequential"]
DIVERGING: dict[str, list[str]] = _ALL["diverging"]
SEQUENTIAL: tuple[str, ...] = tuple(next(iter(PALETTES.values())))
NO_DATA: str = _ALL["no_data"]
NOUGHT: str = _ALL["nought"]
SOURCES: dict[str, str] = _ALL["sources"]
PURPOSES: dict[str, str] = _ALL["purposes"]
AREAS: dict[str, str] = _ALL["areas"]
LINES: list[str] = _ALL["lines"]
OTHER: str = _ALL["other"]


def ramp(classes: int, palette: Sequence[str] = SEQUENTIAL) -> list[str]:
    """A colour for each class; fewer classes spread over the whole ramp, as on the page."""
    last = len(palette) - 1
    return [palette[3 if classes == 1 else math.floor(i * last / (classes - 1) + 0.5)] for i in range(classes)]
