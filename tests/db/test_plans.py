"""Codes in any case and parts of names are found by an index: read from the plans that PostgreSQL makes of many rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from layers import filters, models, registry, values
from layers.feeds.search import matches
from layers.registry import published
from tests import factories as make

pytestmark = pytest.mark.django_db
MANY = 20_000
# Rows as a register has them: codes that share their beginnings, names that share their words. One in a thousand is odd.
COLUMNS = {
    "layers_well": "use, metering, status, name",
    "layers_wateruser": "source, industry, name",
    "layers_meter": "system, source, purpose, name",
}
VALUES = {"layers_well": "1, 1, 1", "layers_wateruser": "1, ''", "layers_meter": "1, 1, 1"}


@pytest.fixture(scope="module", autouse=True)
def many(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Made once: no test here writes."""
    with django_db_blocker.unblock(), transaction.atomic(), connection.cursor() as cursor:
        release = make.ReleaseFactory().pk
        for table, columns in COLUMNS.items():
            cursor.execute(
                f"INSERT INTO {table} (code, release_id, {columns})"
                f" SELECT 'Aa' || lpad(n::text, 7, '0'), %s, {VALUES[table]},"
                " CASE n %% 1000 WHEN 7 THEN '永定河引水处' ELSE '东华门街道用水户' END || n"
                " FROM generate_series(1, %s) n",
                [release, MANY],
            )
        # As the server itself does soon after an import: new entries of trigrams wait in a list, and are put in their places.
        cursor.execute(
            "SELECT gin_clean_pending_list(indexrelid) FROM pg_index JOIN pg_class ON oid = indexrelid"
            " WHERE relname LIKE '%\\_part'"
        )
        for table in COLUMNS:
            cursor.execute(f"ANALYZE {table}")
        facility = make.FacilityFactory(code="f-Low")
        make.SupplyAreaFactory(facility=facility)
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
        )  # checked once, not after each test
        yield
        transaction.set_rollback(True)


def plan(found: QuerySet[Any]) -> str:
    return str(found.explain())


def scans(text: str) -> set[str]:
    """The indexes and whole tables that a plan reads."""
    return set(re.findall(r"(?:Index (?:Only )?Scan using|Bitmap Index Scan on|Seq Scan on) (\w+)", text))


@pytest.mark.parametrize("code", ["Aa0000123", "AA0000123", "aa0000123,aA0000124"])
@pytest.mark.parametrize(("layer", "index"), [("well", "well"), ("meter", "meter"), ("water_user", "water_user")])
def test_a_code_in_any_case_is_found_by_its_index(layer: str, index: str, code: str) -> None:
    found = filters.parse(published(layer), {"code": code}).apply(published(layer))
    assert found.count() == 1 + code.count(",")
    assert scans(plan(found)) == {f"{index}_code_upper"}


def test_digits_alone_have_no_case_and_need_no_other_index() -> None:
    (read,) = scans(plan(filters.parse(published("well"), {"code": "0000123"}).apply(published("well"))))
    assert read.startswith("layers_well_code_")  # the one of the column itself


def test_a_records_meter_is_found_by_its_code_in_any_case() -> None:
    usage = published("usage")
    assert "meter_code_upper" in scans(plan(filters.parse(usage, {"meter": "aa0000123"}).apply(usage)))


def test_codes_made_here_are_asked_for_in_capitals() -> None:
    grid = registry.layer("grid_500")
    assert "UPPER" not in str(filters.parse(grid, {"code": "0500e04145n44300-110101001"}).apply(grid).query)
    assert "0500E04145N44300" in str(filters.parse(grid, {"code": "0500e04145n44300-110101001"}).apply(grid).query)


@pytest.mark.parametrize(
    ("text", "indexes"),
    [
        ("永定河", {"water_user_name_part", "water_user_code_part", "meter_code_part", "well_code_part"}),
        ("a0000123", {"water_user_name_part", "water_user_code_part", "meter_code_part", "well_code_part"}),
    ],
)
def test_a_search_reads_no_table_of_many_rows(text: str, indexes: set[str]) -> None:
    """Three letters and more, in names and codes: by trigrams, in every dataset of one statement."""
    read = scans(plan(matches(text, 20)))
    assert indexes <= read, plan(matches(text, 20))
    assert not read & set(COLUMNS)


def test_one_or_two_letters_are_looked_for_where_trigrams_do_not_help() -> None:
    """The beginning of a code by its index; names in memory, and the few that are found by their identity."""
    read = scans(plan(matches("河引", 20)))
    assert {"meter_code_upper", "well_code_upper", "layers_wateruser_pkey"} <= read
    assert not read & set(COLUMNS)
    assert len(matches("河引", 20)) == 20
    assert len(matches("河", 20)) == 20


def test_the_condition_of_a_name_is_of_the_name_as_it_is() -> None:
    name = next(field for field in registry.WELL.fields if field.name == "name")
    assert models.Well.objects.filter(values.condition(name, "永定河引水处7")).count() == 1
