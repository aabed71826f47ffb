"""One filter for feed, count and tile: what each kind of filter keeps, and that all three keep the same."""

from __future__ import annotations

from datetime import date
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from django.db import connection

from layers import filters, models, params, registry, values, vocab
from layers.db import rows
from layers.editions import EditionSpan
from layers.errors import BadParameter, NotFound
from layers.filters import FeatureFilter
from layers.params import Bbox
from layers.periods import FORMS, parse_period
from layers.selection import Selection
from layers.stats.divisions import FORMS as FORMS_OF_DIVISIONS
from layers.stats.divisions import Divisions
from layers.stats.regions import region_index
from tests import factories as make
from tests import split_city
from tests.factories import DISTRICT, NORTHERN, SOUTH, SOUTHERN, UNIT, WEST, A, B, C, D, Grid, at
from tests.second_voice import listed
from tiles.address import Tile, tile_of
from tiles.mvt import TileRequest, tile_query

pytestmark = pytest.mark.django_db
CELL = make.CELL


@pytest.fixture
def grid() -> Grid:
    return make.make_grid(unit_of_north=True)


@pytest.fixture
def wells(grid: Grid) -> dict[str, models.Well]:
    """Five wells that differ in everything that can be filtered by."""
    found = {
        "a": make.WellFactory(
            code="W-a", name="甲井", use=1, metering=1, depth_m=10, year_built=1980, geom=at(0.5, 0.5)
        ),
        "b": make.WellFactory(
            code="W-b", name="乙井", use=2, metering=1, depth_m=50, year_built=None, geom=at(1.5, 0.5)
        ),
        "c": make.WellFactory(code="W-c", name="丙,井", use=2, metering=3, depth_m=None, status=3, geom=at(0.5, 1.5)),
        "none": make.WellFactory(code="W-none", use=3, depth_m=120.5, geom=None, declared_region=grid[D]),
        "out": make.WellFactory(code="W-out", use=3, depth_m=0.5, geom=at(5, 5), declared_region=grid[A]),
    }
    grid.settle()
    return found


def codes(layer_id: str = "well", **given: str) -> set[str]:
    layer = registry.layer(layer_id)
    path = next(f.orm_path for f in layer.fields if f.name == "code")
    found = filters.parse(layer, given).apply(layer).values_list(path, flat=True)
    return {code.removeprefix("W-") for code in found}


BOX = f"{WEST},{SOUTH},{WEST + CELL},{SOUTH + CELL}"


