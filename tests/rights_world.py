"""A city of six villages in which every object says in its code whose village it counts in, with what an independent reader knows of it; and
what a principal with any roles may see of it, by a rule of its own: from the lines of the files and the codes of the divisions alone.

A village's number is in every code and personal text (`QZO3…` an object of the third village, `QZP3…` what is somebody's there), `0` of
what counts in no division, so that an answer's bytes tell of whom it speaks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from layers.ingest.run import Source, run
from layers.models import Grant, Role
from tests import factories as make
from tests.db.ingest_files import PLACE, csv, geojson, region, square
from tests.rights_city import HEADS, load

WIDTH = 0.05
CITY = "11"
VILLAGES = {
    1: "110101001001", 2: "110101001002", 3: "110101002001", 4: "110102001001", 5: "110102001002", 6: "110105001001",
}  # fmt: skip
NOWHERE = 0
# Divisions whose bureau is said; all others are their district's. The third village is of another than its district.
BUREAUX = {"110101": "110101", "110102": "110102", "110105": "110105", "110101002": "110105"}
UNITS = {"110101": frozenset({1, 2}), "110102": frozenset({4, 5}), "110105": frozenset({3, 6})}
CODES = ("", CITY, "110101", "110102", "110105", "110101001", "110101002", "110102001", *VILLAGES.values())
# m³ of a village's meter and of its self-built supply: no sum or difference of some is another's.
METERED = {1: 1.009, 2: 2.063, 3: 4.211, 4: 8.537, 5: 17.231, 6: 35.059}
SELF_BUILT = {1: 71.353, 2: 143.477, 3: 287.633, 4: 577.111, 5: 1153.873, 6: 2309.791}
GONE = ("110199", "110101009001")  # of divisions that there are no more, or never were
MARKED = re.compile(r"QZ([OP])(\d)")

Row = dict[str, Any]


def marks(text: str) -> set[str]:
    """What of whom a text tells: `O3` an object of the third village, `P3` a person's."""
    return {f"{kind}{number}" for kind, number in MARKED.findall(text)}


@dataclass(frozen=True)
class Object:
    """A row of a layer: what it says, and the villages that decide who sees it."""

    layer: str
    villages: frozenset[int]
    fields: Mapping[str, Any]


def _at(n: int, step: int = 0) -> str:
    return f"{116 + WIDTH * (n - 1) + 0.01 + 0.005 * step:.4f},39.0250"


def _wells(n: int) -> list[Row]:
    o, p = f"QZO{n}", f"QZP{n}"
    deep = {"use": "irrigation", "metering": "water_meter", "depth_m": 50 + n, "name": f"{p} 的井"}
    return [
        {"code": f"{o}-W1", "permits": f"{o}-P1", **deep},
        {"code": f"{o}-W2", "permits": "", "use": "supply", "metering": "none", "depth_m": None, "name": f"{p} 二号井"},
        # Permitted by the village's neighbour in the next district but one.
        {"code": f"{o}-W3", "permits": f"QZO{(n + 2) % 6 + 1}-P2", **deep, "depth_m": 120.5},
    ]  # fmt: skip


PERSONAL = {
    "well": ("name",), "surface_intake": ("name",), "self_built": ("name",), "supply_area": ("name",), "sewage_plant": ("operator",),
    "permit": ("holder_code", "holder_name"),
}  # fmt: skip
WHOLLY_PERSONAL = ("meter", "water_user", "usage", "holder")
OF_FIGURES = ("urban_plant", "sewage_plant")
OF_OBJECTS = ("well", "permit", "surface_intake", "self_built", "supply_area", *WHOLLY_PERSONAL)


