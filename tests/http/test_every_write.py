"""No answer outlives what it was made from: after each kind of write to each dataset every address says what a server says that
has nothing kept."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve

from layers import models, registry
from layers.kept import memory
from tests import factories as make
from tests.addresses import Objects, addresses, patterns, route
from tests.db.ingest_files import csv, load
from tests.factories import DISTRICT, SOUTHERN, A, D, outline, square
from tests.http.admin_pages import save, url, versions
from tests.split_city import split
from tests.standing import standing
from tests.thorough import by_turn, some

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PERIOD = "period=2019-01"
QUERIES = {
    "features": ("limit=1000", f"limit=1000&region={SOUTHERN}"),
    "stats": (PERIOD, f"{PERIOD}&level=village", f"{PERIOD}&level=reporting_unit"),
    "stats-cells": (PERIOD,),
    "stats-area": (f"area=regions:{SOUTHERN},{D}&{PERIOD}", f"area=box:115.99,39.99,116.03,40.03&{PERIOD}"),
    "stats-compare": (f"{PERIOD}&versus=2019-02", f"{PERIOD}&versus=2019-02&level=grid_500"),
    "series": ("", "level=village"),
    "explain": (f"{PERIOD}&region={DISTRICT}", f"{PERIOD}&unit=outside"),
    "search": ("q=1101", "q=W1", "q=厂"),
    "spelt-regions": ("q=nan", "q=nan&level=village"),
    "ogc-items": ("f=geojson&limit=1000", "f=csv", "f=html"),
    "ogc-item": ("f=geojson",),
    "reports:preview": (f"region={DISTRICT}&{PERIOD}",),
}
# They write, or send what was made by a write.
NOT_ASKED = ("reports:make", "reports:delete", "reports:download", "reports:jobs", "schema", "docs")
# For staff, and of what was frozen (tests/http/test_official.py).
NOT_ASKED += ("reports:issue", "reports:issued", "reports:issued_one", "reports:issued_step", "reports:issued_file")
# It takes a second, and is of every version there is: asked after the first write of each test, and not after those that raise no others.
ONCE = "reports:preview"
_MOMENT = re.compile(
    rb'"timeStamp":"[^"]*"|"request_id": ?"[^"]*"|\b[0-9a-f]{16}\b'  # and by what id the log has a refusal
    rb'|name="csrfmiddlewaretoken" value="[^"]*"|"csrf": ?"[^"]*"'
)


def make_city() -> None:
    """Two objects of each kind, the second of them unused, and two months of use at meters, facilities and divisions."""
    grid = make.make_grid(unit_of_north=True)
    of = {"declared_region": grid[A], "release": make.ReleaseFactory()}
    make.WellFactory(code="W1", name="井", **of)
    models.SurfaceIntake.objects.create(code="I1", name="口", geom=make.at(0.4, 0.4), **of)
    holder = models.AbstractionHolder.objects.create(code="H1", name="户", release=of["release"])
    permit = models.AbstractionPermit.objects.create(code="P1", holder=holder, permitted_l_per_year=5000, **of)
    plant = make.FacilityFactory(code="F1", name="一厂", capacity_m3_d=100, **of)
    make.SupplyAreaFactory(facility=plant, geom=outline(square(0, 0, 1, 1)), release=of["release"])
    models.SewagePlant.objects.create(code="S1", name="污厂", kind=1, geom=make.at(0.3, 0.3), **of)
    user = make.WaterUserFactory(code="U1", name="用户", geom=make.at(1.5, 0.5), **of)
    user.permits.add(permit)
    make.MeterFactory(code="M1", name="表", geom=make.at(0.5, 0.5), **of)
    lent = make.MeterFactory(code="M2", geom=None)
    lent.users.add(user)
    for underneath in make.UNDERNEATH:
        underneath(code="G1", name="水", release=of["release"])
        underneath(code="X1", release=of["release"])
    make.WellFactory(code="X1", **of)
    models.SurfaceIntake.objects.create(code="X1", geom=make.at(0.4, 0.4), **of)
    models.AbstractionPermit.objects.create(code="X1", holder=holder, **of)
    unused = make.FacilityFactory(code="X1", **of)
    make.SupplyAreaFactory(facility=plant, code="X1", geom=outline(square(0, 0, 1, 1)), release=of["release"])
    models.SewagePlant.objects.create(code="X1", name="污厂", kind=1, geom=make.at(0.3, 0.3), **of)
    make.WaterUserFactory(code="X1", geom=make.at(1.5, 0.5), **of).meters.add(lent)
    make.MeterFactory(code="X1", geom=make.at(0.5, 0.5), **of)
    assert not unused.supply_areas.exists()
    for month in ("2019-01-01", "2019-02-01"):
        for litres, place in enumerate(
            ({"meter": models.Meter.objects.get(code="M1")}, {"meter": lent}, {"facility": plant}, {"region": grid[D]}),
            1,
        ):
            make.UsageFactory(month=month, volume_l=litres * 1000, release=of["release"], **place)
    grid.settle()
    grid.cut(500)


world = standing(lambda folder: make_city())


@pytest.fixture
def chief(world: None, db: None) -> Client:
    found = Client()
    found.force_login(User.objects.create_superuser("chief"))
    return found


Place = tuple[str, str]  # of an address: its route, and the layer it is of; '' where it is of none
Answers = dict[str, Any]


def place(address: str) -> Place:
    found = resolve(address.partition("?")[0])
    return found.view_name, found.kwargs.get("layer_id") or found.kwargs.get("layer") or ""


def ask(client: Client, address: str) -> tuple[int, bytes]:
    """(status, body), without the moment at which it was asked."""
    response = client.get(address)
    return response.status_code, _MOMENT.sub(b"", response.getvalue())


def walk(client: Client, only: set[Place] | None = None) -> Answers:
    """What every address says, or those of some places and all that are of no layer."""
    objects, found = Objects(), {}
    for pattern in patterns():
        if route(pattern) not in NOT_ASKED:
            for address in addresses(pattern, QUERIES, objects=objects, suffixes=("csv", "geojson", "qgs")):
                if only is None or place(address) in only or (not place(address)[1] and route(pattern) != ONCE):
                    found[address] = ask(client, address)
    return found


@dataclass(frozen=True)
class Server:
    """What a server holds: in memory, and in its folder."""

    folder: Path
    held: tuple[tuple[Any, Any, int], ...] = ()  # store, entries, their size

    @staticmethod
    def stopped(folder: Path) -> Server:
        """The one that was running; nothing is kept any more."""
        held = tuple((store, store._held.copy(), store.size) for store in memory._stores)
        memory.forget()
        return Server(folder, held)

    def run(self, settings: Any) -> None:
        memory.forget()
        settings.STATE_DIR = self.folder
        for store, entries, size in self.held:
            store._held, store.size = entries.copy(), size


class Watch:
    """A server that keeps what it was asked; `after` a write it is compared with one that has kept nothing."""

    def __init__(self, settings: Any, folder: Path, server: Server, told: Answers) -> None:
        self.settings, self.folder, self.server, self.told = settings, folder, server, told
        self.client, self.turn = Client(), 0
        self.changed: set[Place] = set()
        self.raised: set[str] = set()

    def after(self, what: str, write: Callable[[], object]) -> None:
        """The write must make some address say something else, and leave nothing kept that is no longer so.

        What says the same as before cannot be out of date: the server that has kept it is asked for the rest alone, and for what
        is of no layer. And a write that raises no other versions than one that was looked for at every address is looked for
        where that one changed something.
        """
        self.server.run(self.settings)
        before = versions()
        write()
        raised = {name for name, version in versions().items() if version != before.get(name)}
        only = self.changed if self.changed and raised <= self.raised else None

        self.turn += 1
        folder = self.folder / f"state{self.turn}"
        Server(folder).run(self.settings)
        told = walk(self.client, only)
        begun = Server.stopped(folder)

        self.server.run(self.settings)
        changed = [address for address, answer in told.items() if self.told.get(address) != answer]
        asked = dict.fromkeys([*changed, *(address for address in told if not place(address)[1])])
        assert [address for address in asked if ask(self.client, address) != told[address]] == [], what
        assert changed, f"{what} changes nothing"
        self.server, self.told = begun, self.told | told
        self.changed |= {place(address) for address in changed}
        self.raised |= raised


@pytest.fixture(scope="module")
def at_first(world: None, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], tuple[Server, Answers]]:
    """A server on the city as it was made, that has been asked for every address, and what it said: asked once for all tests."""
    folder, found = tmp_path_factory.mktemp("state"), []

    def asked(settings: Any) -> tuple[Server, Answers]:
        if not found:
            Server(folder).run(settings)
            told = walk(Client())
            found.append((Server.stopped(folder), told))
        return found[0]

    return asked


@pytest.fixture
def watch(at_first: Callable[[Any], tuple[Server, Answers]], db: None, settings: Any, tmp_path: Path) -> Watch:
    server, told = at_first(settings)
    shutil.copytree(server.folder, tmp_path / "state0")
    return Watch(settings, tmp_path, replace(server, folder=tmp_path / "state0"), told)


# Of each dataset a file that changes something, and an object whose form is saved otherwise.
FILES = {
    "permit": f"code,permitted_m3_per_year,region\nP1,77,{A}",
    "well": f"code,name,use,metering,region,lon,lat\nW1,新井,农业,水表,{A},116.015,40.005",
    "surface_intake": f"code,name,water_body,region,lon,lat\nI1,新口,永定河,{A},116.015,40.005",
    "facility": f"code,name,kind,region,capacity_m3_d,lon,lat\nF1,新厂,城镇公共供水厂,{A},7,116.015,40.005",
    "sewage_plant": f"code,name,kind,region,lon,lat\nS1,新污厂,城镇污水处理厂,{A},116.015,40.005",
    "water_user": f"code,name,source,region,lon,lat\nU1,新用户,自来水集团,{A},116.005,40.015",
    "meter": f"code,name,system,source,purpose,region,lon,lat\nM1,新表,自来水集团,自来水集团,居民生活,{A},116.005,40.015",
    "usage": "month,meter,source,purpose,volume_l\n2019-01,M1,自来水集团,居民生活,4321",
    "population": f"region,day,residents\n{SOUTHERN},2020-11-01,77",
    "provisional": "month,note\n2019-01,待核定",
    "reporting_unit": f"code,name\n{DISTRICT},新水务局",
    "watercourse": 'code,name,wkt\nG1,新河,"LINESTRING (116 40.001, 116.02 40.012)"',
    "road": 'code,name,wkt\nG1,新路,"LINESTRING (116 40.001, 116.02 40.012)"',
    "railway": 'code,name,wkt\nG1,新线,"LINESTRING (116 40.001, 116.02 40.012)"',
    "water_body": 'code,name,wkt\nG1,新湖,"POLYGON ((116 40, 116.005 40, 116.005 40.005, 116 40))"',
}
FORMS: dict[str, tuple[Any, str]] = {
    "permit": (models.AbstractionPermit, "P1"),
    "well": (models.Well, "W1"),
    "surface_intake": (models.SurfaceIntake, "I1"),
    "facility": (models.SupplyFacility, "F1"),
    "supply_area": (models.SupplyArea, "SA-F1"),
    "sewage_plant": (models.SewagePlant, "S1"),
    "water_user": (models.WaterUser, "U1"),
    "meter": (models.Meter, "M1"),
    "water_body": (models.WaterBody, "G1"),
    "watercourse": (models.Watercourse, "G1"),
    "road": (models.Road, "G1"),
    "railway": (models.Railway, "G1"),
}
CHANGES = {
    "permit": {"permitted_l_per_year": 9}, "meter": {"geom_lon": "116.015", "effective": "current"},
    "water_user": {"geom_lon": "116.015", "effective": "2019-02"},
    "facility": {"name": "别厂", "geom_lon": "116.005", "effective": "current"},
}  # fmt: skip


# Made from one description, line for line: the road stands for them.
ALIKE = ("watercourse", "railway")
# All forms go one way and declare what they make different in one place. These are one of each: a table, a place that sums are
# counted at, one whose areas are, one who lends a place, an outline, and one on which nothing depends.
BY_HAND = some(list(FORMS), ["permit", "meter", "facility", "water_user", "supply_area", "well"])


@pytest.mark.parametrize("dataset", by_turn([name for name in {**FILES, **FORMS} if name not in ALIKE], 5))
def test_each_kind_of_write(watch: Watch, chief: Client, tmp_path: Path, dataset: str) -> None:
    """An import, a change by hand and a deletion."""
    if dataset in FILES:
        watch.after("an import", lambda: load(dataset, csv(tmp_path / "f.csv", FILES[dataset])))
    if dataset in BY_HAND:
        model, code = FORMS[dataset]
        edited, unused = model.objects.get(code=code), model.objects.get(code="X1")
        watch.after("a change by hand", lambda: save(chief, edited, **CHANGES.get(dataset, {"name": "另名"})))
        watch.after("a deletion", lambda: chief.post(url(model, "delete", unused.pk), {"post": "yes"}))
        assert not model.objects.filter(pk=unused.pk).exists()


def test_a_release_of_boundaries(watch: Watch, tmp_path: Path) -> None:
    watch.after("a release", lambda: split(tmp_path))


def test_every_dataset_is_written() -> None:
    assert {*FILES, *FORMS, "region"} == {dataset.name for dataset in registry.DATASETS}