OF_WELLS: list[tuple[dict[str, str], str]] = [
    ({}, "a b c none out"),
    ({"use": "supply"}, "a"),
    ({"use": "irrigation,greening"}, "b c none out"),
    ({"use": "mineral"}, ""),
    ({"use": "irrigation", "metering": "none"}, "c"),
    ({"status": "stopped"}, "c"),
    ({"depth_m": "10"}, "a"),
    ({"depth_m": "10..50"}, "a b"),
    ({"depth_m": "..10"}, "a out"),
    ({"depth_m": "50.."}, "b none"),
    ({"depth_m": "50..10"}, ""),
    ({"depth_m": "null"}, "c"),
    ({"year_built": "1980"}, "a"),
    ({"year_built": "1979.5..1980.5"}, "a"),
    ({"year_built": "null"}, "b c none out"),
    ({"year_built": "..1e300"}, "a"),
    ({"position_quality": "null"}, "a b c none out"),
    ({"position_quality": "synthetic,null"}, "a b c none out"),
    ({"position_quality": "synthetic"}, ""),
    ({"code": "W-a"}, "a"),
    ({"code": "W-a, W-b"}, "a b"),
    ({"code": "w-a"}, "a"),  # in any case
    ({"code": "W-A,w-B"}, "a b"),
    ({"name": "甲井"}, "a"),
    ({"name": "丙,井"}, "c"),  # a comma parts names, and may be in one
    ({"name": "甲井,丙,井"}, "a"),
    ({"name": "null"}, "none out"),
    ({"name": "甲井,null"}, "a none out"),
    ({"use": "农业,园林绿化"}, "b c none out"),  # as files say it
    ({"name": "甲井' OR '1'='1"}, ""),
    ({"name": "甲%"}, ""),
    ({"bbox": "115,39,117,41"}, "a b c out"),  # without a position, in no box
    (
        {"bbox": f"{WEST + CELL / 2},{SOUTH + CELL / 2},{WEST + CELL / 2},{SOUTH + CELL / 2}"},
        "a",
    ),  # its edge counts
    ({"bbox": f"{WEST + CELL / 2},{SOUTH},{WEST + CELL / 2},{SOUTH + CELL}"}, "a"),  # without a width
    ({"bbox": f"{WEST},{SOUTH + CELL / 2},{WEST + CELL / 2},{SOUTH + CELL / 2}"}, "a"),  # without a height
    ({"bbox": "115,39,115.9,41"}, ""),
    ({"area": f"box:{BOX}"}, "a"),  # by where they stand, wherever they count
    ({"area": "box:115,39,117,41"}, "a b c out"),
    ({"area": "box:115,39,115.9,41"}, ""),
    ({"area": f"regions:{A},{D}"}, "a none"),  # as by region
    ({"area": f"regions:{SOUTHERN},{A}", "use": "irrigation"}, "b"),
    ({"region": A}, "a"),
    ({"region": SOUTHERN}, "a b"),
    ({"region": DISTRICT}, "a b c none"),  # declared counts only without a position
    ({"region": "11"}, "a b c none"),
    ({"region": UNIT}, "c none"),
    ({"region": D}, "none"),
    ({"region": SOUTHERN, "use": "irrigation", "depth_m": "1.."}, "b"),
]


def test_wells(wells: Any) -> None:
    found = [(given, codes(**given)) for given, _ in OF_WELLS]
    assert found == [(given, set(expected.split())) for given, expected in OF_WELLS]


OF_REGIONS: list[tuple[str, dict[str, str], set[str]]] = [
    ("village", {}, {A, B, C, D}),
    ("village", {"region": SOUTHERN}, {A, B}),
    ("village", {"region": UNIT}, {C, D}),
    ("township", {"region": UNIT}, {NORTHERN}),
    ("district", {"region": SOUTHERN}, set()),
    ("village", {"region": A}, {A}),
    ("village", {"area": f"regions:{SOUTHERN},{C}"}, {A, B, C}),
    ("village", {"area": f"box:{WEST - 1},{SOUTH},{WEST},{SOUTH + CELL / 2}"}, {A}),
    ("village", {"code": f"{A},{C}"}, {A, C}),
    ("village", {"name": "甲社区"}, {A}),
    ("village", {"boundary_quality": "surveyed"}, set()),
    ("village", {"boundary_quality": "synthetic"}, {A, B, C, D}),
    # The corner that all four share is in all of them, as is each edge of a box.
    ("village", {"bbox": f"{WEST + CELL},{SOUTH + CELL},{WEST + CELL},{SOUTH + CELL}"}, {A, B, C, D}),
    ("village", {"bbox": f"{WEST - 1},{SOUTH},{WEST},{SOUTH + CELL / 2}"}, {A}),
    # A line through two of them, and one that lies in one.
    ("village", {"bbox": f"{WEST + CELL / 2},{SOUTH + CELL / 2},{WEST + CELL / 2},{SOUTH + 2 * CELL}"}, {A, C}),
    ("village", {"bbox": f"{WEST + CELL / 4},{SOUTH + CELL / 2},{WEST + CELL / 2},{SOUTH + CELL / 2}"}, {A}),
    # On a layer with usage these choose the usage, and every region stays.
    ("village", {"period": "2019", "source": "reclaimed", "purpose": "industrial"}, {A, B, C, D}),
]


