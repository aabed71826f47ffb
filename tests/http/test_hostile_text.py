"""No data ever enters the text of a template, a script or a formula, in any output; and every name prints as it stands.

Each answer of a city with plain names is read by the parser of its kind, then the same of the same city with hostile
ones: what is said, and the elements, attributes, keys and cells in which it is said, differ by the names alone.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, reverse

from geoapp.reports import content, document
from geoapp.reports.ask import Ask
from geoapp.reports.forms import FORMS
from layers import languages, registry
from layers.export import FORMATS
from layers.ingest.run import run
from layers.ingest.source import Source
from layers.kept.memory import forget
from layers.periods import parse_period
from layers.shapes import DRAWN
from layers.text import is_formula, unguarded, visible
from tests import hostile
from tests.addresses import Objects, addresses, patterns, route
from tests.desk_files import upload
from tests.factories import DISTRICT, SOUTHERN, A
from tests.hostile import CANARY, HOSTILE, City, said, same, seen
from tests.report_city import drawn_of
from tests.standing import standing
from tests.thorough import WHOLE, by_turn

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PERIOD = "period=2019-07"
SINGLES = 4 if WHOLE else 2  # objects of a layer that are asked for one by one; lists say all of them
# What an address has to be asked with to say names, where it says none, or nothing at all, without.
QUERIES: dict[str, tuple[str, ...]] = {
    "features": ("", "limit=1000"),
    "stats": (PERIOD, f"{PERIOD}&level=village"),
    "stats-cells": (PERIOD,),
    "stats-area": (f"area=regions:{DISTRICT}&{PERIOD}", f"area=box:115.9,39.9,116.1,40.1&{PERIOD}"),
    "stats-compare": (f"{PERIOD}&versus=2018-07", f"{PERIOD}&versus=2018-07&level=grid_500"),
    "explain": (f"{PERIOD}&region={A}", f"{PERIOD}&region={DISTRICT}&limit=1000"),
    "search": ("q=110101",),
    "spelt-regions": ("q=haidian",),
    "ogc-items": tuple(f"f={key}" for key in ("html", "geojson", *FORMATS)),
    "ogc-item": ("f=html", "f=geojson"),
    "feed": ("lang=zh",),
    "layer-feed": ("f=csv&lang=en",),
    "feeds": ("f=html", "f=json"),
    "reports:preview": (f"region={DISTRICT}&period=2019&lang=zh", f"region={SOUTHERN}&period=2019&lang=en"),
    "reports:index": ("", "lang=en"),
}
# Addresses that are no readable answer by themselves, and what looks at them.
ELSEWHERE = {
    "ogc-search": "the answer of ogc-items, asked for by POST",
    "reports:make": "only writes",
    "reports:delete": "only writes",
    "reports:download": "sends the files that the forms below make",
    "reports:issue": "only writes",
    "reports:issued": "for staff: tests/http/test_official.py",
    "reports:issued_one": "for staff: tests/http/test_official.py",
    "reports:issued_step": "only writes",
    "reports:issued_file": "sends files: tests/http/test_official.py",
    # Of a log that is published: tests/http/test_record.py.
    "record:checkpoint": "names nobody",
    "record:key": "names nobody",
    "record:tile": "hashes, and entries as they are",
    "record:proof": "an entry as it is",
    "record:permit": "of a permit that is recorded",
}


world = standing(lambda folder: hostile.make_hostile_city())  # in plain names whenever a test begins


@pytest.fixture(autouse=True)
def in_a_room_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where a command that is run leaves its file."""
    monkeypatch.chdir(tmp_path)
    yield
    assert not (tmp_path / CANARY).exists()


@pytest.fixture
def chief(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("chief"))
    return client


def both(world: City, settings: Any, tmp_path: Path, ask: Any) -> tuple[Any, Any]:
    """What is asked of the city in plain names, and in hostile ones, nothing of the first being kept."""
    found = []
    for hostile_names in (False, True):
        world.bear(hostile_names)
        settings.STATE_DIR = tmp_path / str(hostile_names)
        forget()
        found.append(ask())
    world.bear(hostile=False)
    return found[0], found[1]


Answers = list[tuple[str, int, Any]]  # (address, status, what is said)
Both = tuple[Answers, Answers]  # of the city in plain names, and in hostile ones


def answers(client: Client, pattern: URLPattern) -> Answers:
    """At each of its addresses."""
    found = []
    for address in addresses(pattern, QUERIES, objects=Objects(SINGLES)):
        response = client.get(address)
        body = response.getvalue()
        found.append((address, response.status_code, said(body, response.get("Content-Type", "text/plain"))))
    return found


