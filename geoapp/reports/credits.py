"""Whose outlines a drawing shows, and how true they are: of each level, as they differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from geoapp.reports.structure import Mapped
from geoapp.reports.words import level_name, term_name, word
from layers import vocab
from layers.names import source_name
from layers.words import SEMICOLON, Listed, first_of

NAMED = 3  # sources of a level


def boundaries(report: Mapped, levels: Iterable[str], lang: str) -> str:
    """Level, quality and source of the outlines of these levels, the coarsest first; nothing without any."""
    drawn = set(levels)
    told = [
        word("boundary_of", lang, level=level_name(level, lang), by=first_of(_sources(sources, lang), NAMED))
        for level, sources in report.boundaries.items()
        if level in drawn and sources
    ]
    return Listed(*told, by=SEMICOLON).in_(lang)


def _sources(sources: Iterable[tuple[str, str]], lang: str) -> list[str]:
    return [
        word(
            "boundary_by",
            lang,
            quality=term_name(vocab.BOUNDARY_QUALITY, quality, lang),
            source=source_name(source, lang) or word("boundary_unsaid", lang),
        )
        for source, quality in sources
    ]