def test_regions(grid: Grid) -> None:
    assert [(layer, given, codes(layer, **given)) for layer, given, _ in OF_REGIONS] == OF_REGIONS
    # A reporting unit is all of its townships.
    models.Region.objects.filter(code=SOUTHERN).update(reporting_unit=models.ReportingUnit.objects.get(code=UNIT))
    make.publish()
    assert codes("township", region=UNIT) == {SOUTHERN, NORTHERN}
    assert codes("village", region=UNIT) == {A, B, C, D}


def test_only_current_regions_are_shown(grid: Grid) -> None:
    models.Boundary.objects.filter(region=grid[A]).update(valid_to=make.ReleaseFactory())
    assert codes("village") == {B, C, D}
    models.Region.objects.filter(pk=grid[B].pk).update(valid_to=make.ReleaseFactory())
    assert codes("village") == {C, D}


def test_layers_of_one_dataset_show_their_own_kind(grid: Grid) -> None:
    for kind in (1, 2, 3, 4):
        make.FacilityFactory(code=f"F{kind}", kind=kind)
    assert [codes(layer) for layer in ("urban_plant", "township_plant", "village_station", "self_built")] == [
        {"F1"}, {"F2"}, {"F3"}, {"F4"},
    ]  # fmt: skip
    assert codes("urban_plant", kind="township_plant") == set()  # a filter narrows and never widens


def test_a_supply_area_is_where_its_facility_is(grid: Grid) -> None:
    make.SupplyAreaFactory(code="here", facility=make.FacilityFactory(code="FA", kind=2, geom=at(0.5, 0.5)))
    make.SupplyAreaFactory(code="there", facility=make.FacilityFactory(code="FD", kind=3, geom=at(1.5, 1.5)))
    grid.settle()
    assert codes("supply_area", region=A) == {"here"}
    assert codes("supply_area", region=UNIT) == {"there"}
    assert codes("supply_area", facility="FD") == {"there"}
    assert codes("supply_area", facility_kind="township_plant") == {"here"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("2019-01", {1, 2}),  # the first day and the last of the month, and not the next one's first
        ("2019-02", {3}),
        ("2019-Q1", {1, 2, 3}),
        ("2019", {1, 2, 3, 4}),
        ("2018", {0}),
        ("2020", {5}),
        ("2019-01-31", {2}),
        ("2019-01-31..2019-02-01", {2, 3}),
        ("2019-02-01..2019", {3, 4}),
        ("..2018", {0}),
        ("..2019-01-01", {0, 1}),
        ("2019-12-31..", {4, 5}),
        ("null", {6}),
    ],
)
def test_days_are_asked_for_by_days_months_and_years(db: None, asked: str, found: set[int]) -> None:
    days = [
        date(2018, 12, 31), date(2019, 1, 1), date(2019, 1, 31), date(2019, 2, 1), date(2019, 12, 31), date(2020, 1, 1), None,
    ]  # fmt: skip
    for number, day in enumerate(days):
        make.PermitFactory(code=str(number), valid_from=day)
    permit = registry.published("permit")
    field = next(f for f in permit.fields if f.name == "valid_from")
    assert {int(one.code) for one in filters.base(permit).filter(values.condition(field, asked))} == found


@pytest.mark.parametrize(
    "asked", ["", "..", "2019-02-30", "2019-13", "soon", "2019..2018", "2019-03-02..2019-03-01", "1800"]
)
def test_what_is_no_day_is_refused_with_the_forms(asked: str) -> None:
    field = next(f for f in registry.published("permit").fields if f.name == "valid_from")
    with pytest.raises(BadParameter) as caught:
        values.condition(field, asked)
    assert caught.value.param == "valid_from" and "2019-03-15" in (caught.value.allowed or ())