def objects() -> list[Object]:
    """Everything that there is, as the files say it."""
    found: list[Object] = []
    permitted: dict[str, set[int]] = {}
    for n in VILLAGES:
        here = frozenset({n})
        o, p = f"QZO{n}", f"QZP{n}"
        for well in _wells(n):
            if well["permits"]:
                permitted.setdefault(well["permits"], set()).add(n)
            found.append(Object("well", here, {k: v for k, v in well.items() if k != "permits"}))
        permitted.setdefault(f"{o}-P1", set()).add(n)
        plants = {"capacity_m3_d": 5000 + n}
        found += [
            Object("surface_intake", here, {"code": f"{o}-I1", "name": f"{p} 取水口", "water_body": "永定河"}),
            Object("urban_plant", here, {"code": f"F1-{n}", "name": f"第一水厂{n}", **plants}),
            Object("self_built", here, {"code": f"{o}-F4", "name": f"{p} 自建供水", "capacity_m3_d": 40 + n}),
            Object("sewage_plant", here, {"code": f"S1-{n}", "name": f"第一污水处理厂{n}", "operator": f"{p} 公司"}),
            Object("supply_area", here, {"code": f"{o}-SA", "name": f"{p} 供水范围", "facility": f"{o}-F4"}),
            Object("water_user", here, {"code": f"{p}-U1", "name": f"{p} 用水户", "source": "group_tap", "industry": f"A0{n}"}),
            Object("meter", here, {"code": f"{p}-M1", "name": f"{p} 水表", "source": "group_tap", "purpose": "residential"}),
            Object("usage", here, {"meter": f"{p}-M1", "facility": None, "volume_m3": METERED[n], "purpose": "residential"}),
            Object("usage", here, {"meter": None, "facility": f"{o}-F4", "volume_m3": SELF_BUILT[n], "purpose": "industrial"}),
        ]  # fmt: skip
    for permit in permits():
        places = frozenset(permitted.get(permit["code"], set()) | ({permit["n"]} - {NOWHERE}))
        told = {"code", "holder_code", "holder_name", "permitted_m3_per_year", "valid_from"}
        found.append(Object("permit", places, {name: permit[name] for name in told}))
        found.append(Object("holder", places, {"code": permit["holder_code"], "name": permit["holder_name"]}))
    return found


def permits() -> list[Row]:
    """Two a village, and one that counts in no division."""
    return [
        {"n": n, "code": f"QZO{n}-P{k}", "holder_code": f"QZP{n}-H{k}", "holder_name": f"QZP{n} 持有人{k}",
         "permitted_m3_per_year": 1000 * k + n, "valid_from": f"201{k}-01-01"}
        for n in (*VILLAGES, NOWHERE) for k in ((1,) if n == NOWHERE else (1, 2))
    ]  # fmt: skip


def _lines() -> dict[str, list[str]]:
    lines: dict[str, list[str]] = {target: [] for target in HEADS}
    for one in permits():
        where = VILLAGES.get(one["n"], "")
        lines["permit"].append(
            f"{one['code']},{one['holder_code']},{one['holder_name']},{one['permitted_m3_per_year']},{one['valid_from']},2028-12-31,{where}"
        )
    for n, where in VILLAGES.items():
        o, p, at = f"QZO{n}", f"QZP{n}", _at(n)
        for k, well in enumerate(_wells(n)):
            depth = "" if well["depth_m"] is None else well["depth_m"]
            lines["well"].append(
                f"{well['code']},{well['name']},{well['use']},{well['metering']},{depth},{where},{well['permits']},{_at(n, k)}"
            )
        lines["surface_intake"].append(f"{o}-I1,{p} 取水口,永定河,{where},{o}-P1,{at}")
        lines["facility"] += [
            f"F1-{n},第一水厂{n},城镇公共供水厂,{where},{5000 + n},{at}",
            f"{o}-F4,{p} 自建供水,自建设施,{where},{40 + n},{at}",
        ]
        lines["sewage_plant"].append(f"S1-{n},第一污水处理厂{n},城镇污水处理厂,{p} 公司,{where},{at}")
        lines["water_user"].append(f"{p}-U1,{p} 用水户,自来水集团,A0{n},{where},{o}-P1,{o}-W1,{at}")
        lines["meter"].append(f"{p}-M1,{p} 水表,自来水集团,自来水集团,居民生活,{where},{p}-U1,{o}-W1,{at}")
        lines["usage"] += [
            f"2019-01,{p}-M1,,,自来水集团,居民生活,{METERED[n]}", f"2019-01,,{o}-F4,,自备井,工业,{SELF_BUILT[n]}",
        ]  # fmt: skip
    return lines


