"""The letterhead that a report wears: which one it is, and its words and picture as they are at this moment."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from geoapp.reports.ask import Ask
from geoapp.reports.official.models import Letterhead
from geoapp.reports.official.words import MARGINS, SCOPE, SEAL, SECRECY
from layers.area import Regions, parse_area
from layers.errors import ShuituError
from layers.stats.regions import RegionIndex, region_index
from layers.totals.objects import met
from layers.words import Kept

OF_ALL = ("default", "")
OPEN = ("", "public")  # secrecy of what may go to whoever may see the figures
Scope = tuple[str, str]  # which kind, which code


class OtherLetterhead(ShuituError):
    """The letterhead was changed between asking and making."""

    title = "The letterhead was changed meanwhile"


@dataclass(frozen=True, slots=True)
class Worn:
    """A letterhead as plain values, which can be kept with a report and is not touched by later changes."""

    scope: str
    code: str
    bureau: dict[str, str]
    title: dict[str, str]
    logo: str  # base64 of a PNG
    pattern: str
    first_number: int
    secrecy: str
    secrecy_term: str
    compiled_by: str
    checked_by: str
    approved_by: str
    one_person: bool
    seal: str
    map_review: str
    contacts: dict[str, str]
    notes: dict[str, str]
    margins: str

    @property
    def series(self) -> str:
        """Whose numbers these are: the same for whoever wears it."""
        return f"{self.scope}/{self.code}"

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:32]

    def bureau_in(self, lang: str) -> str:
        return Kept(self.bureau).in_(lang)

    def title_in(self, lang: str) -> str:
        return Kept(self.title).in_(lang)

    def grading(self, lang: str) -> str:
        return grading(self.secrecy, self.secrecy_term, lang)

    @property
    def is_open(self) -> bool:
        """Whether what wears it may go to whoever may see the figures."""
        return self.secrecy in OPEN

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def grading(secrecy: str, term: str, lang: str) -> str:
    """The secrecy as a document says it: 秘密★1年; nothing where none was given."""
    said = SECRECY.by_code[secrecy].in_(lang) if secrecy else ""
    return f"{said}★{term}" if said and term else said


def of_dict(told: Mapping[str, Any]) -> Worn:
    return Worn(**told)


def of_model(kept: Letterhead) -> Worn:
    """As it stands in the form or the table; it need not be saved."""
    return Worn(
        scope=SCOPE.by_id[kept.scope].code,
        code=kept.code,
        bureau=_said(kept.bureau_zh, kept.bureau_en),
        title=_said(kept.title_zh, kept.title_en),
        logo=base64.b64encode(bytes(kept.logo or b"")).decode(),
        pattern=kept.pattern,
        first_number=kept.first_number,
        secrecy=SECRECY.by_id[kept.secrecy].code if kept.secrecy else "",
        secrecy_term=kept.secrecy_term,
        compiled_by=kept.compiled_by,
        checked_by=kept.checked_by,
        approved_by=kept.approved_by,
        one_person=kept.one_person,
        seal=SEAL.by_id[kept.seal].code,
        map_review=kept.map_review,
        contacts=_said(kept.contacts_zh, kept.contacts_en),
        notes=_said(kept.notes_zh, kept.notes_en),
        margins=MARGINS.by_id[kept.margins].code,
    )


def _said(chinese: str, english: str) -> dict[str, str]:
    """What one language lacks is said as the other has it."""
    return {"zh": chinese or english, "en": english or chinese}


def worn_by(ask: Ask) -> Worn | None:
    """The most specific letterhead there is for this report; None where it is as it would be without any.

    A reporting unit's own, else that of the division of its code or the nearest above, else the default. An area's is that of the
    division that it lies in.
    """
    there = {(SCOPE.by_id[each.scope].code, each.code): each for each in Letterhead.objects.all()}
    if not there:
        return None
    found = next((there[scope] for scope in _scopes(ask, region_index(ask.within())) if scope in there), None)
    return of_model(found) if found else None


def _scopes(ask: Ask, index: RegionIndex) -> Iterator[Scope]:
    if ask.unit:
        yield "reporting_unit", ask.code
    code = home(ask, index)
    if code not in index.by_code and index.root:  # a unit that is no district lies in the city
        code = index.root.code
    while code:
        yield "division", code
        code = index.by_code[code].parent_code if code in index.by_code else ""
    yield OF_ALL


def home(ask: Ask, index: RegionIndex) -> str:
    """The code that a report goes by: its region's, or that of the finest division in which an area lies whole."""
    if not ask.area:
        return ask.code
    area = parse_area(ask.area)
    codes = area.codes if isinstance(area, Regions) else [row["code"] for row in met(area, ask.period, ask.boundaries)]
    ways = [[region.code for region in index.path(code)] for code in codes if code in index.by_code]
    if not isinstance(area, Regions):
        # It meets its districts as well as their townships: of these alone the ways reach as far as the shape does.
        ways = [way for way in ways if not any(way[-1] in other[:-1] for other in ways)]
    shared = [steps[0] for steps in zip(*ways, strict=False) if len(set(steps)) == 1]
    return shared[-1] if shared else index.root.code if index.root else ""


def dressed(ask: Ask) -> Ask:
    """The same question with the letterhead that its answer wears: another letterhead is another report."""
    worn = worn_by(ask)
    return replace(ask, letterhead=worn.digest if worn else "")


def as_asked(ask: Ask) -> Worn | None:
    """The letterhead, as long as it is the one that was asked for; `OtherLetterhead` if not, as the report's key is of that."""
    worn = worn_by(ask)
    if (worn.digest if worn else "") != ask.letterhead:
        raise OtherLetterhead("The letterhead was changed after this report was asked for: ask for it again.")
    return worn
