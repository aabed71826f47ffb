"""Cells in time on every channel: those of a month have the lines of its own divisions, or of any that are asked for."""

from __future__ import annotations

import csv as csv_reader
import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from django.test import Client

from geoapp.reports import ground
from layers import models, vocab
from layers.db import rows
from layers.kept.memory import forget
from layers.periods import Month, parse_period
from layers.stats import divisions
from layers.stats.absence import added
from tests import factories as make
from tests.cells_by_hand import by_cell
from tests.db.ingest_files import csv, load
from tests.db.test_mvt import tile_at
from tests.factories import CELL, CELLS, DISTRICT, NORTHERN, SOUTH, SOUTHERN, WEST
from tests.split_city import AFTER, APRIL, MONTHS, NEW, make_cells, split
from tests.standing import standing

pytestmark = pytest.mark.django_db
EVERY = [*MONTHS, APRIL]
THEN, TODAY = (
    {"since": None, "until": "2019-03", "current": False},
    {"since": "2019-04", "until": None, "current": True},
)
# What is asked → the months that are summed, and the outlines that they are told in.
QUESTIONS: dict[str, tuple[list[date], Any]] = {
    "period=2019-03": (MONTHS[2:], CELLS),
    "period=2019-03&boundaries=current": (MONTHS[2:], AFTER),
    "period=2019-03&boundaries=2019-04": (MONTHS[2:], AFTER),
    "period=2019-03&boundaries=v1": (MONTHS[2:], CELLS),
    "period=2019-04": ([APRIL], AFTER),
    "period=2019-04&boundaries=2019-01": ([APRIL], CELLS),
    "period=2019": (EVERY, AFTER),
    "period=2019&boundaries=2019-02": (EVERY, CELLS),
    "period=2019-01..2019-03": (MONTHS, CELLS),
}


def make_town(folder: Path) -> None:
    """January to March in the old divisions, April in the new ones."""
    make_cells()
    split(folder)
    load(
        "usage",
        csv(
            folder / "u.csv",
            "month,meter,source,purpose,volume_l\n2019-04,M-b,村级供水,居民,7\n2019-04,M-line,村级供水,工业,90",
        ),
    )


world = standing(make_town)


@pytest.fixture
def town(world: None, db: None) -> None:
    """As `make_town` has made it."""


