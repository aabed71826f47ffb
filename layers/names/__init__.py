"""English names of divisions and of sources of their outlines: data with its source, and of townships that are not in it made by
rule (`romanised`). For who reads the map in English."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from layers.names import romanised
from layers.words import Kept

TOWNSHIP_DIGITS = 9  # of a code


@cache
def english() -> dict[str, str]:
    """English names by division code, as far as they are data."""
    text = files(__name__).joinpath("divisions_en.csv").read_text(encoding="utf-8")
    return {row["code"]: row["name_en"] for row in csv.DictReader(text.splitlines())}


def division(code: str, name: str) -> Kept:
    """A division's name in each language: the one it is registered with where there is no other."""
    by_rule = romanised.township(name) if len(code) == TOWNSHIP_DIGITS else ""
    return Kept({"zh": name, "en": english().get(code) or by_rule})


@cache
def english_units() -> dict[tuple[str, str], str]:
    """English names of reporting units by code and Chinese name: one that was renamed goes by its new name."""
    text = files(__name__).joinpath("units_en.csv").read_text(encoding="utf-8")
    return {(row["code"], row["name"]): row["name_en"] for row in csv.DictReader(text.splitlines())}


def unit(code: str, name: str) -> Kept:
    """A reporting unit's name in each language."""
    return Kept({"zh": name, "en": english_units().get((code, name), "")})


@cache
def _sources() -> dict[str, str]:
    text = files(__name__).joinpath("sources_en.csv").read_text(encoding="utf-8")
    return {row["source"]: row["source_en"] for row in csv.DictReader(text.splitlines())}


def source_name(source: str, lang: str) -> str:
    """Where an outline comes from, as its file says; in English, where there is any of it."""
    return Kept({"zh": source, "en": _sources().get(source, "")}).in_(lang)