@pytest.fixture(scope="module")
def everywhere(world: City) -> Callable[[Any, Path], dict[str, Both]]:
    """What every address says of either city, by its route: the names are changed once for all of them."""
    found: dict[str, Both] = {}

    def asked(settings: Any, folder: Path) -> dict[str, Both]:
        if not found:
            client = Client()
            readable = [pattern for pattern in patterns() if route(pattern) not in ELSEWHERE]
            plain, other = both(
                world, settings, folder, lambda: {route(each): answers(client, each) for each in readable}
            )
            found.update({name: (plain[name], other[name]) for name in plain})
        return found

    return asked


@pytest.mark.parametrize("name", dict.fromkeys(map(route, patterns())))
def test_every_address_says_the_names_and_nothing_else(
    name: str, everywhere: Callable[[Any, Path], dict[str, Both]], world: City, db: None, settings: Any, tmp_path: Path
) -> None:
    if name in ELSEWHERE:
        return
    plain, other = everywhere(settings, tmp_path)[name]
    assert any(status == 200 for _, status, _ in plain), "say with what it is to be asked"
    assert len(plain) == len(other)
    for (address, status, one), (_, status_too, two) in zip(plain, other, strict=True):
        assert status == status_too, address
        assert list(same(one, two, world))[:3] == [], address


@pytest.mark.parametrize("lang", by_turn([each.code for each in languages.LANGUAGES]))
def test_every_form_of_a_report_says_the_names_and_nothing_else(
    lang: str, world: City, settings: Any, tmp_path: Path
) -> None:
    ask = Ask(DISTRICT, parse_period("2019"), lang, site="http://x/")

    def made() -> dict[str, bytes]:
        drawn = drawn_of(content.build(ask), lang)
        return {name: form.make(drawn) for name, form in FORMS.items()}

    plain, other = both(world, settings, tmp_path, made)
    for name, form in FORMS.items():
        one, two = (said(each[name], form.content_type) for each in (plain, other))
        assert list(same(one, two, world))[:3] == [], name


def test_a_search_for_a_name_finds_it(world: City, client: Client) -> None:
    world.bear(hostile=True)
    forget()
    searched = ("Region", "SupplyFacility", "SewagePlant", "SurfaceIntake", "WaterUser")
    borne = {
        world.hostile[token]
        for (model, name, _), token in world.tokens.items()
        if (model.__name__, name) in {(each, "name") for each in searched}
    }
    assert len(borne) >= len(HOSTILE)
    for text in borne:
        found = client.get("/api/search", {"q": text[:60].strip(), "limit": 100}).json()["results"]
        assert any(hit["name"] == text for hit in found), text
    world.bear(hostile=False)


NOBODY = "nobody\"'><b>{{6*7}}"  # a word that is asked for, and that no name holds


def pages(site: Any) -> list[str]:
    """The administration's pages of every kind of object: the list, the list searched, the empty form, one object's."""
    found = ["/admin/", "/desk/", "/desk/profiles/"]
    for model, shown in site._registry.items():
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found += [
            reverse(f"{base}_changelist"),
            f"{reverse(f'{base}_changelist')}?q={quote(NOBODY)}",
            reverse(f"{base}_add"),
        ]
        for pk in by_turn(model._base_manager.order_by("pk").values_list("pk", flat=True)[:2]):
            found += [reverse(f"{base}_{view}", args=[quote(str(pk))]) for view in ("change", "delete", "history")]
        for each in shown.autocomplete_fields:
            asked = f"app_label={model._meta.app_label}&model_name={model._meta.model_name}&field_name={each}"
            found.append(f"/admin/autocomplete/?{asked}")
    return found


def test_the_administration_says_the_names_and_nothing_else(
    world: City, chief: Client, settings: Any, tmp_path: Path
) -> None:
    def shown() -> list[tuple[str, int, Any]]:
        found = []
        for address in pages(admin.site):
            response = chief.get(address)
            found.append(
                (address, response.status_code, said(response.getvalue(), response.get("Content-Type", "text/plain")))
            )
        return found

    plain, other = both(world, settings, tmp_path, shown)
    assert sum(status == 200 for _, status, _ in plain) > 60
    for (address, status, one), (_, status_too, two) in zip(plain, other, strict=True):
        assert status == status_too, address
        assert list(same(one, two, world))[:3] == [], address


BACK = [one for one in (*registry.IMPORTED, *registry.TABLES) if one.dataset in registry.DATASETS]


