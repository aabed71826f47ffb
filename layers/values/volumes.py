"""In what large volumes are told: Chinese counts by ten thousands, English by thousands. THE unit of every channel that writes for
people; the page has it in its dictionaries (`unitLarge`, `unitLargeM3`)."""

from __future__ import annotations

from layers.words import ENGLISH, Words

LITRES_PER_M3 = 1000
# English says million; every other language is asked for the word of 万.
_TEN_THOUSAND, _MILLION = Words("万 m³", "10⁴ m³"), Words("百万 m³", "million m³")


def large(lang: str) -> tuple[str, int]:
    """Its name, and its litres."""
    name, m3 = (_MILLION, 10**6) if lang == ENGLISH else (_TEN_THOUSAND, 10**4)
    return name.in_(lang), m3 * LITRES_PER_M3