def test_users_filter_by_source_where_it_is_a_field(grid: Grid) -> None:
    make.WaterUserFactory(code="U1", source=1)
    make.WaterUserFactory(code="U7", source=7, industry="C15")
    assert codes("water_user", source="reclaimed") == {"U7"}
    assert codes("water_user", industry="C15") == {"U7"}
    with pytest.raises(BadParameter):  # no alias of sums here: users have one source each
        codes("water_user", source="new_water")


@pytest.mark.parametrize(
    ("layer", "given", "error"),
    [
        ("well", {"use": "drinking"}, BadParameter),
        ("well", {"depth_m": "deep"}, BadParameter),
        ("well", {"bbox": "1,2,3"}, BadParameter),
        ("well", {"region": "海淀"}, BadParameter),
        ("well", {"region": "110199"}, NotFound),
        ("well", {"area": "110101"}, BadParameter),
        ("well", {"area": "regions:110101,110199"}, NotFound),
        ("village", {"period": "yesterday"}, BadParameter),
        ("village", {"source": "sea"}, BadParameter),
        ("village", {"resident": "perhaps"}, BadParameter),
    ],
)
def test_what_is_wrong_is_refused(grid: Grid, layer: str, given: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        codes(layer, **given)
    assert caught.value.param in given  # type: ignore[attr-defined]


VILLAGE, CELLS = registry.layer("village"), registry.layer("grid_500")


@pytest.mark.parametrize(
    ("given", "param", "said", "allowed"),
    [
        ({"versus": "2018"}, "period", r"^versus needs a period to go with\.$", FORMS),
        ({"monthly": "yes"}, "period", r"^monthly needs a period to go with\.$", FORMS),
        ({"period": "2019", "monthly": "si"}, "monthly", "'si'", ("yes", "no")),
        (
            {"period": "2019", "monthly": "yes", "versus": "2018"},
            "versus",
            r"^Single months go without versus\.$",
            ("monthly=no",),
        ),
        (
            {"period": "2017..2019", "monthly": "yes"},
            "period",
            r"^Single months are given for two years at most\.$",
            ("2019", "2018..2019"),
        ),
        ({"period": "2019", "versus": "soon"}, "versus", "'soon'", FORMS),
        ({"period": "2019", "versus": "2018-01"}, "versus", "only as many", ("2018", "2018")),
        ({"boundaries": "soon"}, "boundaries", "'soon'", FORMS_OF_DIVISIONS),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(
    given: dict[str, str], param: str, said: str, allowed: tuple[str, ...]
) -> None:
    with pytest.raises(BadParameter, match=said) as caught:
        filters.parse(CELLS, given)
    assert (caught.value.param, caught.value.allowed) == (param, list(allowed))


def test_a_question_is_read_as_a_whole() -> None:
    """Each word is in its place, and what is not asked is as if nothing were said."""
    place = {"bbox": "1,2,3,4", "region": A, "code": "X"}
    usage = {"source": "reclaimed", "purpose": "industrial,residential", "resident": "no", "boundaries": "2019-01"}
    assert filters.parse(CELLS, {**place, **usage, "period": "2018..2019", "monthly": "yes"}) == FeatureFilter(
        bbox=Bbox(1, 2, 3, 4),
        region=A,
        attributes={"code": values.condition(filters.filter_params(CELLS)["code"], "X")},
        period=parse_period("2018..2019"),
        selection=Selection(
            frozenset({vocab.SOURCE.id_of("reclaimed")}), frozenset({vocab.PURPOSE.id_of("industrial")})
        ),
        monthly=True,
        boundaries="2019-01",
    )
    for layer in (VILLAGE, CELLS):
        assert filters.parse(layer, dict.fromkeys(place | usage, "")) == FeatureFilter(boundaries="own")
        one = filters.parse(layer, {"period": "2019", "monthly": "no"})
        assert one == FeatureFilter(period=parse_period("2019"), boundaries="own")
        assert filters.parse(layer, {"within": A, "period": "2019", "versus": "2018"}, "within") == FeatureFilter(
            region=A, region_param="within", period=parse_period("2019"), versus=parse_period("2018"), boundaries="own"
        )
    # Where features carry no usage nothing is read of it, and where they stand nowhere nothing of places.
    assert filters.parse(registry.layer("well"), {"period": "soon", "versus": "2018"}) == FeatureFilter()
    assert filters.parse(registry.published("permit"), {"bbox": "soon", "region": "soon"}) == FeatureFilter()


def test_what_is_not_there_is_not_found_by_the_name_it_was_asked_by(grid: Grid) -> None:
    make.UsageFactory(region=grid[A], month=date(2019, 1, 1))
    grid.settle()
    for sound in ({}, {"region": A}, {"region": UNIT, "period": "2019"}, {"period": "2019", "versus": "2019"}):
        filters.parse(VILLAGE, sound).check()
    for param, given in (
        ("region", {"region": "110199"}),
        ("period", {"period": "2018"}),
        ("versus", {"period": "2019", "versus": "2018"}),
    ):
        with pytest.raises(NotFound) as caught:
            filters.parse(VILLAGE, given).check()
        assert caught.value.param == param
    with pytest.raises(BadParameter) as refused:
        filters.parse(VILLAGE, {"within": "海淀"}, "within")
    assert refused.value.param == "within"
    for ask in (FeatureFilter.check, lambda wanted: wanted.apply(VILLAGE)):
        with pytest.raises(NotFound) as caught:
            ask(filters.parse(VILLAGE, {"within": "110199"}, "within"))
        assert caught.value.param == "within"


def test_a_region_finer_than_a_layer_counts_in_is_refused(grid: Grid) -> None:
    grid.cut()
    assert len(codes("grid_500", region=SOUTHERN)) > 0
    with pytest.raises(BadParameter, match=f"{A} is finer than the regions grid_500 counts in") as caught:
        filters.parse(CELLS, {"within": A}, "within").apply(CELLS)
    assert (caught.value.param, caught.value.allowed) == ("within", ["a township or coarser"])


@pytest.mark.parametrize(
    ("layer", "allowed"),
    [
        ("well", "area bbox code depth_m metering name position_quality region status use year_built"),
        ("village", "area bbox boundaries boundary_quality code name period purpose region resident source versus"),
        (
            "grid_500",
            "area bbox boundaries boundary_quality code monthly period purpose region resident source township versus",
        ),
        ("permit", "code"),
        ("usage", "facility meter month purpose source"),
    ],
)
def test_a_layer_knows_its_own_parameters(layer: str, allowed: str) -> None:
    known = registry.published(layer)
    assert filters.allowed_params(known) == allowed.split()
    of_place = {"region"} & set(allowed.split())
    assert set(filters.allowed_params(known, "within")) | ({"area"} & set(allowed.split())) == {
        "within" if one in of_place else one for one in allowed.split()
    }


def test_of_two_codes_that_differ_by_case_the_one_written_so_is_meant(grid: Grid) -> None:
    well = registry.layer("well")
    for code in ("aA1", "Aa1", "b1"):
        make.WellFactory(code=code, use=1 if code == "b1" else 2)
    meant = {asked: filters.of_code(well, asked).code for asked in ("Aa1", "aA1", "AA1", "B1")}
    assert meant == {"Aa1": "Aa1", "aA1": "aA1", "AA1": "Aa1", "B1": "b1"}
    among = filters.base(well).filter(use=1)
    assert (filters.of_code(well, "aa1", among), filters.of_code(well, "b1", among).code) == (None, "b1")
    assert filters.of_code(registry.published("usage"), "aA1") is None  # has no codes


def tile_codes(layer_id: str, given: dict[str, str]) -> set[str]:
    """Codes in the tiles of the deepest zoom that cover the grid and what stands outside it."""
    layer = registry.layer(layer_id)
    wanted = filters.parse(layer, given)
    found: set[str] = set()
    for tile in tiles_over(layer):
        body = rows(tile_query(TileRequest(layer, tile, wanted)))[0][0]
        decoded = mapbox_vector_tile.decode(bytes(body)).get(layer_id, {"features": []})
        found |= {feature["properties"]["code"] for feature in decoded["features"]}
    return found


def tiles_over(layer: registry.Layer) -> list[Tile]:
    """Tiles of zoom 16, or the layer's deepest, around the points that tests use."""
    z = layer.max_zoom
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(g), ST_Y(g) FROM (SELECT ST_Transform(ST_SetSRID(ST_MakePoint(x, y), 4490), 3857) g"
            " FROM (VALUES (%s, %s), (%s, %s)) v (x, y)) p",
            [WEST, SOUTH, WEST + 6 * CELL, SOUTH + 6 * CELL],
        )
        corners = cursor.fetchall()
    side = Tile(z, 0, 0).side_m
    half = Tile(0, 0, 0).bounds[2]
    (west, east), (north, south) = (sorted(int((x + half) / side) for x, _ in corners),
                                    sorted(int((half - y) / side) for _, y in corners))  # fmt: skip
    return [tile_of(layer, z, x, y) for x in range(west, east + 1) for y in range(north, south + 1)]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"use": "irrigation"},
        {"depth_m": "10..50"},
        {"depth_m": "null"},
        {"region": SOUTHERN},
        {"region": UNIT},
        {"bbox": BOX},
        {"bbox": BOX, "use": "supply"},
        {"code": "W-a,W-c"},
        {"name": "'; DROP TABLE layers_well; --"},
    ],
    ids=str,
)
def test_feed_count_and_tile_show_the_same_wells(wells: dict[str, models.Well], given: dict[str, str]) -> None:
    """What has no position is in no tile, and only there: it cannot be drawn."""
    shown = listed(registry.layer("well"), dict(given))
    ids = {feature["id"] for feature in shown["features"]}
    assert shown["count"] == len(ids) == len(codes(**given))
    drawn = {feature["id"] for feature in shown["features"] if feature["geometry"]}
    assert tile_codes("well", given) == drawn