def _outlines() -> list[dict[str, Any]]:
    def of(*numbers: int) -> dict[str, Any]:
        return square(WIDTH * (numbers[0] - 1), 0, WIDTH * len(numbers), WIDTH)

    named = {
        CITY: (1, 2, 3, 4, 5, 6), "110101": (1, 2, 3), "110102": (4, 5), "110105": (6,), "110101001": (1, 2), "110101002": (3,),
        "110102001": (4, 5), "110105001": (6,), **{code: (n,) for n, code in VILLAGES.items()},
    }  # fmt: skip
    return [
        region(code, f"区划{code}", of(*numbers), **({"reporting_unit": BUREAUX[code]} if code in BUREAUX else {}))
        for code, numbers in named.items()
    ]


def make_world(folder: Path) -> Path:
    """By real imports, as an authority's own; its grid cut."""
    units = csv(folder / "units.csv", "\n".join(["code,name", *(f"{code},{code}水务局" for code in UNITS)]))
    outlines = Source(geojson(folder / "r.geojson", _outlines()), told={"place": PLACE})
    for target, source in (("reporting_unit", Source(units)), ("region", outlines)):
        run(target, source, commit=True)
    for target, lines in _lines().items():
        load(target, csv(folder / f"{target}.csv", "\n".join([HEADS[target], *lines])))
        if target == "facility":
            areas = [
                {"type": "Feature", "geometry": square(WIDTH * (n - 1), 0, WIDTH, WIDTH),
                 "properties": {"code": f"QZO{n}-SA", "name": f"QZP{n} 供水范围", "facility": f"QZO{n}-F4"}}
                for n in VILLAGES
            ]  # fmt: skip
            load("supply_area", geojson(folder / "supply_area.geojson", areas))
    make.Grid().cut(500)
    return folder


@dataclass(frozen=True)
class Given:
    """A role in a region, or for a reporting unit: capabilities that hold there, and others that hold in the whole city."""

    capabilities: tuple[str, ...]
    code: str = ""
    everywhere: tuple[str, ...] = ()
    unit: bool = False

    def holds_in(self, capability: str) -> set[int]:
        """The villages that it gives a capability in, by their codes; `NOWHERE` of who has the whole city."""
        if capability in self.everywhere:
            return {*VILLAGES, NOWHERE}
        if capability not in self.capabilities:
            return set()
        if self.code == "":
            return {*VILLAGES, NOWHERE}
        if self.unit:
            return set(UNITS[self.code])
        return {n for n, village in VILLAGES.items() if village.startswith(self.code) and self.code not in GONE}


ADMINISTRATOR, AUDITOR = {"accounts"}, {"audit"}
OPERATOR = {"import", "edit", "judge", "publish"}
_OF_POSTURE = {"open": ("figures", "objects", "reports"), "figures": ("figures",), "closed": ()}