@pytest.mark.parametrize("layer", BACK, ids=lambda layer: layer.id)
def test_a_csv_of_ours_read_back_changes_nothing(
    layer: registry.Layer, world: City, client: Client, settings: Any, tmp_path: Path
) -> None:
    """Export and import give the same names, whatever a spreadsheet would have made of them."""

    def read_back() -> tuple[int, ...]:
        path = tmp_path / "names.csv"
        path.write_bytes(client.get(f"/feeds/{layer.id}.csv").getvalue())
        cells = [cell for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")) for cell in row]
        assert not [cell for cell in cells if is_formula(cell) and not cell.startswith("'")]
        report = run(layer.id, Source(path))
        # A code with marks that nobody sees is none that came by a file, and a name that is a spreadsheet's error none.
        cleaned = {one.row for one in report.warnings.kept if one.reason == "cleaned_code"}
        errors = {one.row for one in report.refusals.kept if one.reason == "excel_error"}
        assert report.new + report.changed <= len(cleaned) and report.unchanged > 0
        refused = report.refusals.rows - errors - cleaned
        assert len(refused) <= (layer.id == "meter")  # one that no region declares: no file may leave it out
        return report.read, len(cleaned) + len(errors)

    plain, other = both(world, settings, tmp_path, read_back)
    assert plain[0] == other[0] and plain[1] == 0


@pytest.mark.parametrize("target", [dataset.name for dataset in registry.DATASETS])
def test_the_report_of_an_import_quotes_what_it_refuses(target: str, world: City, chief: Client) -> None:
    """A file whose headings, values and name are hostile: its page, the refused rows, and the page of a broken one."""
    dataset = registry.dataset(target)
    fields = [field.name for field in dataset.fields if field.imported]
    fields += ["wkt"] if dataset.geometry in DRAWN else []
    texts = [text for text in HOSTILE if len(text) <= 80]

    def page(told: list[str]) -> tuple[Any, Any]:
        out = io.StringIO()
        lines = csv.writer(out)
        lines.writerow([*fields, told[0]])
        lines.writerows([text] * (len(fields) + 1) for text in told)
        name = f"{told[2]}.csv".replace("/", "")
        address = upload(chief, out.getvalue(), name, target)
        shown = chief.get(address)
        refused = chief.get(f"{address}refused.csv")
        assert (shown.status_code, refused.status_code) == (200, 200)
        assert refused["Content-Disposition"].startswith("attachment; filename")
        return said(shown.content, "text/html"), list(
            csv.reader(io.StringIO(refused.getvalue().decode("utf-8-sig"), newline=""))
        )

    plain, _ = page([f"名 {n}" if n % 2 else f"名{n}" for n in range(len(texts))])
    shown, refused = page(texts)
    assert _elements(shown) <= _elements(plain) | ASKED
    quoted = [unguarded(row[2]) for row in refused[1:]]
    stood = {unguarded(text) for text in texts}
    assert len(set(quoted)) > 15 and set(quoted) <= stood | set(map(visible, stood)) | {""}
    cells = {part for each in shown if each[0] == "td" for part in each[2:]}
    assert len(cells & set(map(visible, stood))) >= 3
    assert not [cell for row in refused for cell in row if is_formula(cell) and not cell.startswith("'")]


# What the desk itself has where a reader asks: of such a file it may not be sure of the encoding.
ASKED = {
    ("label", ("class", "data-choice")), ("select", ("name",)), ("option", ("selected", "value")), ("option", ("value",)), ("em", ()),
    ("small", ("class",)), ("small", ()), ("b", ()), ("p", ("class", "data-asks")), ("ul", ("class", "data-notes")), ("li", ()),
    ("button", ("class", "name", "value", "data-testid", "disabled")),
    ("a", ("class", "rel", "href")), ("nav", ("class", "aria-label")),
}  # fmt: skip


def _elements(page: list[Any]) -> set[tuple[str, tuple[str, ...]]]:
    return {(each[0], tuple(each[1])) for each in page if each[0] != "comment"}


def test_print_holds_the_names_as_they_stand(world: City) -> None:
    """What goes from left to right and has a shape in our fonts is found again in the order in which it was written."""
    world.bear(hostile=True)
    forget()
    ask = Ask(DISTRICT, parse_period("2019"), site="http://x/")
    report = content.build(ask)
    text = said(document.pdf(drawn_of(report)), "application/pdf").text
    world.bear(hostile=False)
    names = {line.name for each in report.facilities for line in each.lines} | {line.name for line in report.children}
    readable = {name for name in names if not any(_is_left_out(c) for c in name)}
    assert len(readable) > 20
    assert [name for name in readable if seen(name) not in text] == []


def _is_left_out(character: str) -> bool:
    """Read from right to left, or without a shape."""
    return unicodedata.bidirectional(character) in ("R", "AL", "RLO") or unicodedata.category(character) == "Cc"