def ask(client: Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer.json()


def by_hand(months: list[date], outlines: Any, **only: Any) -> dict[str, int]:
    found: Counter[str] = Counter()
    for (_, unit), litres in by_cell(months, outlines, **only).items():
        if "-" in unit:
            found[unit] += litres
    return {unit: litres for unit, litres in found.items() if litres}


def units(outlines: Any) -> set[str]:
    found = models.GridUnit.objects.filter(
        **({"last_edition__lt": 2**31 - 1} if outlines is CELLS else {"first_edition__gt": 0})
    )
    return set(found.values_list("code", flat=True)) | set(
        models.GridUnit.objects.filter(region__code=NORTHERN).values_list("code", flat=True)
    )


def body_of(client: Client, address: str) -> bytes:
    answer: Any = client.get(address)
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def in_tile(client: Client, question: str) -> dict[str, Any]:
    z, x, y = tile_at(make.at(1, 1), 10)
    tile = mapbox_vector_tile.decode(body_of(client, f"/tiles/grid_500/{z}/{x}/{y}.pbf?{question}"))
    return {one["properties"]["code"]: one["properties"] for one in tile["grid_500"]["features"]}


def in_geojson(address: str) -> Callable[[Client, str], dict[str, Any]]:
    def found(client: Client, question: str) -> dict[str, Any]:
        features = json.loads(body_of(client, address + question))["features"]
        return {one["properties"]["code"]: one["properties"] for one in features}

    return found


def in_csv(client: Client, question: str) -> dict[str, Any]:
    lines = csv_reader.DictReader(io.StringIO(body_of(client, f"/feeds/grid_500.csv?{question}").decode("utf-8-sig")))
    return {line["code"]: {"volume_l": int(line["volume_l"])} if line["volume_l"] else {} for line in lines}


CHANNELS = {
    "tile": in_tile,
    "api": in_geojson("/api/layers/grid_500/features?limit=1000&"),
    "feed": in_geojson("/feeds/grid_500.geojson?"),
    "ogc": in_geojson("/ogc/collections/grid_500/items?limit=1000&"),
    "csv": in_csv,
}


def test_every_channel_has_the_cells_and_litres_of_the_divisions_asked_for(client: Client, town: None) -> None:
    for question, (months, outlines) in QUESTIONS.items():
        expected = by_hand(months, outlines)
        for name, channel in CHANNELS.items():
            found = channel(client, question)
            litres = {code: figures["volume_l"] for code, figures in found.items() if figures.get("volume_l")}
            assert litres == expected, (name, question)
            assert set(found) == units(outlines), (name, question)


def test_each_source_by_itself_too(client: Client, town: None) -> None:
    """Read row by row and not from the kept years."""
    for question, (months, outlines) in QUESTIONS.items():
        for term in list(vocab.SOURCE)[:2]:
            found = in_tile(client, f"{question}&source={term.code}")
            litres = {code: one["volume_l"] for code, one in found.items() if one.get("volume_l")}
            assert litres == by_hand(months, outlines, source=term.id), (question, term.code)


@pytest.mark.parametrize(("boundaries", "outlines"), [("2019-03", CELLS), ("current", AFTER), ("own", AFTER)])
@pytest.mark.parametrize("source", [None, 1])
def test_the_months_of_a_year_are_packed_in_one_edition(
    client: Client, town: None, boundaries: str, outlines: Any, source: int | None
) -> None:
    only = {"source": source} if source else {}
    narrowed = f"&source={vocab.SOURCE.by_id[source].code}" if source else ""
    found = in_tile(client, f"period=2019&monthly=yes&boundaries={boundaries}{narrowed}")
    for nth, month in enumerate(EVERY):
        packed = {code: one["litres_2019"].split(",")[nth] for code, one in found.items() if "litres_2019" in one}
        litres = {code: int(text) for code, text in packed.items() if text not in ("", "0")}
        assert litres == by_hand([month], outlines, **only), month
    assert set(found) == units(outlines)


@pytest.mark.turns(2)
def test_every_cell_is_explained_in_its_divisions(client: Client, town: None) -> None:
    for question, (months, outlines) in QUESTIONS.items():
        expected = by_hand(months, outlines)
        for code in sorted(units(outlines)):
            told = ask(client, f"/api/explain?unit={code}&{question}")
            assert told["volume_l"] == told["parts_l"] if told["volume_l"] is not None else told["parts_l"] is None, (
                question,
                code,
            )
            assert (told["volume_l"] or 0) == expected.get(code, 0), (question, code)
            assert told["boundaries"] == (THEN if outlines is CELLS else TODAY)
    gone = ask(client, "/api/explain?unit=outside&period=2019-03&boundaries=current")
    assert gone["volume_l"] == gone["parts_l"] == by_cell(MONTHS[2:], AFTER)[MONTHS[2], "outside"]


def test_a_cell_of_other_divisions_is_named_with_them(client: Client, town: None) -> None:
    new = next(code for code in units(AFTER) if code.endswith(NEW))
    missing = client.get(f"/api/explain?unit={new}&period=2019-03")
    assert missing.status_code == 404 and missing.json()["allowed"] == ["boundaries=current"]
    assert "from 2019-04 to today" in missing.json()["detail"]
    assert client.get(f"/api/explain?unit={new}&period=2019-03&boundaries=current").status_code == 200
    assert client.get("/api/explain?unit=0500E00000N00000-110101001&period=2019-03").status_code == 404


def test_the_statistics_of_cells_are_of_one_edition(client: Client, town: None) -> None:
    for question, (months, outlines) in QUESTIONS.items():
        found = ask(client, f"/api/stats/cells?{question}")
        recount = by_cell(months, outlines)
        assert found["boundaries"] == (THEN if outlines is CELLS else TODAY)
        assert found["assigned_l"] == sum(litres for (_, unit), litres in recount.items() if "-" in unit)
        assert (found["outside_l"] or 0) == sum(litres for (_, unit), litres in recount.items() if unit == "outside")
        assert found["recorded_l"] == found["assigned_l"] + (found["unassigned_l"] or 0) + (found["outside_l"] or 0)
        known = [one for one in in_tile(client, question).values() if "volume_l" in one]
        assert sum(found["classes"]["period"]["counts"]) == len(known), question


def test_a_township_tells_what_its_cells_hold_more(client: Client, town: None) -> None:
    for code, question, outlines in (
        (SOUTHERN, "period=2019-03", CELLS), (SOUTHERN, "period=2019-03&boundaries=current", AFTER), (NEW, "period=2019", AFTER),
    ):  # fmt: skip
        months = QUESTIONS[question][0]
        told = ask(client, f"/api/regions/{code}?{question}")
        cells = sum(litres for unit, litres in by_hand(months, outlines).items() if unit.endswith(code))
        plants = sum(
            litres for unit, litres in by_hand(months, outlines, facility__kind=1).items() if unit.endswith(code)
        )
        assert told["grid"] == {"size": 500, "volume_l": cells, "more_l": plants}
        assert cells - plants == told["volume_l"]


def test_two_periods_are_compared_in_the_cells_of_one_edition(client: Client, town: None) -> None:
    for boundaries, outlines in (("own", AFTER), ("2019-03", CELLS)):
        moved = ask(
            client,
            f"/api/stats/compare?level=grid_500&period=2019-04&versus=2019-03&direction=down&limit=1000&boundaries={boundaries}",
        )
        now, before = by_hand([APRIL], outlines), by_hand(MONTHS[2:], outlines)
        differences = {code: now.get(code, 0) - litres for code, litres in before.items()}
        fell = {row["code"]: row["difference_l"] for row in moved["movers"]}
        assert fell == {code: by for code, by in differences.items() if by < 0 and code in fell}
        assert moved["features"] == len(units(outlines))
        assert moved["boundaries"] == (THEN if outlines is CELLS else TODAY)


def test_the_map_of_a_report_is_of_its_divisions(town: None) -> None:
    for question, (months, outlines) in QUESTIONS.items():
        period, _, told = question.removeprefix("period=").partition("&boundaries=")
        within = divisions.divisions(told, Month.of(months[-1]))
        found = rows(ground.units([DISTRICT], parse_period(period), 500, within))
        assert len(found) == len(units(outlines))
        assert sum(litres or 0 for litres, _ in found) == sum(by_hand(months, outlines).values()), question


def test_a_tilejson_passes_the_divisions_on(client: Client, town: None) -> None:
    body = ask(client, "/tiles/grid_500.json?period=2019&monthly=yes&boundaries=2019-03")
    assert "boundaries=2019-03" in body["tiles"][0]
    assert client.get("/tiles/grid_500.json?period=2019&boundaries=x").status_code == 400


def test_cells_without_a_period_are_todays(client: Client, town: None) -> None:
    assert set(in_tile(client, "")) == units(AFTER) == set(in_geojson("/feeds/grid_500.geojson?")(client, ""))
    assert set(in_tile(client, "boundaries=2019-01")) == units(CELLS)
    new = next(code for code in units(AFTER) if code.endswith(NEW))
    assert ask(client, f"/api/layers/grid_500/features/{new}")["properties"]["township_name"] == "新街道"
    counted = {one["id"]: one["count"] for one in ask(client, "/api/meta")["layers"]}
    assert counted["grid_500"] == len(units(AFTER))


def test_a_region_of_other_divisions_holds_their_cells(client: Client, town: None) -> None:
    then = in_geojson("/api/layers/grid_500/features?limit=1000&")(client, f"region={SOUTHERN}&period=2019-03")
    now = in_geojson("/api/layers/grid_500/features?limit=1000&")(
        client, f"region={NEW}&period=2019-03&boundaries=current"
    )
    assert set(then) == {code for code in units(CELLS) if code.endswith(SOUTHERN)}
    assert set(now) == {code for code in units(AFTER) if code.endswith(NEW)}
    assert client.get(f"/api/layers/grid_500/features?region={NEW}&period=2019-03").status_code == 404


@pytest.mark.turns(2)
def test_totals_of_an_area_speak_in_the_divisions_that_are_asked_for(
    client: Client, town: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a drawn shape cell by cell and by whole townships alike, and of regions."""
    everything = f"box:{WEST - 0.01:.3f},{SOUTH - 0.01:.3f},{WEST + 0.03:.3f},{SOUTH + 0.03:.3f}"
    part = f"box:{WEST - 0.01:.3f},{SOUTH - 0.01:.3f},{WEST + 1.3 * CELL:.3f},{SOUTH + 0.03:.3f}"
    for wide_km2 in (1500, 0):
        monkeypatch.setattr("layers.totals.cells.WIDE_KM2", wide_km2)
        forget()
        for question, (months, outlines) in QUESTIONS.items():
            for area, more in ((everything, ""), (part, ""), (part, "&resident=no")):
                told = ask(client, f"/api/stats/area?area={area}&{question}{more}")
                cells = ask(client, f"/api/layers/grid_{told['rule']['size']}/features?area={area}&{question}{more}")
                litres = [cell["properties"]["volume_l"] for cell in cells["features"]]
                assert (told["rule"]["cells"], told["volume_l"]) == (len(litres), added(litres)), (question, area)
                balance = dict(told["balance"])
                recorded = balance.pop("recorded_l")
                assert recorded == added(balance.values())
                if area == everything:
                    assert told["volume_l"] == sum(by_hand(months, outlines).values())
            both = ask(client, f"/api/stats/area?area=regions:{SOUTHERN},{NORTHERN}&{question}")
            own = (ask(client, f"/api/regions/{code}?{question}")["volume_l"] for code in (SOUTHERN, NORTHERN))
            assert both["volume_l"] == added(own), question