@dataclass(frozen=True)
class Principal:
    """Who asks: a stranger without roles, else an account, by a token where it has a scope."""

    posture: str
    roles: tuple[Given, ...] = ()
    scope: tuple[str, ...] | None = None

    def reach(self, capability: str) -> frozenset[int]:
        """In which villages it may do something."""
        return self._reaches[capability]

    @cached_property
    def _reaches(self) -> dict[str, frozenset[int]]:
        names = ("figures", "objects", "personal", "reports", "import", "edit", "judge", "publish", "accounts", "audit")
        own = {name: set().union(*(role.holds_in(name) for role in self.roles)) for name in names}
        held = {name for name, where in own.items() if where}
        if all(held & duty for duty in (ADMINISTRATOR, AUDITOR, OPERATOR)):  # which nobody may be at once
            own = {name: own[name] if name in ("figures", "objects", "personal", "reports") else set() for name in own}
        if self.scope is not None:
            own = {name: own[name] if name in self.scope else set() for name in own}
        everybody = _OF_POSTURE[self.posture]
        whole = {name: {*VILLAGES, NOWHERE} if name in everybody else own[name] for name in names}
        if whole["figures"]:  # of a part are figures of all
            whole["figures"] = {*VILLAGES, NOWHERE}
        return {name: frozenset(where) for name, where in whole.items()}

    @property
    def fine(self) -> bool:
        return bool(self.reach("objects"))

    def sees(self, one: Object) -> bool:
        if not self.reach("figures"):
            return False
        if one.layer in OF_FIGURES:
            return True
        objects, personal = self.reach("objects"), self.reach("personal")
        seen = objects & personal if one.layer in WHOLLY_PERSONAL else objects
        return bool(one.villages & seen) or NOWHERE in seen

    def sees_layer(self, layer: str) -> bool:
        if not self.reach("figures"):
            return False
        objects, personal = self.reach("objects"), self.reach("personal")
        return bool(layer in OF_FIGURES or (objects & personal if layer in WHOLLY_PERSONAL else objects))

    def _told_in(self, layer: str) -> frozenset[int]:
        personal = self.reach("personal")
        return personal if layer in OF_FIGURES else personal & self.reach("objects")

    def told(self, layer: str) -> set[str]:
        """The personal fields of a layer that there are for it: told of some object at least."""
        return set(PERSONAL.get(layer, ())) if self._told_in(layer) else set()

    def row(self, one: Object) -> Row:
        """An object as it is told: without the fields that are told of none, and nothing in those that are told of others."""
        where = self._told_in(one.layer)
        here = bool(one.villages & where) or NOWHERE in where
        hidden = PERSONAL.get(one.layer, ())
        return {
            name: None if name in hidden and not here else value
            for name, value in one.fields.items()
            if name not in hidden or where
        }

    def names(self, layer: str) -> set[str]:
        """The fields of a layer that there are for it."""
        whole = next(one.fields for one in EVERY if one.layer == layer)
        return set(whole) - (set(PERSONAL.get(layer, ())) - self.told(layer))

    def rows(self, layer: str) -> list[Row]:
        return [self.row(one) for one in EVERY if one.layer == layer and self.sees(one)]

    @cached_property
    def allowed(self) -> set[str]:
        """What of whom may be told to it, anywhere."""
        seen = [(one, self.row(one)) for one in EVERY if self.sees(one)]
        return set().union(*(marks(" ".join(map(str, row.values()))) for _, row in seen))


EVERY = objects()


def come(principal: Principal, number: int) -> tuple[User | None, dict[str, str]]:
    """An account of the principal's, and what its program sends; nothing of either for a stranger."""
    from geoapp.accounts import tokens

    if not principal.roles:
        return None, {}
    user = User.objects.create_user(f"principal {number} {User.objects.count()}")
    for role in principal.roles:
        made = Role.objects.create(
            name=f"role {Role.objects.count()} of {user.pk}",
            capabilities=list(role.capabilities),
            everywhere=list(role.everywhere),
        )
        Grant.objects.create(account=user, role=made, code=role.code, unit=role.unit)
    if principal.scope is None:
        return user, {}
    return user, {"Authorization": f"Bearer {tokens.make(user, 'random', principal.scope, 30)[1]}"}


def texts(layer: str, name: str) -> list[Any]:
    """What is said in a field of a layer, whoever may read it."""
    return list(dict.fromkeys(one.fields[name] for one in EVERY if one.layer == layer and name in one.fields))
