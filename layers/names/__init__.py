"""English names of divisions, as far as there are any: data with its source, for who reads the map in English."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def english() -> dict[str, str]:
    """English names by division code; divisions that are not in it go by their Chinese names."""
    text = files(__name__).joinpath("divisions_en.csv").read_text(encoding="utf-8")
    return {row["code"]: row["name_en"] for row in csv.DictReader(text.splitlines())}