@pytest.mark.parametrize("given", [{}, {"region": SOUTHERN}, {"region": UNIT}, {"bbox": BOX}, {"code": A}], ids=str)
def test_feed_count_and_tile_show_the_same_villages(grid: Grid, given: dict[str, str]) -> None:
    shown = listed(registry.layer("village"), dict(given))
    ids = {feature["id"] for feature in shown["features"]}
    assert shown["count"] == len(ids)
    assert tile_codes("village", given) == ids == codes("village", **given)


def test_pages_of_a_list_are_the_list(wells: Any) -> None:
    layer = registry.layer("well")
    whole = [feature["id"] for feature in listed(layer, {}, "/f")["features"]]
    assert whole == sorted(whole)
    pages = [listed(layer, {"limit": "2", "offset": str(offset)}, "/f") for offset in (0, 2, 4)]
    assert [feature["id"] for page in pages for feature in page["features"]] == whole
    assert {page["count"] for page in pages} == {5}
    assert [page["next"] is not None for page in pages] == [True, True, False]
    assert [page["previous"] is not None for page in pages] == [False, True, True]
    for before, after in pairwise(pages):
        assert f"offset={before['next'].split('offset=')[1].split('&')[0]}" in before["next"]
        assert "limit=2" in after["previous"]
    for offset in ("5", "100"):  # past the end is a mistake in turning pages, not an empty layer
        with pytest.raises(BadParameter, match="past the last"):
            listed(layer, {"offset": offset}, "/f")


