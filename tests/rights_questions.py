"""Random principals, and random questions out of the real grammar about the city of tests/rights_world.py: each knows the address that asks it,
and which of some rows it means, by a reading of its own in three values (true, false, unknown)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from tests.rights_world import (
    CODES,
    EVERY,
    GONE,
    OF_FIGURES,
    OF_OBJECTS,
    UNITS,
    VILLAGES,
    WIDTH,
    Given,
    Object,
    Principal,
    Row,
    texts,
)

Truth = bool | None
UNKNOWN_NAME = "no_such_x"
NUMBERS = {"well": "depth_m", "urban_plant": "capacity_m3_d", "self_built": "capacity_m3_d", "permit": "permitted_m3_per_year", "usage": "volume_m3"}  # fmt: skip
TEXTS = {
    "well": ("code", "name"), "surface_intake": ("code", "name", "water_body"), "urban_plant": ("code", "name"), "self_built": ("code", "name"),
    "sewage_plant": ("code", "operator", "name"), "supply_area": ("code", "name", "facility"), "water_user": ("code", "name", "industry"),
    "meter": ("code", "name"), "usage": ("meter", "facility"), "permit": ("code", "holder_name", "holder_code"), "holder": ("code", "name"),
}  # fmt: skip
TERMS = {"well": ("use", "metering"), "water_user": ("source",), "meter": ("source", "purpose"), "usage": ("purpose",)}
AT_A_POINT = ("well", "surface_intake", "urban_plant", "self_built", "sewage_plant", "water_user", "meter")
# By the layer what its list may be filtered by as a parameter of its own (`Field.filter`), besides place.
FILTERS = {
    layer: tuple(name for name in (*TEXTS[layer], *TERMS.get(layer, ()), NUMBERS.get(layer, "")) if name)
    for layer in TEXTS
    if layer not in ("permit", "usage")
} | {"permit": ("code",), "usage": ("meter", "facility", "purpose")}
LAYERS = (*OF_FIGURES, *OF_OBJECTS)

_SEEING = ("figures", "objects", "personal")
_DOING = ("import", "edit", "judge", "reports", "publish", "accounts", "audit")


def _givens() -> st.SearchStrategy[Given]:
    several = st.lists(st.sampled_from((*_SEEING, *_SEEING, *_DOING)), max_size=5, unique=True).map(tuple)
    seeing = st.sampled_from(
        (_SEEING, ("figures", "objects"), ("objects",), ("personal",), ("objects", "personal"), ("figures",))
    )
    alike = st.one_of(seeing, several)
    regional = st.builds(
        Given, alike, st.sampled_from((*CODES, *GONE)), st.one_of(st.just(()), st.just(("figures",)), several)
    )
    units = st.builds(Given, alike, st.sampled_from(tuple(UNITS)), st.just(("figures",)), st.just(True))
    # All three duties at once, which nobody may hold.
    contrary = st.just(Given(("figures", "objects", "accounts", "audit", "import"), ""))
    return st.one_of(regional, regional, regional, units, units, contrary)


def principals() -> st.SearchStrategy[Principal]:
    scope = st.one_of(
        st.none(), st.none(), st.none(), st.lists(st.sampled_from(_SEEING), min_size=1, unique=True).map(tuple)
    )
    postures = st.sampled_from(("closed", "figures", "figures", "open"))
    known = st.builds(Principal, postures, st.lists(_givens(), min_size=1, max_size=4).map(tuple), scope)
    strangers = st.builds(Principal, postures)
    return st.one_of(known, known, known, known, strangers)


@dataclass(frozen=True)
class Condition:
    """A condition as CQL2 says it, what it is of a row, and the fields that it names."""

    text: str
    of: Callable[[Row], Truth]
    names: frozenset[str]


def _literal(value: Any) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def _compared(name: str, op: str, value: Any) -> Condition:
    does: dict[str, Callable[[Any], bool]] = {
        "=": lambda had: had == value, "<>": lambda had: had != value, "<": lambda had: had < value, ">=": lambda had: had >= value,
    }  # fmt: skip

    def of(row: Row) -> Truth:
        return None if row[name] is None else does[op](row[name])

    return Condition(f"{name} {op} {_literal(value)}", of, frozenset({name}))


def _like(name: str, part: str) -> Condition:
    def of(row: Row) -> Truth:
        return None if row[name] is None else part in row[name]

    return Condition(f"{name} LIKE '%{part}%'", of, frozenset({name}))


def _among(name: str, some: Sequence[str]) -> Condition:
    def of(row: Row) -> Truth:
        return None if row[name] is None else row[name] in some

    return Condition(f"{name} IN ({', '.join(map(_literal, some))})", of, frozenset({name}))


def _null(name: str) -> Condition:
    return Condition(f"{name} IS NULL", lambda row: row[name] is None, frozenset({name}))


def _not(one: Condition) -> Condition:
    def of(row: Row) -> Truth:
        found = one.of(row)
        return None if found is None else not found

    return Condition(f"NOT ({one.text})", of, one.names)


def _joined(word: str, one: Condition, other: Condition) -> Condition:
    decides = word == "OR"  # the value that settles it, whatever the other is

    def of(row: Row) -> Truth:
        both = (one.of(row), other.of(row))
        return decides if decides in both else None if None in both else not decides

    return Condition(f"({one.text}) {word} ({other.text})", of, one.names | other.names)


def conditions(layer: str) -> st.SearchStrategy[Condition]:
    simple: list[st.SearchStrategy[Condition]] = []
    for name in TEXTS[layer]:
        said = [text for text in texts(layer, name) if text] + ["nobody's"]
        parts = st.sampled_from(("QZP", "QZP1", "QZP4", "QZO3", "井", "-", "永"))
        simple += [
            st.builds(_compared, st.just(name), st.sampled_from(("=", "<>")), st.sampled_from(said)),
            st.builds(_like, st.just(name), parts),
            st.builds(_among, st.just(name), st.lists(st.sampled_from(said), min_size=1, max_size=4, unique=True)),
            st.just(_null(name)),
        ]
    for name in TERMS.get(layer, ()):
        simple.append(
            st.builds(_compared, st.just(name), st.sampled_from(("=", "<>")), st.sampled_from(texts(layer, name)))
        )
    if name := NUMBERS.get(layer, ""):
        amounts = [amount for amount in texts(layer, name) if amount is not None]
        simple.append(st.builds(_compared, st.just(name), st.sampled_from(("<", ">=", "=")), st.sampled_from(amounts)))
    simple.append(st.just(_compared(UNKNOWN_NAME, "=", "x")))
    weighed = [*simple, *simple, *simple[:-1]]
    return st.recursive(
        st.one_of(weighed),
        lambda inner: st.one_of(
            st.builds(_not, inner), st.builds(_joined, st.sampled_from(("AND", "OR")), inner, inner)
        ),
        max_leaves=4,
    )


@dataclass(frozen=True)
class Question:
    """What is asked of a layer by one of the ways there are. ``place`` are the villages that are meant, if not all."""

    layer: str
    way: str  # "api", "items", "search", "csv", "feed"
    condition: Condition | None = None
    params: tuple[tuple[str, str, Callable[[Row], Truth]], ...] = ()  # fields as parameters: name, text, what it means
    place: tuple[str, str, frozenset[int]] | None = None
    order: str = ""
    fields: tuple[str, ...] = ()
    limit: int | None = None
    offset: int = 0

    @property
    def names(self) -> frozenset[str]:
        """The fields that it names."""
        own = {*self.fields, self.order.lstrip("-")} - {""}
        own |= {name for name, _, _ in self.params}
        return frozenset(own) | (self.condition.names if self.condition else frozenset())

    def means(self, one: Object, row: Row) -> bool:
        """Whether it asks for an object, by what of it is told."""
        if self.place is not None and not one.villages & self.place[2]:
            return False
        told = [self.condition.of(row)] if self.condition else []
        return all(truth is True for truth in (*told, *(of(row) for _, _, of in self.params)))

    def given(self) -> dict[str, str]:
        said = {name: text for name, text, _ in self.params}
        if self.condition is not None:
            said["filter"] = self.condition.text
        if self.place is not None:
            said[self.place[0]] = self.place[1]
        if self.order:
            said["sortby"] = self.order
        if self.fields:
            said["fields" if self.way in ("api", "feed") else "properties"] = ",".join(self.fields)
        if self.limit is not None:
            said |= {"limit": str(self.limit)} | ({"offset": str(self.offset)} if self.offset else {})
        return said

    @property
    def address(self) -> str:
        paths = {
            "api": "/api/layers/{}/features", "items": "/ogc/collections/{}/items", "search": "/ogc/collections/{}/search",
            "csv": "/ogc/collections/{}/items", "feed": "/feeds/{}.csv",
        }  # fmt: skip
        form = {"items": {"f": "json"}, "csv": {"f": "csv"}}.get(self.way, {})
        query = "" if self.way == "search" else urlencode({**form, **self.given()})
        return paths[self.way].format(self.layer) + (f"?{query}" if query else "")


def _param(layer: str, name: str) -> st.SearchStrategy[tuple[str, str, Callable[[Row], Truth]]]:
    if name == NUMBERS.get(layer):
        bounds = [amount for amount in texts(layer, name) if amount is not None]

        def upto(most: float) -> tuple[str, str, Callable[[Row], Truth]]:
            return name, f"..{most}", lambda row: row[name] is not None and row[name] <= most

        return st.sampled_from(bounds).map(upto)

    def among(some: list[str]) -> tuple[str, str, Callable[[Row], Truth]]:
        return name, ",".join(some), lambda row: row[name] in some or ("null" in some and row[name] is None)

    said = [text for text in texts(layer, name) if text] + ["null"]
    return st.lists(st.sampled_from(said), min_size=1, max_size=3, unique=True).map(among)


def _places(layer: str, way: str) -> st.SearchStrategy[tuple[str, str, frozenset[int]]]:
    param = "region" if way in ("api", "feed") else "within"
    plants = layer in OF_FIGURES or layer in ("self_built", "supply_area")
    codes = [code for code in CODES if code and (not plants or len(code) <= 6)]

    def within(code: str) -> tuple[str, str, frozenset[int]]:
        return param, code, frozenset(n for n, village in VILLAGES.items() if village.startswith(code))

    def of_unit(code: str) -> tuple[str, str, frozenset[int]]:
        return param, f"reporting_unit/{code}", UNITS[code]

    def box(first: int, last: int) -> tuple[str, str, frozenset[int]]:
        west, east = 116 + WIDTH * (min(first, last) - 1), 116 + WIDTH * max(first, last)
        return "bbox", f"{west:.2f},39,{east:.2f},39.05", frozenset(range(min(first, last), max(first, last) + 1))

    numbers = st.sampled_from(tuple(VILLAGES))
    regions = st.sampled_from(codes).map(within)
    ways = [regions, regions] if plants else [regions, regions, st.sampled_from(tuple(UNITS)).map(of_unit)]
    return st.one_of(*ways, *([st.builds(box, numbers, numbers)] if layer in AT_A_POINT else []))


@st.composite
def questions(draw: st.DrawFn) -> Question:
    layer = draw(st.sampled_from(LAYERS))
    has_place = layer in (*AT_A_POINT, "supply_area")
    # Tables have no list in the API of the page.
    way = draw(st.sampled_from(("items", "items", "items", "search", "csv", "feed", *(("api",) if has_place else ()))))
    place = draw(st.one_of(st.none(), st.none(), _places(layer, way))) if has_place else None
    fields = [*TEXTS[layer], *TERMS.get(layer, ()), *([NUMBERS[layer]] if layer in NUMBERS else [])]
    if way in ("api", "feed"):
        names = draw(st.lists(st.sampled_from(FILTERS[layer]), max_size=2, unique=True))
        said = tuple(draw(_param(layer, name)) for name in names)
        chosen = draw(st.one_of(st.none(), st.lists(st.sampled_from(fields), min_size=1, unique=True)))
        limit = draw(st.one_of(st.none(), st.integers(1, 5))) if way == "api" else None
        return Question(layer, way, None, said, place, fields=tuple(chosen or ()) if way == "api" else (), limit=limit)
    condition = draw(st.one_of(st.none(), conditions(layer), conditions(layer), conditions(layer)))
    if way == "csv":
        return Question(layer, way, condition, (), place)
    by = [name for name in fields if name not in TERMS.get(layer, ())]  # which are in their vocabulary's order
    order = draw(st.one_of(st.just(""), st.sampled_from([sign + name for name in by for sign in ("", "-")])))
    chosen = draw(st.one_of(st.none(), st.none(), st.lists(st.sampled_from(fields), min_size=1, unique=True)))
    limit = draw(st.one_of(st.none(), st.integers(1, 7)))
    return Question(layer, way, condition, (), place, order, tuple(chosen or ()), limit)


def meant(principal: Principal, asked: Question) -> list[Row]:
    """The rows that a principal is to be told, each as it is told."""
    told = [(one, principal.row(one)) for one in EVERY if one.layer == asked.layer and principal.sees(one)]
    return [row for one, row in told if asked.means(one, row)]


def absent(principal: Principal, asked: Question) -> frozenset[str]:
    """The names in it that are, to the principal, no fields."""
    return asked.names - principal.names(asked.layer)
