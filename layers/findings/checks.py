"""A rule as it is asked of the database: over all objects of a dataset, or over those that a change has touched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from psycopg.sql import SQL, Identifier

from layers import registry, vocab
from layers.placing import table_of
from layers.quality import RULES, Rule
from layers.recorded import all_months
from layers.sql import load

Cursor = Any
Context = dict[str, date | None]  # by the names of `layers.quality.CONTEXT`

_MARK = re.compile(r":(table|any|only\((\w+\.\w+)\)|touched\((\w+\.\w+)\))")
_ONE, _SEVERAL = "{} IN (SELECT id FROM quality_only)", "{} && ARRAY(SELECT id FROM quality_only)"


@dataclass(frozen=True, slots=True)
class Check:
    """A rule and the dataset whose objects it looks at."""

    rule: Rule
    dataset: str


CHECKS = tuple(Check(rule, dataset) for rule in RULES for dataset in rule.datasets)


def context_now(cursor: Cursor) -> Context:
    """What rules may ask of the data as they stand."""
    months = all_months(cursor)
    return {"newest": months[-1] if months else None}


def told_of(rule: Rule, context: Context) -> dict[str, str | None]:
    """What of the context a rule goes by, as it is kept."""
    return {name: found.isoformat() if (found := context[name]) else None for name in rule.uses}


@cache
def statement(check: Check, *, whole: bool) -> str:
    """A rule's statement over all objects of its dataset, or over those in ``quality_only``."""

    def replaced(mark: re.Match[str]) -> str:
        if mark[1] == "table":
            return table_of(check.dataset)
        if mark[1] == "any":
            return "TRUE" if whole else "FALSE"
        if whole:
            return "TRUE"
        return _ONE.format(mark[2]) if mark[2] else _SEVERAL.format(mark[3])

    return _MARK.sub(replaced, check.rule.sql)


@cache
def finding(check: Check, *, whole: bool) -> str:
    """The statement that writes what the rule finds, each with its identity, into ``quality_found``."""
    text = SQL(load("finding_found")).format(
        table=Identifier(table_of(check.dataset)), statement=SQL(statement(check, whole=whole)),
        quality=_quality(check.dataset), code=_code(check.dataset),
    )  # fmt: skip
    return text.as_string()


def _code(dataset: str) -> SQL:
    """The code of an object ``o``: of a division's outline, the division's."""
    if registry.dataset(dataset) is registry.REGION:
        return SQL("SELECT r.code FROM layers_region r WHERE r.id = o.region_id")
    return SQL("o.code")


def _quality(dataset: str) -> SQL:
    """Of objects ``o`` together how well it is known where they are: made up, if one of them is."""
    qualities = (vocab.POSITION_QUALITY, vocab.BOUNDARY_QUALITY)
    marks = {field.orm_path for field in registry.dataset(dataset).fields if field.vocab in qualities}
    if "position_quality" in marks:
        return SQL("CASE WHEN bool_or(o.position_quality = 3) THEN 3 ELSE max(o.position_quality) END::smallint")
    if "boundary_quality" in marks:
        return SQL("CASE WHEN bool_or(o.boundary_quality = 3) THEN 3 END::smallint")
    return SQL("NULL::smallint")
