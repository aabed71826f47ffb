"""What a letterhead and a signature put onto a report's page. The page is made with marks where they go, and filled afterwards:
so the same figures and drawings can be printed as a draft, as checked and as approved. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string

from geoapp.reports.official.letterhead import Worn
from geoapp.reports.official.words import ISSUED, SIGNED_APPROVED, SIGNED_CHECKED, STATE, said
from layers.words import Words

MARKS = ("official.css", "cover", "contents", "commentary", "foot")
_LONG = 14  # characters of a bureau's name that stand in one line
# The steps that are printed, in their order, with their words.
STEPS = ((ISSUED, "compiled"), (SIGNED_CHECKED, "checked"), (SIGNED_APPROVED, "approved"))


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did a step, and on which day, as it is printed."""

    name: str
    day: str = ""


@dataclass(frozen=True, slots=True)
class Printing:
    """Everything that is not of the figures: what one report is printed with at one step. Without a number it is a report like any."""

    title: str
    period: str
    number: str = ""
    state: int = 0
    sample: bool = False
    copy_number: str = ""
    commentary: str = ""
    commentary_by: Signature = Signature("")
    signed: dict[int, Signature] = field(default_factory=dict)
    synthetic: str = ""


def title_of(worn: Worn, name: str, usual: str, lang: str) -> str:
    """The report's title by its letterhead; the usual one where it has none."""
    own = worn.title_in(lang)
    return Words("{name}{title}", "{name}: {title}", name=name, title=own).in_(lang) if own else usual


def filled(page: str, worn: Worn, lang: str, printing: Printing) -> str:
    """The page with everything at its marks."""
    context = _context(worn, lang, printing)
    for mark in MARKS:
        template = f"reports/official/{mark}" if "." in mark else f"reports/official/{mark}.html"
        page = page.replace(f"<!--official:{mark}-->", render_to_string(template, context).strip(), 1)
    return page


def _context(worn: Worn, lang: str, printing: Printing) -> dict[str, Any]:
    numbered = bool(printing.number)
    bureau = worn.bureau_in(lang)
    approved = printing.signed.get(SIGNED_APPROVED)
    return {
        "lang": lang,
        "official": worn.margins == "official",
        "mark": said("sample", lang) if printing.sample else said(f"mark_{printing.state}", lang) if printing.state else "",
        "bureau": bureau,
        "long": len(bureau) > _LONG,
        "logo": f"data:image/png;base64,{worn.logo}" if worn.logo else "",
        "number": printing.number or said("unnumbered", lang),
        "copy_number": printing.copy_number.zfill(6) if numbered and printing.copy_number else "",
        "grading": worn.grading(lang) if numbered else "",
        "title": printing.title,
        "period": printing.period,
        "synthetic": printing.synthetic,
        "signers": _signers(worn, lang, printing) if numbered else [],
        "approved_day": approved.day if approved else "",
        "seal": said("seal", lang),
        "seal_on_cover": numbered and worn.seal == "cover",
        "seal_at_end": numbered and worn.seal == "end",
        "heading": said("commentary", lang),
        "paragraphs": [line for line in printing.commentary.splitlines() if line.strip()],
        "commentary_by": said(
            "commentary_by", lang, name=printing.commentary_by.name, day=printing.commentary_by.day
        ),
        "lines": _lines(worn, lang),
    }  # fmt: skip


def _signers(worn: Worn, lang: str, printing: Printing) -> list[dict[str, str]]:
    """Who signed; before that who usually does, with a line to write on."""
    usual = {ISSUED: worn.compiled_by, SIGNED_CHECKED: worn.checked_by, SIGNED_APPROVED: worn.approved_by}
    found = []
    for step, word in STEPS:
        signature = printing.signed.get(step, Signature(usual[step]))
        found.append({"label": said(word, lang), "name": signature.name, "day": signature.day})
    return found


def _lines(worn: Worn, lang: str) -> list[tuple[str, str]]:
    """The foot of the last page."""
    told = {
        "contacts": worn.contacts.get(lang) or worn.contacts.get("zh", ""),
        "map_review": worn.map_review,
        "notes": worn.notes.get(lang) or worn.notes.get("zh", ""),
    }
    return [(said(key, lang), text) for key, text in told.items() if text]


def state_told(state: int, lang: str) -> str:
    return STATE.by_id[state].in_(lang)
