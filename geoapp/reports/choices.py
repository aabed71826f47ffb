"""What the form of reports lets one choose: regions, and the divisions that a report speaks in."""

from __future__ import annotations

from typing import Any

from geoapp.reports.ask import ATLAS, EVERY
from geoapp.reports.atlas.words import every as every_one
from geoapp.reports.words import divided, level_name, word
from layers import names, vocab
from layers.stats.divisions import CURRENT, Divisions, divisions, every, parse_boundaries
from layers.stats.regions import RegionIndex, RegionInfo, region_index

Choice = tuple[str, str, str]  # what it is asked by (see `Ask.region`), name, code
_LISTED = (vocab.DISTRICT, vocab.TOWNSHIP)


def regions(lang: str) -> list[dict[str, Any]]:
    """Regions a report can be of, in groups: the city, then each district with its townships, then the reporting units (a code that
    is a district's too is told by its kind, see `Ask.region`), and what there was in divisions that are over.
    """
    index = region_index()
    below: dict[str, list[Choice]] = {}
    for township in index.levels[vocab.TOWNSHIP]:
        below.setdefault(township.parent_code, []).append(_choice(township, lang))
    cities = [_choice(region, lang) for region in index.levels[vocab.CITY]]
    cities += [one for code, _, _ in cities for one in below.get(code, [])]  # a county's own townships
    groups = [{"name": level_name("city", lang), "regions": cities}]
    for district in index.levels[vocab.DISTRICT]:
        own = [_choice(district, lang), *below.get(district.code, [])]
        groups.append({"name": own[0][1], "regions": own})
    units = [
        (f"{vocab.UNIT}/{code}", names.unit(code, unit.name).in_(lang), code)
        for code, unit in sorted(index.units.items())
    ]
    if units:
        groups.append({"name": level_name("reporting_unit", lang), "regions": units})
    if volumes := _volumes(index, lang):
        groups.append({"name": word("bound", lang), "regions": volumes})
    return groups + [_gone(within, lang) for within in reversed(every()[:-1]) if _gone(within, lang)["regions"]]


def _volumes(index: RegionIndex, lang: str) -> list[Choice]:
    """Many reports in one volume: of all divisions below the city, and of all reporting units."""
    there = (("", bool(index.below)), (f"{vocab.UNIT}/", bool(index.units)))
    return [(f"{ATLAS}/{kind}{EVERY}", every_one(index, lang, unit=bool(kind)), "") for kind, any_ in there if any_]


def _choice(region: RegionInfo, lang: str) -> Choice:
    return region.code, names.division(region.code, region.name).in_(lang), region.code


def _gone(within: Divisions, lang: str) -> dict[str, Any]:
    """The districts and townships of an edition that today's divisions have not."""
    today = {region.code for level in _LISTED for region in region_index().levels[level]}
    then = [region for level in _LISTED for region in region_index(within).levels[level]]
    gone = [_choice(region, lang) for region in then if region.code not in today]
    return {"name": divided(within, lang), "regions": gone}


def boundaries(lang: str, given: str) -> list[tuple[str, str, bool]]:
    """(value, words, whether it is chosen): each month's own divisions, today's, and those of each edition that is over.

    ``given`` is what the address says. `BadParameter` for what names no divisions.
    """
    told = parse_boundaries(given)
    meant = divisions(told, None).edition if given and told != parse_boundaries("") else None
    found = [("", word("divisions_own", lang), meant is None)]
    found.append((CURRENT, word("divisions_current", lang), meant is not None and meant.current))
    for within in reversed(every()[:-1]):
        found.append((str(within.until), divided(within, lang), within.edition == meant))
    return found


def boundaries_told(value: str, lang: str) -> str:
    """In words, the divisions that a report was asked in; nothing for its months' own."""
    if not value:
        return ""
    return word("divisions_current", lang) if value == CURRENT else divided(divisions(value, None), lang)
