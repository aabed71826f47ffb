"""The demo city against the printed tables: every count and total, and the geometry of its boundaries.

The city is built once for the module (about ten seconds); nothing here needs a database.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from data import demo
from data.demo import meters as meters_part
from data.demo import permits as permits_part
from data.demo import reference, usage, users, volumes, wells
from data.demo.seeding import generator
from data.demo.seeds import village_seeds
from layers import vocab

TABLE_COLUMNS = {
    "reporting_unit": "code name",
    "region": "code name level parent reporting_unit boundary_source boundary_quality geometry",
    "population": "region day residents source",
    "permit": "code holder_code holder_name permitted_m3_per_year valid_from valid_to region",
    "well": "code name use metering depth_m year_built status region permits position_quality geometry",
    "surface_intake": "code name water_body region permits position_quality geometry",
    "facility": "code name kind managed_by status capacity_m3_d region position_quality geometry",
    "supply_area": "code name facility boundary_quality geometry",
    "sewage_plant": "code name kind operator capacity_m3_d region position_quality geometry",
    "water_user": "code name source industry region permits wells position_quality geometry",
    "meter": "code system source purpose region users wells position_quality geometry",
}
ROWS = {
    "reporting_unit": 17,
    "population": 16,
    "region": 7_901,
    "permit": 11_986,
    "well": 60_000,
    "facility": 69 + 107 + 3_271 + 476,
    "supply_area": 69 + 107 + 3_271,
    "sewage_plant": 135 + 1_152,
    "water_user": 85_113 + 3_882 + 5_131 + 246 + 228,
    "meter": 155_686 + 194_754,
}


@pytest.fixture(scope="module")
def city() -> demo.City:
    return demo.City()


@pytest.fixture(scope="module")
def tables(city: demo.City) -> dict[str, pd.DataFrame]:
    return {name: getattr(city, name)() for name in TABLE_COLUMNS}


@pytest.fixture(scope="module")
def year(city: demo.City) -> np.ndarray:
    return usage.year_matrix(city.usage_places, 2019)


def by_district(codes: pd.Series) -> dict[str, int]:
    return codes.str[:6].value_counts().to_dict()


def without_zero(counts: dict[str, int]) -> dict[str, int]:
    return {code: count for code, count in counts.items() if count}


def test_columns_and_rows(tables: dict[str, pd.DataFrame]) -> None:
    assert {name: " ".join(table.columns) for name, table in tables.items()} == TABLE_COLUMNS
    assert {name: len(tables[name]) for name in ROWS} == ROWS
    for name, table in tables.items():
        assert table["region" if name == "population" else "code"].is_unique, name


def test_slugs_are_of_the_vocabularies(tables: dict[str, pd.DataFrame]) -> None:
    columns = {
        ("region", "level"): vocab.LEVEL,
        ("region", "boundary_quality"): vocab.BOUNDARY_QUALITY,
        ("well", "use"): vocab.WELL_USE,
        ("well", "metering"): vocab.METERING,
        ("well", "status"): vocab.STATUS,
        ("facility", "kind"): vocab.FACILITY_KIND,
        ("facility", "managed_by"): vocab.MANAGER,
        ("facility", "status"): vocab.STATUS,
        ("sewage_plant", "kind"): vocab.SEWAGE_KIND,
        ("water_user", "source"): vocab.SOURCE,
        ("meter", "system"): vocab.METER_SYSTEM,
        ("meter", "source"): vocab.SOURCE,
        ("meter", "purpose"): vocab.PURPOSE,
    }
    for (name, column), words in columns.items():
        assert set(tables[name][column]) <= set(words.codes), (name, column)


def test_codes_that_are_pointed_at_exist(tables: dict[str, pd.DataFrame]) -> None:
    regions, permits = set(tables["region"].code), set(tables["permit"].code)
    for name in ("permit", "well", "surface_intake", "facility", "sewage_plant", "water_user", "meter"):
        assert set(tables[name].region) - {""} <= regions, name
    assert set(tables["region"].parent) - {""} <= regions
    assert set(tables["region"].reporting_unit) - {""} == set(tables["reporting_unit"].code)
    for name in ("well", "surface_intake", "water_user"):
        assert set(tables[name].permits) - {""} <= permits, name
    for name in ("water_user", "meter"):
        linked = set(tables[name].wells[tables[name].wells != ""].str.split(";").explode())
        assert linked <= set(tables["well"].code), name
    assert set(tables["meter"].users.str.split(";").explode()) <= set(tables["water_user"].code)
    assert set(tables["supply_area"].facility) <= set(tables["facility"].code)


# --- boundaries -----------------------------------------------------------------------------------------------------


def test_boundaries_are_valid_and_of_one_piece(city: demo.City) -> None:
    shapes = city.boundaries
    assert shapely.is_valid(shapes.village).all()
    pieces = {c: shapely.get_num_geometries(g) for c, g in {**shapes.township, **shapes.district}.items()}
    assert {code for code, count in pieces.items() if count > 1} == {"110105"}  # 朝阳区 has the airport
    assert shapely.get_num_geometries(shapes.city) == 1
    assert all(shapely.is_valid(g) for g in [*shapes.township.values(), *shapes.district.values(), shapes.city])


def test_villages_leave_no_gap_and_no_overlap(city: demo.City) -> None:
    assert shapely.coverage_is_valid(city.boundaries.village)
    holes = [ring for part in shapely.get_parts(city.boundaries.city) for ring in part.interiors]
    assert holes == []


def test_areas_add_up_in_the_plane(tables: dict[str, pd.DataFrame]) -> None:
    """To 1 m² in EPSG:4548, vertices transformed as PostGIS does it: so every shared vertex is on both sides."""
    region = tables["region"]
    area = pd.Series(reference.area_m2(region.geometry.to_numpy()), index=region.code)
    parent = region.set_index("code").parent
    children = area[parent != ""].groupby(parent[parent != ""]).sum()
    assert (children - area[children.index]).abs().max() < 1.0
    assert 16.3e9 < area["11"] < 16.5e9
    assert area.min() > 1_000


def test_every_shared_vertex_is_in_the_parent_too(city: demo.City) -> None:
    code = "110115"
    district = {tuple(xy) for xy in shapely.get_coordinates(city.boundaries.district[code])}
    own = [g for c, g in city.boundaries.township.items() if c.startswith(code)]
    townships = {tuple(xy) for xy in shapely.get_coordinates(own)}
    assert district <= townships
    edge = city.boundaries.district[code].boundary
    near = [xy for xy in townships - district if edge.distance(shapely.Point(xy)) < 1e-9]
    assert near == []


def test_districts_stay_as_given(city: demo.City) -> None:
    for code, given in reference.district_shapes().items():
        made = city.boundaries.district[code]
        assert shapely.hausdorff_distance(made, given) < 1e-9, code  # 0.1 mm: the grid new vertices lie on
        kept = {tuple(xy) for xy in shapely.get_coordinates(given)}
        assert kept <= {tuple(xy) for xy in shapely.get_coordinates(made)}, code


def test_names_and_codes_are_the_printed_ones(tables: dict[str, pd.DataFrame]) -> None:
    printed = reference.divisions().set_index("code")
    region = tables["region"].set_index("code")
    assert (region.name.sort_index() == printed.name.sort_index()).all()
    assert (region.parent.sort_index() == printed.parent_code.sort_index()).all()
    quality = region.groupby("level").boundary_quality.unique().map(list).to_dict()
    assert quality == {
        "city": ["simplified"],
        "district": ["simplified"],
        "township": ["synthetic"],
        "village": ["synthetic"],
    }
    bda = region[(region.reporting_unit == "110400") & (region.level == "township")]
    assert set(bda.index) == set(reference.BDA_TOWNSHIPS)


# --- supply, drain --------------------------------------------------------------------------------------------------


def test_facilities_by_kind_and_district(tables: dict[str, pd.DataFrame]) -> None:
    table = tables["facility"]
    of = {kind: table[table.kind == kind] for kind in vocab.FACILITY_KIND.codes}
    assert of["urban_plant"].name.tolist() == reference.table("urban_plants").name.tolist()
    assert of["township_plant"].name.tolist() == reference.table("township_plants").name.tolist()
    printed = reference.table("urban_plants")
    own = (printed.district_code != "").to_numpy()
    assert (of["urban_plant"].region.str[:6].to_numpy()[own] == printed.district_code[own].to_numpy()).all()
    stations = reference.count_by_district("village_stations_by_district", "stations")
    assert by_district(of["village_station"].region) == without_zero(stations)
    managers = of["self_built"].managed_by.value_counts().to_dict()
    assert managers == {"city": 246, "district": 230}
    assert set(table[table.name.str.contains("停用")].status) == {"stopped"}
    assert table.capacity_m3_d.sum() == 20_129_000
    assert of["urban_plant"].capacity_m3_d.sum() == 9_260_000


def test_village_stations_bear_the_name_of_their_village(city: demo.City, tables: dict[str, pd.DataFrame]) -> None:
    table = tables["facility"][tables["facility"].kind == "village_station"]
    short = [city.places.short[city.places.index[code]] for code in table.region]
    assert all(name.startswith(village) for name, village in zip(table.name, short, strict=True))
    assert not table[["name", "region"]].duplicated().any()


def test_sewage_capacities_add_up_to_their_row(tables: dict[str, pd.DataFrame]) -> None:
    table = tables["sewage_plant"]
    urban = table[table.kind == "urban"].groupby("operator").capacity_m3_d.agg(["size", "sum"])
    for row in reference.table("sewage_plants_by_manager").itertuples():
        expected = [int(row.plants), round(float(row.capacity_10k_m3_per_day) * 10_000)]
        assert urban.loc[row.manager_or_district].tolist() == expected
    village = table[table.kind == "village"].groupby("region").capacity_m3_d.agg(["size", "sum"])
    for row in reference.table("village_sewage_by_district").itertuples():
        if row.district_code:
            expected = [int(row.stations), round(float(row.capacity_10k_m3_per_day) * 10_000)]
            assert village.loc[row.district_code].tolist() == expected


def test_supply_areas_are_valid_and_inside_the_city(city: demo.City, tables: dict[str, pd.DataFrame]) -> None:
    shapes = tables["supply_area"].geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert (shapely.get_type_id(shapes) == 6).all()
    assert shapely.area(shapes).min() > 0
    grown = shapely.buffer(city.boundaries.city, 1e-9)
    shapely.prepare(grown)
    assert shapely.contains(grown, shapes).all()


# --- take -----------------------------------------------------------------------------------------------------------


def test_wells_metering_uses_and_faults(city: demo.City, tables: dict[str, pd.DataFrame]) -> None:
    table = tables["well"]
    assert table.metering.value_counts().to_dict() == {"water_meter": 30_169, "none": 27_051, "electricity": 2_780}
    assert set(table[table.metering == "electricity"].use) == {"irrigation"}
    assert table.use.value_counts().to_dict() == wells.BY_USE
    known = table[table.geometry.notna()]
    assert len(table) - len(known) == 300
    tree = shapely.STRtree(list(city.boundaries.district.values()))
    names = np.array(list(city.boundaries.district))
    point, found = tree.query(known.geometry.to_numpy(), predicate="intersects")
    inside = pd.Series(names[found], index=point).reindex(range(len(known)))
    astray = inside.notna().to_numpy() & (inside.to_numpy() != known.region.to_numpy())
    assert astray.sum() == 660
    assert inside.isna().sum() == 60
    assert 0.07 < table.depth_m.isna().mean() < 0.09
    assert 0.08 < table.year_built.isna().mean() < 0.10
    assert (table.permits == "").mean() == pytest.approx(0.30, abs=0.001)


def test_permits_matched_to_users(tables: dict[str, pd.DataFrame]) -> None:
    table = tables["permit"]
    matched = tables["water_user"].permits
    assert (matched != "").sum() == 1_769
    assert matched[matched != ""].is_unique
    used = set(tables["well"].permits) | set(tables["surface_intake"].permits)
    assert set(table.code) <= used
    holder = table.set_index("code").holder_name
    user = tables["water_user"][matched != ""]
    assert (holder[user.permits].to_numpy() == user.name.to_numpy()).all()


# --- use ------------------------------------------------------------------------------------------------------------


def test_users_by_district_and_source(city: demo.City) -> None:
    counted = (
        pd.Series(1, index=pd.MultiIndex.from_arrays([city.users.zone, city.users.source])).groupby(level=[0, 1]).sum()
    )
    printed = users.printed_users()
    for row in printed.itertuples():
        assert counted.get((row.zone, row.source), 0) == row.users, (row.zone, row.source)
    assert (city.users.zone == "110400").sum() == 778


def test_meters_by_system_and_their_links(city: demo.City, tables: dict[str, pd.DataFrame]) -> None:
    table = tables["meter"]
    assert table.system.value_counts().to_dict() == {"group": 194_754, "conservation": 155_686}
    assert set(table[table.system == "group"].source) == {"group_tap"}
    per_source = table[table.system == "conservation"].source.value_counts().to_dict()
    assert per_source == {
        "group_tap": 115_020,
        "self_built_well": 5_131 * 4,
        "district_tap": 3_882 * 5,
        "surface_water": 246,
        "reclaimed": 228 + 258,  # further outlets of those that replenish rivers
    }
    residents = set(table[table.purpose == "residential"].source)
    assert residents == {"self_built_well", "surface_water"}
    shared = table.users.str.contains(";").mean()
    assert 0.01 < shared < 0.03
    assert table.geometry.isna().sum() == round(0.01 * len(table))
    assert (table.wells != "").sum() > 3_000
    x, y = city.meters.lonlat[~np.isnan(city.meters.lonlat[:, 0])].T
    shape = city.boundaries.city
    shapely.prepare(shape)
    assert (~shapely.contains_xy(shape, x, y)).sum() == round(0.0005 * len(table))


def test_no_outlet_gives_what_only_a_river_carries(city: demo.City, year: np.ndarray) -> None:
    """A zone's replenishment is one printed user's; on the map it is many outlets, none of them a hundred times its neighbours."""
    million_m3 = year / 1e9
    meters = city.usage_places.kind == "meter"
    assert million_m3[meters].max() < 3
    known = ~np.isnan(city.meters.lonlat[:, 0])
    cells = pd.DataFrame(
        np.floor(city.meters.lonlat[known] * (170, 222)).astype(int), columns=["x", "y"]
    )  # about 500 m
    for month in range(12):
        cells["volume"] = million_m3[meters][known, month]
        assert cells.groupby(["x", "y"]).volume.sum().max() < 3, month


@pytest.mark.parametrize("source", ["reclaimed", "surface_water"])
def test_users_of_works_stand_near_them(city: demo.City, source: str) -> None:
    known = ~np.isnan(city.meters.lonlat[:, 0])

    def away_km(rows: np.ndarray) -> float:
        steps = (city.meters.lonlat[rows][:, None, :] - city.works[source][None]) * (85.2, 111.2)
        return float(np.median(np.sqrt((steps**2).sum(axis=2)).min(axis=1)))

    own = np.flatnonzero(known & (city.meters.source == source))
    others = np.flatnonzero(known & (city.meters.source == "self_built_well"))[::50]
    assert away_km(own) < 3
    assert away_km(own) < 0.6 * away_km(others)


def test_declared_township_of_a_meter_covers_it(city: demo.City, tables: dict[str, pd.DataFrame]) -> None:
    sample = tables["meter"][tables["meter"].geometry.notna()].iloc[::97]
    towns = np.array([city.boundaries.township[code] for code in sample.region])
    apart = ~shapely.covers(shapely.buffer(towns, 1e-9), sample.geometry.to_numpy())
    assert apart.mean() < 0.002  # only those set outside the city


def test_records_a_month(city: demo.City) -> None:
    places = city.usage_places
    count = pd.Series(places.kind).value_counts().to_dict()
    own = reference.table("urban_plants").operator.eq("district").sum()
    assert count == {"meter": 350_440, "region": 3_316 * 7 + 233, "facility": 107 * 7 + own}
    villages = pd.Series(places.code[(places.kind == "region") & (places.source == "village_supply")]).drop_duplicates()
    printed = reference.count_by_district("users_by_district_and_source", "natural_villages")
    assert by_district(villages) == without_zero(printed)


def test_volumes_of_2019_are_the_printed_ones_to_the_litre(city: demo.City, year: np.ndarray) -> None:
    places = city.usage_places
    resident = places.purpose == vocab.PURPOSE.id_of("residential") - 1
    yearly = year.sum(axis=1)
    printed = reference.table("usage_2019_by_source").set_index("source")
    for source in printed.index.drop("total"):
        rows = places.source == source
        assert yearly[rows].sum() == volumes.litres(printed.new_water_10k_m3[source]), source
        assert yearly[rows & resident].sum() == volumes.litres(printed.residential_10k_m3[source]), source
    reclaimed = places.source == "reclaimed"
    assert yearly[reclaimed].sum() == 115_009 * volumes.L_PER_10K_M3
    assert yearly[resident].sum() == volumes.litres(printed.residential_10k_m3["total"])
    assert yearly[~resident & ~reclaimed].sum() == volumes.litres(printed.non_residential_10k_m3["total"])
    assert year.min() >= 0
    farm = places.purpose == vocab.PURPOSE.id_of("agricultural") - 1
    assert year[farm, 4].sum() > 5 * year[farm, 0].sum()


def test_a_month_file_keeps_the_volume_through_its_corrections(city: demo.City, year: np.ndarray) -> None:
    table = city.usage.month("2019-07")
    assert " ".join(table.column_names) == "month meter facility region source purpose correction_no volume_l"
    frame = table.to_pandas()
    assert frame.volume_l.sum() == year[:, 6].sum()
    assert (frame[["meter", "facility", "region"]].notna().sum(axis=1) == 1).all()
    assert (frame[frame.correction_no == 0].volume_l >= 0).all()
    back = frame[frame.correction_no == 1]
    assert len(back) == usage.CORRECTIONS_PER_MONTH
    assert (back.volume_l < 0).all()
    assert set(back.meter) <= set(frame[frame.correction_no == 0].meter)


def test_later_years_follow_the_documented_factor(city: demo.City, year: np.ndarray) -> None:
    nine = usage.year_matrix(city.usage_places, 2023, 9)
    factor = usage.profiles.YEAR_FACTORS[2023]
    assert nine.sum() == pytest.approx(factor * year[:, :9].sum(), rel=0.01)


# --- files, repeatability -------------------------------------------------------------------------------------------


def test_sources_come_in_load_order() -> None:
    names = [source.name for source in demo.datasets(months=3)]
    assert names == [*TABLE_COLUMNS, "usage", "usage", "usage"]
    assert [source.label for source in demo.datasets(3)][-1] == "用水量 2019-03"
    with pytest.raises(ValueError, match="57"):
        next(demo.datasets(58))


def test_files_keep_longitude_first_and_missing_values(city: demo.City, tmp_path: Path) -> None:
    wanted = {"region", "well", "permit"}
    paths = {s.name: s.write(tmp_path) for s in demo.datasets(1, city) if s.name in wanted}
    meta, _, geometry, fields = pyogrio.raw.read(paths["well"])
    assert meta["crs"] == "EPSG:4490"
    where = shapely.from_wkb(geometry)
    x, y = shapely.get_coordinates(where[~shapely.is_missing(where)]).T
    assert 115 < x.min() < x.max() < 118
    assert 39 < y.min() < y.max() < 42
    assert shapely.is_missing(where).sum() == 300
    assert paths["permit"].read_text(encoding="utf-8").startswith("code,holder_code,")
    assert pyogrio.read_info(paths["region"])["geometry_type"] == "MultiPolygon"
    assert len(fields[0]) == 60_000


def test_the_recipe_repeats(city: demo.City) -> None:
    codes = np.array(["110101001001", "110101001002", "110101001200", "110101001201"])
    one, two = (village_seeds(shapely.box(0, 0, 1, 1), codes, generator("test")) for _ in range(2))
    assert one.tobytes() == two.tobytes()
    again = demo.City()
    again.__dict__["boundaries"] = city.boundaries
    assert again.wells.lonlat.tobytes() == city.wells.lonlat.tobytes()
    assert again.meters.lonlat.tobytes() == city.meters.lonlat.tobytes()
    assert (again.permits.well_user == city.permits.well_user).all()
    assert again.facilities.drop(columns="geometry").equals(city.facilities.drop(columns="geometry"))
    assert demo.fingerprint() == demo.fingerprint()


def test_printed_constants() -> None:
    assert (meters_part.CONSERVATION, meters_part.GROUP) == (155_686, 194_754)
    assert (permits_part.PERMITS, permits_part.MATCHED) == (11_986, 1_769)
    assert sum(wells.BY_USE.values()) == wells.WELLS


def test_the_residents_of_the_districts_are_those_of_the_census(tables: dict[str, pd.DataFrame]) -> None:
    """北京市第七次全国人口普查公报（第二号）: its total is that of the rows, and 海淀 is as printed."""
    residents = tables["population"].set_index("region")["residents"]
    assert residents.sum() == 21_893_095
    assert residents["110108"] == 3_133_469
    assert set(tables["population"]["day"]) == {"2020-11-01"}