def test_a_region_filter_takes_codes_by_their_beginning(grid: Grid) -> None:
    """`11` and `110101` are prefixes of all below them; a code that is only digits like another's is not inside it."""
    assert region_index().prefixes("11") == ["11"]
    assert params.parse_region("110101") == "110101"
    make.RegionFactory(code="110102", parent=grid["11"])
    make.publish()
    assert codes("village", region="110102") == set()


def test_the_divisions_of_a_period_are_looked_up_once(grid: Grid, django_assert_num_queries: Any) -> None:
    wanted = filters.parse(registry.layer("village"), {"period": "2019"})
    meant = wanted.within
    with django_assert_num_queries(0):
        assert wanted.asked is not None and wanted.asked.within is meant


# ------------------------------------------------------------------ divisions that are over


def releases(number: int) -> list[models.Release]:
    made = [make.ReleaseFactory() for _ in range(number)]
    assert [one.pk for one in made] == sorted(one.pk for one in made)
    return made


SPANS = [(start, end) for start in (1, 2, 3) for end in (2, 3, None) if end is None or start < end]


def test_an_edition_has_what_held_at_its_last_release() -> None:
    """Every span of an outline in every span of its division: what began by then, and had not ended by then, of both."""
    village, made = registry.layer("village"), releases(4)
    spans: dict[str, tuple[tuple[int, int | None], tuple[int, int | None]]] = {}
    for number, ((begins, ends), outline) in enumerate(product(SPANS, SPANS)):
        code = f"110101009{number:03d}"
        region = make.RegionFactory(code=code, valid_from=made[begins], valid_to=made[ends] if ends else None)
        make.BoundaryFactory(
            region=region, geom=make.outline(make.square(0, 0, 1, 1)),
            valid_from=made[outline[0]], valid_to=made[outline[1]] if outline[1] else None,
        )  # fmt: skip
        spans[code] = ((begins, ends), outline)
    assert len(spans) == len(SPANS) ** 2

    def shown(last: int | None) -> set[str]:
        edition = EditionSpan(1, None) if last is None else EditionSpan(1, None, 0, made[last].pk)
        return set(filters.within(village, Divisions(edition, ())).values_list("region__code", flat=True))

    def held(last: int | None) -> set[str]:
        return {
            code
            for code, both in spans.items()
            if all(
                end is None if last is None else begin <= last and (end is None or end > last) for begin, end in both
            )
        }

    for last in (1, 2, 3, None):
        assert shown(last) == held(last), last
        assert 0 < len(held(last)) < len(spans)
    assert shown(0) == set()  # before all of them


