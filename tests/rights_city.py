"""A small city by real imports in which every object says in its code in which of two districts it counts, and every personal text whose
it is: so that an answer's bytes tell what of whom was shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from django.contrib.auth.models import User

from layers.ingest.run import Source, run
from layers.models import Grant, Openness, Role
from tests import factories as make
from tests.access_city import DEMO
from tests.db.ingest_files import DISTRICT, OTHER_DISTRICT, PLACE, VILLAGES, csv, geojson, region, regions, square

A = VILLAGES[0]
EAST = f"{OTHER_DISTRICT}001001"
SIDES = {"W": (A, "116.025,39.05", 0.0), "E": (EAST, "116.15,39.05", 0.1)}
DISTRICTS = {"W": DISTRICT, "E": OTHER_DISTRICT}
# What a code or a text is marked by: the side, and whether the object, or what it says, is somebody's.
OBJECT, PERSONAL = "QZO", "QZP"
MARKED = re.compile(rf"({OBJECT}|{PERSONAL})([WE])")


def rows(side: str) -> dict[str, list[str]]:
    """The lines of each file of one side."""
    where, at, _ = SIDES[side]
    o, p = f"{OBJECT}{side}", f"{PERSONAL}{side}"
    return {
        "permit": [f"{o}-P1,{p}-H1,{p} 持有人,1000,2018-01-01,2028-12-31,{where}"],
        "well": [f"{o}-W1,{p} 的井,农业,水表,50,{where},{o}-P1,{at}"],
        "surface_intake": [f"{o}-I1,{p} 取水口,永定河,{where},{o}-P1,{at}"],
        "facility": [
            f"F1{side},第一水厂{side},城镇公共供水厂,{where},5000,{at}",
            f"{o}-F4,{p} 自建供水,自建设施,{where},40,{at}",
        ],
        "sewage_plant": [f"S1{side},第一污水处理厂{side},城镇污水处理厂,{p} 公司,{where},{at}"],
        "water_user": [f"{p}-U1,{p} 用水户,自来水集团,A01,{where},{o}-P1,{o}-W1,{at}"],
        "meter": [f"{p}-M1,{p} 水表,自来水集团,自来水集团,居民生活,{where},{p}-U1,{o}-W1,{at}"],
        "usage": [f"2019-01,{p}-M1,,,自来水集团,居民生活,1.001", f"2019-01,,{o}-F4,,自备井,工业,16.016"],
    }


HEADS = {
    "permit": "code,holder_code,holder_name,permitted_m3_per_year,valid_from,valid_to,region",
    "well": "code,name,use,metering,depth_m,region,permits,lon,lat",
    "surface_intake": "code,name,water_body,region,permits,lon,lat",
    "facility": "code,name,kind,region,capacity_m3_d,lon,lat",
    "sewage_plant": "code,name,kind,operator,region,lon,lat",
    "water_user": "code,name,source,industry,region,permits,wells,lon,lat",
    "meter": "code,name,system,source,purpose,region,users,wells,lon,lat",
    "usage": "month,meter,facility,region,source,purpose,volume_m3",
}


def make_city(folder: Path, *, demo: bool = False) -> None:
    """The whole city, its grid cut; an authority's own unless it is the demo's."""
    context = DEMO if demo else None
    units = csv(folder / "units.csv", "code,name\n110101,东城区水务局\n110102,西城区水务局")
    east = [region(EAST[:9], "西长安街街道", square(0.1, 0)), region(EAST, "府右街社区", square(0.1, 0))]
    outlines = Source(geojson(folder / "r.geojson", [*regions(), *east]), told={"place": PLACE})
    for target, source in (("reporting_unit", Source(units)), ("region", outlines)):
        run(target, source, commit=True, context=context)
    for target, head in HEADS.items():
        lines = [line for side in SIDES for line in rows(side)[target]]
        load(target, csv(folder / f"{target}.csv", "\n".join([head, *lines])), context)
        if target == "facility":
            areas = [
                {"type": "Feature", "geometry": square(x, 0, 0.05), "properties": {
                    "code": f"{OBJECT}{side}-SA", "name": f"{PERSONAL}{side} 供水范围", "facility": f"{OBJECT}{side}-F4"}}
                for side, (_, _, x) in SIDES.items()
            ]  # fmt: skip
            load("supply_area", geojson(folder / "supply_area.geojson", areas), context)
    make.Grid().cut(500)


def load(target: str, path: Path, context: object = None) -> None:
    report = run(target, Source(path), commit=True, actor="clerk", context=context)  # type: ignore[arg-type]
    assert not report.refused, [str(one) for one in report.refusals.first(5)]


def roles() -> None:
    """Those that come with the schema: tests that empty all tables leave none."""
    for name, name_en, own, everywhere in import_module("layers.migrations.0020_access").ROLES:
        told = {"name_en": name_en, "capabilities": own, "everywhere": everywhere}
        Role.objects.get_or_create(name=name, defaults=told)


def choose(posture: str) -> None:
    """How open the site is."""
    Openness.objects.update_or_create(id=1, defaults={"posture": posture})


def account(name: str, *grants: tuple[Iterable[str], str]) -> User:
    """An account with capabilities in the region of a code each; the empty code is the whole city."""
    user = User.objects.create_user(name)
    give(user, *grants)
    return user


def give(user: User, *grants: tuple[Iterable[str], str]) -> None:
    for capabilities, code in grants:
        role = Role.objects.create(name=f"{code} {Role.objects.count()}", capabilities=list(capabilities))
        Grant.objects.create(account=user, role=role, code=code)


def shown(text: str) -> set[str]:
    """What of whom a text tells: `OW` an object of the west, `PE` a person of the east."""
    return {f"{kind[-1]}{side}" for kind, side in MARKED.findall(text)}
