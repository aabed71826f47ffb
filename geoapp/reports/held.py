"""What a level's figures do not show, in words: one place for map, ranking, table, workbook and offline map. Pure."""

from __future__ import annotations

from geoapp.reports import figures
from geoapp.reports.structure import HeldWater
from geoapp.reports.words import level_name, word
from layers.stats.absence import share
from layers.words import Listed


def hidden(held: HeldWater, lang: str) -> str:
    """Litres that are in no figure of the level, by why and with their share of all the water; nothing where all is shown."""
    if not held.hidden:
        return ""
    parts = Listed(
        *(
            word(
                "hidden_part",
                lang,
                why=word(f"hidden_{why}", lang),
                volume=figures.volume(litres, lang),
                share=figures.percent(share(litres, held.recorded_l)),
            )
            for why, litres in held.hidden.items()
        )
    )
    told = word("hidden", lang, level=level_name(held.level, lang), parts=parts)
    if held.residents_hidden:
        told += word("hidden_residents", lang, share=figures.percent(held.residents_hidden))
    return told
