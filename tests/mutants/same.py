"""Mutants that are no faults: what they change cannot be seen, so that no test can kill them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

_LETTERS = "SQL in other letters"
# Function → the line as mutated → why it does the same.
SAME: dict[str, dict[str, str]] = {
    "layers.filters.x__shape": {
        "if bbox.west == bbox.east and bbox.south == bbox.north:": "GEOS 3.11 takes a polygon without width for its line",
    }
    | dict.fromkeys(
        (
            "return Point(*low, srid=None)",
            "return Point(*low, )",
            "return LineString(low, high, srid=None)",
            "return LineString(low, high, )",
            "box.srid = None",
        ),
        "what has no reference system is taken to be in the column's, which is this",
    ),
    "layers.filters.x__usage": dict.fromkeys(
        (
            'monthly = params.parse_choice(given.get(MONTHLY), MONTHLY, None, ("yes", "no")) == "yes"',
            'monthly = params.parse_choice(given.get(MONTHLY), MONTHLY, "XXnoXX", ("yes", "no")) == "yes"',
            'monthly = params.parse_choice(given.get(MONTHLY), MONTHLY, "NO", ("yes", "no")) == "yes"',
        ),
        "whatever is not yes is no",
    ),
    "layers.filters.x_of_code": dict.fromkeys(
        (
            "written = Case(When(**{field.orm_path: code}, then=Value(0)), default=None, output_field=IntegerField())",
            "written = Case(When(**{field.orm_path: code}, then=Value(0)), default=Value(1), output_field=None)",
            "written = Case(When(**{field.orm_path: code}, then=Value(0)), output_field=IntegerField())",
            "written = Case(When(**{field.orm_path: code}, then=Value(0)), default=Value(1), )",
            "written = Case(When(**{field.orm_path: code}, then=Value(0)), default=Value(None), output_field=IntegerField())",
            "written = Case(When(**{field.orm_path: code}, then=Value(0)), default=Value(2), output_field=IntegerField())",
        ),
        "nought is the first all the same",
    ),
    "layers.grid.assign.x_rebuild": dict.fromkeys(
        (
            "for _, some in groupby(sorted(months), None):",
            "for _, some in groupby(sorted(months), ):",
            "for _, some in groupby(sorted(months), lambda month: None):",
        ),
        "the kept years are brought to whatever months are told, only in more or fewer turns",
    ),
    "layers.ingest.parse.x_date_meaning": {
        'return Meaning(warned="no_end")': "no value is what a meaning has unless told",
    },
    "layers.periods.x__span": {
        "months = _one(text, None)": "its refusal is caught and said anew, with the parameter",
    },
    "layers.periods.x_signed_months": {
        "for year in range(period.last.year + 1):": "of the years before none of the months is asked",
        "for year in range(period.first.year, period.last.year + 2):": "of the year after none of the months is asked",
    },
    "layers.stats.query.x__by_month": {
        'return _reading(_cells(sources, purposes, {month.first_day: (1,) for month in period.months}), ["SIGN"])': _LETTERS,
    },
    "layers.stats.query.x__cells": {
        "(source, purpose, month, *(one / other * weight for weight in weights))": "both are one or minus one",
    },
    "layers.stats.query.x__reading": dict.fromkeys(
        (
            'types = ["INT", "int", "date", *("int" for _ in weights)]',
            'types = ["int", "INT", "date", *("int" for _ in weights)]',
            'types = ["int", "int", "DATE", *("int" for _ in weights)]',
            'types = ["int", "int", "date", *("INT" for _ in weights)]',
        ),
        _LETTERS,
    ),
    "layers.stats.query.x_totals_of": {
        "months[column].setdefault(month, [0] * len(periods))[place] = sign": "a period has a month once",
    }
    | dict.fromkeys(
        (
            'for (column, weights), counted in zip(months.items(), ("RECORDS", "ytd_records"), strict=True):',
            'for (column, weights), counted in zip(months.items(), ("records", "YTD_RECORDS"), strict=True):',
            "f\"SELECT code, parent_code, gap, {sums} FROM ({' union all '.join(parts)})\"",
            "f\" AS part (code, parent_code, gap, litres, n, {', '.join(names)}) GROUP BY 1, 2, 3 HAVING {' or '.join(present)}\",",
        ),
        _LETTERS,
    ),
}
_SQL = re.compile(r"\b(SELECT|FROM|WHERE|INSERT|UPDATE|DELETE|DROP|CREATE|SET|ANALYZE|ON CONFLICT|JOIN|AND|TRUE)\b")
_LETTERED = re.compile(r"'[^']*'|%(?:\(\w+\))?[A-Za-z]|\{\w*\}")  # what has its letters in SQL too, or for who sends it
_LENGTHS = re.compile(r",? ?(strict=\w+)?(?=\))")  # what ends the arguments of `zip`


def changed(own: str, mutated: str) -> tuple[list[str], list[str]]:
    """The lines of a function that a mutant has otherwise, as they are and as it has them; the first is the name's."""
    both = [[line.strip() for line in text.splitlines()[1:]] for text in (own, mutated)]
    lines = list(difflib.unified_diff(*both, n=0, lineterm=""))[2:]
    return [line[1:] for line in lines if line[0] == "-"], [line[1:] for line in lines if line[0] == "+"]


def no_fault(function: str, before: Sequence[str], after: Sequence[str]) -> str:
    """Why a mutant is none; empty where it is one, or is not known to be none."""
    if only_letters(before, after):
        return _LETTERS
    if _LENGTHS.sub("", " ".join(before)) == _LENGTHS.sub("", " ".join(after)):
        return "it is said of lists as long as each other that they are"
    return SAME.get(function, {}).get(" ".join(after), "")


def only_letters(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether lines differ by capital and small letters of SQL alone, which mean the same but in quotes and placeholders."""
    text, mutated = " ".join(before), " ".join(after)
    kept = [_LETTERED.findall(one) for one in (text, mutated)]
    return text.lower() == mutated.lower() and _SQL.search(text) is not None and kept[0] == kept[1]