def test_divisions_are_those_of_the_month_that_is_asked_of(tmp_path: Path) -> None:
    """With the outlines that they had; in a box too, and in a region that is no more."""
    split_city.make_city()
    split_city.split(tmp_path)
    before, after = {A, B, C, D}, {A, split_city.E, C, D}
    assert codes("village", period="2019-03") == codes("village", boundaries="2019-01") == before
    assert codes("village") == codes("village", period="2019-03", boundaries="current") == after
    assert codes("township", period="2019-03") == {SOUTHERN, NORTHERN}
    assert codes("township") == {SOUTHERN, NORTHERN, split_city.NEW}
    assert codes("village", period="2019-03", region=SOUTHERN) == {A, B}
    assert codes("village", region=SOUTHERN) == {A}
    assert codes("village", region=split_city.NEW) == {split_city.E}
    assert codes("village", period="2019-03", region=B) == {B}
    filters.parse(VILLAGE, {"period": "2019-03", "region": B}).check()
    for ask in (FeatureFilter.check, lambda wanted: wanted.apply(VILLAGE)):
        with pytest.raises(NotFound):
            ask(filters.parse(VILLAGE, {"period": "2019-03", "region": split_city.NEW}))
    # Between the two lines of c and d.
    middle = f"{WEST + 0.9 * CELL},{SOUTH + 1.5 * CELL},{WEST + 0.95 * CELL},{SOUTH + 1.6 * CELL}"
    assert codes("village", period="2019-03", bbox=middle) == {C}
    assert codes("village", bbox=middle) == {D}
