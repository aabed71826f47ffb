"""The demo city, loaded and served as in production, against the printed tables and against itself.

Every figure is computed twice, by different ways: from the tables in `data/reference/`, by SQL over the records, and
through the API and the tiles of a running server.
"""

from __future__ import annotations

import csv
import gzip
import http.client
import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mapbox_vector_tile
import pytest

from layers import registry, vocab
from layers.stats.absence import added
from tests.city import City
from tiles.address import HALF, Tile

MONTHS = [f"2019-{month:02d}" for month in range(1, 13)]
LITRES = 10_000 * 1_000  # of one printed unit, 10⁴ m³
LEVELS = vocab.LEVEL.codes


def ask(city: City, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One GET: status, headers (lower case) and the body unpacked."""
    link = http.client.HTTPConnection(urlsplit(city.url).netloc, timeout=60)
    link.request("GET", path, headers={"Accept-Encoding": "gzip", **headers})
    answer = link.getresponse()
    body = answer.read()
    found = {name.lower(): value for name, value in answer.getheaders()}
    link.close()
    return answer.status, found, gzip.decompress(body) if found.get("content-encoding") == "gzip" else body


def get(city: City, path: str) -> dict[str, Any]:
    status, _, body = ask(city, path)
    assert status == 200, (path, body[:300])
    return dict(json.loads(body))


def printed(root: Path, name: str) -> list[dict[str, str]]:
    with (root / "data/reference" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def total_l(city: City, query: str) -> int:
    return int(get(city, f"/api/stats?level=city&period=2019&{query}")["total_l"])


def litres(text: str) -> int:
    """A printed figure in 10⁴ m³, to the litre; exact, as no float is."""
    found = Decimal(text) * LITRES
    assert found == int(found)
    return int(found)


def test_new_water_by_source_is_as_printed_to_the_litre(city: City, root: Path) -> None:
    table = printed(root, "usage_2019_by_source")
    sources = [row for row in table if row["source"] != "total"]
    assert len(sources) == 6
    for row in sources:
        expected = litres(row["new_water_10k_m3"])
        recorded = city.sql(
            "SELECT sum(volume_l) FROM layers_usagerecord WHERE source = %s AND extract(year FROM month) = 2019",
            [vocab.SOURCE.id_of(row["source"])],
        )
        assert recorded == [(expected,)], row["source"]
        assert total_l(city, f"source={row['source']}") == expected, row["source"]
    (bottom,) = (row for row in table if row["source"] == "total")
    assert total_l(city, "source=new_water") == litres(bottom["new_water_10k_m3"]) == 2_581_567_000_000
    assert total_l(city, "source=new_water&resident=yes") == litres(bottom["residential_10k_m3"])
    assert total_l(city, "source=new_water&resident=no") == litres(bottom["non_residential_10k_m3"])


def test_residents_by_source_are_as_printed_to_the_litre(city: City, root: Path) -> None:
    for row in printed(root, "usage_2019_by_source"):
        if row["source"] != "total":
            found = total_l(city, f"source={row['source']}&resident=yes")
            assert found == litres(row["residential_10k_m3"]), row["source"]


def test_reclaimed_water_is_as_printed_to_the_litre(city: City) -> None:
    assert total_l(city, "source=reclaimed") == litres("115009")
    assert total_l(city, "") == litres("258156.7") + litres("115009")


def test_twelve_months_of_about_four_and_a_half_million_records(city: City) -> None:
    meta = get(city, "/api/meta")
    assert meta["months"] == MONTHS
    ((count,),) = city.sql("SELECT count(*) FROM layers_usagerecord")
    assert meta["usage_records"] == count
    assert 4_400_000 < count < 4_600_000


def test_every_level_and_month_holds_every_litre_by_sql(city: City) -> None:
    recorded = dict(city.sql("SELECT month, sum(volume_l) FROM layers_usagerecord GROUP BY 1"))
    summed = city.sql(
        "SELECT level, month, sum(volume_l), sum(records) FROM layers_usagesum"
        " WHERE source_sel = 0 AND purpose_sel = 0 GROUP BY 1, 2"
    )
    assert len(summed) == len(LEVELS) * 12
    counted = dict(city.sql("SELECT month, count(*) FROM layers_usagerecord GROUP BY 1"))
    for level, month, volume, records in summed:
        assert (volume, records) == (recorded[month], counted[month]), (level, month)


def test_every_level_month_source_and_purpose_holds_every_litre_by_sql(city: City) -> None:
    wrong = city.sql(
        """
        WITH recorded AS (
            SELECT month, source, purpose, sum(volume_l) AS volume_l FROM layers_usagerecord GROUP BY 1, 2, 3
        ), summed AS (
            SELECT level, month, source_sel AS source, purpose_sel AS purpose, sum(volume_l) AS volume_l
            FROM layers_usagesum WHERE source_sel > 0 AND purpose_sel > 0 GROUP BY 1, 2, 3, 4
        )
        SELECT l, month, source, purpose, r.volume_l, s.volume_l
        FROM generate_series(1, 5) l CROSS JOIN recorded r
        FULL JOIN summed s USING (month, source, purpose)
        WHERE s.level = l AND s.volume_l <> r.volume_l OR s.volume_l IS NULL OR r.volume_l IS NULL
        """
    )
    assert wrong == []


@pytest.mark.parametrize("level", LEVELS)
def test_rows_and_gaps_are_what_is_recorded_by_the_api(city: City, level: str) -> None:
    recorded = [
        volume for _, volume in sorted(city.sql("SELECT month, sum(volume_l) FROM layers_usagerecord GROUP BY 1"))
    ]
    series = get(city, f"/api/stats/series?level={level}")
    by_month = [added(column) or 0 for column in zip(*series["volume_l"], strict=True)]
    assert [on_map + (gap or 0) for on_map, gap in zip(by_month, series["gaps_l"], strict=True)] == recorded
    assert series["total_l"] == recorded
    year = get(city, f"/api/stats?level={level}&period=2019")
    on_map, gaps = sum(row["volume_l"] or 0 for row in year["rows"]), sum(gap["volume_l"] for gap in year["gaps"])
    assert on_map + gaps == year["total_l"] == sum(recorded)
    assert (
        len(year["rows"]) == {"city": 1, "district": 16, "township": 349, "village": 7535, "reporting_unit": 17}[level]
    )


def test_what_is_under_a_region_is_the_region(city: City) -> None:
    """At each level: the children and what is on none of them make up the parent, to the litre."""
    for parent_level, level in (("city", "district"), ("district", "township"), ("township", "village")):
        parents = {
            row["code"]: row["volume_l"] or 0
            for row in get(city, f"/api/stats?level={parent_level}&period=2019")["rows"]
        }
        below = get(city, f"/api/stats?level={level}&period=2019")
        digits = {vocab.CITY: 2, **vocab.CODE_DIGITS}[vocab.LEVEL.id_of(parent_level)]
        found = dict.fromkeys(parents, 0)
        for row in below["rows"]:
            found[row["code"][:digits]] += row["volume_l"] or 0  # of some villages nothing is recorded
        for gap in below["gaps"]:
            if gap["parent"] and len(gap["parent"]) >= digits:
                found[gap["parent"][:digits]] += gap["volume_l"]
        assert found == parents, level


ROSTERS = {
    "district": 16, "township": 349, "village": 7535, "urban_plant": 69, "township_plant": 107,
    "village_station": 3271, "self_built": 476, "well": 60_000, "water_user": 94_600, "meter": 350_440,
    "village_sewage_station": 1152, "sewage_plant": 135,
}  # fmt: skip


def test_rosters_are_of_the_printed_size(city: City, root: Path) -> None:
    counts = {layer["id"]: layer["count"] for layer in get(city, "/api/layers")["layers"]}
    assert {name: counts[name] for name in ROSTERS} == ROSTERS
    # And the printed tables themselves, so that the list above is not believed alone.
    divisions = printed(root, "divisions")
    for level in ("district", "township", "village"):
        assert counts[level] == sum(row["level"] == level for row in divisions)
    assert counts["urban_plant"] == len(printed(root, "urban_plants"))
    assert counts["township_plant"] == len(printed(root, "township_plants"))
    assert counts["village_station"] == sum(int(r["stations"]) for r in printed(root, "village_stations_by_district"))
    assert counts["self_built"] == sum(
        int(r["district_managed"]) + int(r["city_managed"]) for r in printed(root, "self_built_by_district")
    )
    assert counts["sewage_plant"] == sum(int(r["plants"]) for r in printed(root, "sewage_plants_by_manager"))
    assert counts["village_sewage_station"] == sum(
        int(r["stations"]) for r in printed(root, "village_sewage_by_district")
    )
    # Every plant and station supplies an area; the supplies that factories built for themselves have none.
    assert counts["supply_area"] == counts["urban_plant"] + counts["township_plant"] + counts["village_station"]


@pytest.mark.parametrize("layer", sorted(ROSTERS))
def test_feed_count_and_table_have_the_same_size(city: City, layer: str) -> None:
    assert get(city, f"/api/layers/{layer}/features?limit=1")["count"] == ROSTERS[layer]


def test_names_and_codes_of_divisions_are_the_printed_ones(city: City, root: Path) -> None:
    table = {(row["code"], row["name"]) for row in printed(root, "divisions")}
    assert set(city.sql("SELECT code, name FROM layers_region WHERE valid_to_id IS NULL")) == table


def test_names_of_plants_are_the_printed_ones(city: City, root: Path) -> None:
    for kind, name in ((1, "urban_plants"), (2, "township_plants")):
        names = sorted(row["name"] for row in printed(root, name))
        assert sorted(n for (n,) in city.sql("SELECT name FROM layers_supplyfacility WHERE kind = %s", [kind])) == names


def test_users_by_source_are_as_printed(city: City, root: Path) -> None:
    rows = [
        row
        for row in printed(root, "users_by_district_and_source")
        if row["district_code"] or "亦庄" in row["district"]
    ]
    for column, source in (
        ("group_tap_users", "group_tap"),
        ("district_tap_users", "district_tap"),
        ("self_built_users", "self_built_well"),
        ("reclaimed_users", "reclaimed"),
        ("surface_users", "surface_water"),
    ):
        expected = sum(int(row[column] or 0) for row in rows)
        assert get(city, f"/api/layers/water_user/features?limit=1&source={source}")["count"] == expected, source
        for row in rows:
            # A district's own rows are those not reported by 亦庄, which is a set of its townships.
            if row["district_code"] and row["district_code"] != "110115":
                found = city.sql(
                    "SELECT count(*) FROM layers_wateruser u JOIN layers_region r ON r.id = u.declared_region_id"
                    " WHERE u.source = %s AND r.code LIKE %s",
                    [vocab.SOURCE.id_of(source), f"{row['district_code']}%"],
                )
                assert found == [(int(row[column] or 0),)], (row["district"], source)


def test_meters_by_system_are_as_printed(city: City) -> None:
    assert dict(city.sql("SELECT system, count(*) FROM layers_meter GROUP BY 1")) == {1: 155_686, 2: 194_754}


def test_wells_by_metering_are_as_printed(city: City) -> None:
    found = {
        metering: get(city, f"/api/layers/well/features?limit=1&metering={metering}")["count"]
        for metering in vocab.METERING.codes
    }
    assert found == {"water_meter": 32_949 - 2_780, "electricity": 2_780, "none": 60_000 - 32_949}


def test_capacities_add_up_to_their_printed_rows(city: City, root: Path) -> None:
    for name, kind in (("sewage_plants_by_manager", 1), ("village_sewage_by_district", 2)):
        expected = sum(Decimal(row["capacity_10k_m3_per_day"]) * 10_000 for row in printed(root, name))
        assert city.sql("SELECT sum(capacity_m3_d) FROM layers_sewageplant WHERE kind = %s", [kind]) == [(expected,)]


# --- space ----------------------------------------------------------------------------------------------------------


def test_areas_of_children_add_up_to_their_parents_within_a_square_metre(city: City) -> None:
    wrong = city.sql(
        """
        WITH current AS (
            SELECT r.id, r.parent_id, r.code, b.area_m2 FROM layers_region r
            JOIN layers_boundary b ON b.region_id = r.id AND b.valid_to_id IS NULL WHERE r.valid_to_id IS NULL
        )
        SELECT p.code, p.area_m2 - sum(c.area_m2) FROM current p JOIN current c ON c.parent_id = p.id
        GROUP BY p.code, p.area_m2 HAVING abs(p.area_m2 - sum(c.area_m2)) > 1
        """
    )
    assert wrong == []


@pytest.mark.parametrize("level", [vocab.DISTRICT, vocab.TOWNSHIP])
def test_siblings_do_not_overlap(city: City, level: int) -> None:
    assert overlaps(city, level) == []


@pytest.mark.parametrize("district", ["110101", "110105", "110115", "110119"])
def test_villages_do_not_overlap(city: City, district: str) -> None:
    """Of the densest, the one with an exclave, the one with another reporting unit, and the widest."""
    assert overlaps(city, vocab.VILLAGE, district) == []


def overlaps(city: City, level: int, within: str = "") -> list[tuple[Any, ...]]:
    """Pairs of neighbours, one of them in the given division, that share more than a square centimetre."""
    return city.sql(
        """
        WITH current AS (
            SELECT r.code, b.geom FROM layers_region r
            JOIN layers_boundary b ON b.region_id = r.id AND b.valid_to_id IS NULL
            WHERE r.level = %s AND r.valid_to_id IS NULL
        )
        SELECT a.code, b.code FROM current a JOIN current b ON a.code < b.code AND a.geom && b.geom
        WHERE starts_with(a.code, %s) AND ST_Relate(a.geom, b.geom, '2********')
          AND ST_Area(ST_Transform(ST_Intersection(a.geom, b.geom), 4548)) > 1e-4
        """,
        [level, within],
    )


def test_every_outline_lies_in_its_parents(city: City) -> None:
    wrong = city.sql(
        """
        SELECT r.code FROM layers_region r
        JOIN layers_boundary b ON b.region_id = r.id AND b.valid_to_id IS NULL
        JOIN layers_boundary p ON p.region_id = r.parent_id AND p.valid_to_id IS NULL
        WHERE r.level IN (2, 3) AND NOT ST_Covers(p.geom, b.geom)
          AND ST_Area(ST_Transform(ST_Difference(b.geom, p.geom), 4548)) > 1
        """
    )
    assert wrong == []


def test_objects_are_found_in_the_village_that_covers_them(city: City) -> None:
    """A sample, against the whole outlines and not the pieces that placing uses; the lowest code on a border."""
    for table in ("well", "meter", "wateruser", "supplyfacility", "sewageplant", "surfaceintake"):
        wrong = city.sql(
            f"""
            SELECT o.code, found.code, covering.code
            FROM (SELECT * FROM layers_{table} WHERE geom IS NOT NULL ORDER BY md5(code) LIMIT 300) o
            LEFT JOIN layers_region found ON found.id = o.found_region_id
            LEFT JOIN LATERAL (
                SELECT r.code FROM layers_region r
                JOIN layers_boundary b ON b.region_id = r.id AND b.valid_to_id IS NULL
                WHERE r.level = 4 AND r.valid_to_id IS NULL AND ST_Covers(b.geom, o.geom) ORDER BY r.code LIMIT 1
            ) covering ON TRUE
            WHERE found.code IS DISTINCT FROM covering.code
            """
        )
        assert wrong == [], table


def test_the_known_faults_of_wells_can_be_found(city: City) -> None:
    ((elsewhere, outside, nowhere, no_depth, no_year, no_permit),) = city.sql(
        """
        SELECT count(*) FILTER (WHERE left(f.code, 6) <> left(d.code, 6)),
               count(*) FILTER (WHERE w.geom IS NOT NULL AND w.found_region_id IS NULL),
               count(*) FILTER (WHERE w.geom IS NULL),
               count(*) FILTER (WHERE w.depth_m IS NULL),
               count(*) FILTER (WHERE w.year_built IS NULL),
               count(*) FILTER (WHERE NOT EXISTS (SELECT FROM layers_well_permits p WHERE p.well_id = w.id))
        FROM layers_well w
        LEFT JOIN layers_region f ON f.id = w.found_region_id
        LEFT JOIN layers_region d ON d.id = w.declared_region_id
        """
    )
    assert (elsewhere, outside, nowhere) == (660, 60, 300)
    assert 0.07 < no_depth / 60_000 < 0.09
    assert 0.08 < no_year / 60_000 < 0.10
    assert 0.28 < no_permit / 60_000 < 0.32
    assert get(city, "/api/layers/well/features?limit=1&depth_m=null")["count"] == no_depth


def test_all_that_is_synthetic_says_so(city: City) -> None:
    layers = {layer["id"]: layer["synthetic"] for layer in get(city, "/api/layers")["layers"]}
    real = {
        layer.id for layer in registry.LAYERS if layer.stage == "ground"
    }  # OpenStreetMap's waters, and nothing else
    assert {name for name, synthetic in layers.items() if not synthetic} == {"district"} | real
    for layer, synthetic in layers.items():
        said = get(city, f"/tiles/{layer}.json")["attribution"]
        assert ("synthetic" in said) == synthetic
    qualities = "SELECT DISTINCT r.level, b.quality FROM layers_boundary b JOIN layers_region r ON r.id = b.region_id"
    assert set(city.sql(qualities)) == {(1, 2), (2, 2), (3, 3), (4, 3)}


# --- one number, asked five ways ------------------------------------------------------------------------------------

QUESTIONS = [
    "period=2019",
    "period=2019-07",
    "period=2019-Q3&source=new_water",
    "period=2019-02..2019-10&resident=no",
    "period=2019-12&source=reclaimed,surface_water&purpose=environmental,agricultural",
]


def region_volumes(city: City, layer: str, query: str) -> dict[str, int]:
    """Litres by code from every tile of the layer's lowest zoom that meets the city."""
    west, south, east, north = get(city, "/api/meta")["bounds"]
    (corners,) = city.sql(
        "SELECT ST_XMin(g), ST_YMin(g), ST_XMax(g), ST_YMax(g)"
        " FROM ST_Transform(ST_MakeEnvelope(%s, %s, %s, %s, 4490), 3857) g",
        [west, south, east, north],
    )
    z = registry.layer(layer).min_zoom
    side = Tile(z, 0, 0).side_m
    columns = range(int((corners[0] + HALF) / side), int((corners[2] + HALF) / side) + 1)
    lines = range(int((HALF - corners[3]) / side), int((HALF - corners[1]) / side) + 1)
    found: dict[str, int] = {}
    for x in columns:
        for y in lines:
            status, _, body = ask(city, f"/tiles/{layer}/{z}/{x}/{y}.pbf?{query}")
            assert status in (200, 204)
            tile = mapbox_vector_tile.decode(body).get(layer, {"features": []}) if body else {"features": []}
            for feature in tile["features"]:
                properties = feature["properties"]
                assert found.setdefault(properties["code"], properties.get("volume_l")) == properties.get("volume_l")
    return found


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("level", ["district", "township", "village"])
def test_statistics_series_feed_and_tiles_say_one_number(city: City, level: str, question: str) -> None:
    rows = {row["code"]: row["volume_l"] for row in get(city, f"/api/stats?level={level}&{question}")["rows"]}
    series = get(city, f"/api/stats/series?level={level}&{question}")
    assert {code: added(row) for code, row in zip(series["codes"], series["volume_l"], strict=True)} == rows
    feed = get(city, f"/api/layers/{level}/features?{question}&fields=code&limit=10000&region=110115")
    found = {feature["id"]: feature["properties"]["volume_l"] for feature in feed["features"]}
    assert found == {code: volume for code, volume in rows.items() if code.startswith("110115")}
    drawn = region_volumes(city, level, question)
    assert {code: rows[code] for code in drawn} == drawn
    # A village may be smaller than a unit of a coarse tile; whatever is drawn is right, and nearly all is drawn.
    assert len(drawn) >= len(rows) * 0.99


@pytest.mark.parametrize("method", ["quantiles", "equal", "natural"])
@pytest.mark.parametrize("level", ["district", "township", "village"])
def test_a_legend_is_the_same_wherever_it_is_asked_for(city: City, level: str, method: str) -> None:
    """And its classes count every region of which anything is recorded once, by the rule that a bound begins the class above it."""
    matrix = get(city, f"/api/stats/series?level={level}&method={method}&k=6")["classes"]
    for measure, value in (("volume", lambda row: row["volume_l"] / 1000), ("per_km2", lambda row: row["m3_per_km2"])):
        asked = get(city, f"/api/stats?level={level}&period=2019&method={method}&k=6&measure={measure}")
        classes = asked["classes"]
        assert matrix[measure]["year"]["2019"] == classes
        known = [value(row) for row in asked["rows"] if row["volume_l"] is not None]
        by_hand = [sum(bound <= one for bound in classes["breaks"]) for one in known]
        assert classes["counts"] == [by_hand.count(number) for number in range(len(classes["breaks"]) + 1)]
        assert 3 <= len(classes["counts"]) <= 6
        if method == "quantiles":
            assert max(classes["counts"]) <= 2 * len(asked["rows"]) / len(classes["counts"])


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_glance_at_a_region_says_the_statistics_number(city: City, question: str) -> None:
    for level, code in (("city", "11"), ("district", "110108"), ("township", "110115403"), ("village", "")):
        rows = get(city, f"/api/stats?level={level}&{question}")["rows"]
        row = next((row for row in rows if row["code"] == code), rows[len(rows) // 2])
        glance = get(city, f"/api/regions/{row['code']}?{question}")
        assert {name: glance[name] for name in ("volume_l", "m3_per_km2", "previous_l", "change")} == {
            name: row[name] for name in ("volume_l", "m3_per_km2", "previous_l", "change")
        }
        children = sum(child["volume_l"] or 0 for child in glance["children"])
        assert glance["child_level"] is None or children + glance["not_at_child_level_l"] == (glance["volume_l"] or 0)


def test_an_answer_of_the_api_is_the_sum_of_its_records(city: City) -> None:
    """From the records themselves, by the rules, for one village: meters found in it, or whose users are, and its own."""
    ((code,),) = city.sql(
        "SELECT r.code FROM layers_region r JOIN layers_meter m ON m.found_region_id = r.id"
        " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    )
    ((expected,),) = city.sql(
        """
        SELECT sum(u.volume_l) FROM layers_usagerecord u
        LEFT JOIN layers_meter m ON m.id = u.meter_id LEFT JOIN layers_supplyfacility f ON f.id = u.facility_id
        LEFT JOIN LATERAL (
            SELECT w.found_region_id FROM layers_meter_users x JOIN layers_wateruser w ON w.id = x.wateruser_id
            WHERE x.meter_id = m.id AND w.geom IS NOT NULL ORDER BY w.found_region_id IS NULL, w.code COLLATE "C" LIMIT 1
        ) user_at ON m.geom IS NULL
        JOIN layers_region r ON r.code = %(code)s AND r.id IN (
            u.region_id, m.found_region_id, user_at.found_region_id,
            CASE WHEN f.kind >= 3 THEN f.found_region_id END
        )
        WHERE u.month = '2019-07-01' AND u.purpose <> 1
        """,
        {"code": code},
    )
    rows = get(city, f"/api/stats?level=village&period=2019-07&resident=no&parent={code}")["rows"]
    assert [(row["code"], row["volume_l"]) for row in rows] == [(code, expected)]


# --- as in production -----------------------------------------------------------------------------------------------


def test_clusters_of_wells_add_up_at_low_zooms(city: City) -> None:
    ((placed,),) = city.sql("SELECT count(*) FROM layers_well WHERE geom IS NOT NULL")
    for z in (5, 8):
        points = city.sql(
            "SELECT DISTINCT floor((ST_X(geom_3857) + %(h)s) / %(s)s)::int, floor((%(h)s - ST_Y(geom_3857)) / %(s)s)::int"
            " FROM layers_well WHERE geom IS NOT NULL",
            {"h": HALF, "s": 2 * HALF / 2**z},
        )
        counted = 0
        for x, y in points:
            _, _, body = ask(city, f"/tiles/well/{z}/{x}/{y}.pbf")
            counted += sum(f["properties"]["count"] for f in mapbox_vector_tile.decode(body)["well"]["features"])
        assert counted == placed, z


def test_the_server_is_as_in_production(city: City) -> None:
    status, headers, body = ask(city, "/no-such-page")
    assert status == 404
    assert b"urlpatterns" not in body  # no debug page
    status, headers, _ = ask(city, "/")
    assert status == 200
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    _, headers, _ = ask(city, "/api/stats?level=village&period=2019")
    assert headers["content-encoding"] == "gzip"
    status, _, body = ask(city, "/api/stats?level=village&period=2019", **{"If-None-Match": headers["etag"]})
    assert (status, body) == (304, b"")


def test_nothing_from_other_hosts_is_named_in_what_is_served(city: City) -> None:
    for path in ("/", "/about", "/styles/map.json", "/tiles/district.json", "/api/docs"):
        status, _, body = ask(city, path)
        assert status == 200, path
        text = body.decode().replace(city.url, "")
        for attribute in ('src="http', "src='http", '"tiles":["http', 'rel="stylesheet" href="http', "url(http"):
            assert attribute not in text, path
