"""An independent client of OGC API: OWSLib."""

from __future__ import annotations

from owslib.ogcapi.features import Features

from tests.city import City


def test_owslib_finds_and_reads_the_collections(city: City) -> None:
    service = Features(f"{city.url}/ogc/")
    assert {"district", "well", "meter"} <= set(service.feature_collections())
    told = service.collection("well")
    ((count, west, south, east, north),) = city.sql(
        "SELECT n, ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)"
        " FROM (SELECT count(*) AS n, ST_Extent(geom) AS e FROM layers_well) AS found"
    )
    assert told["itemCount"] == count
    assert [round(side, 6) for side in told["extent"]["spatial"]["bbox"][0]] == [
        round(side, 6) for side in (west, south, east, north)
    ]


def test_owslib_filters_by_cql_text(city: City) -> None:
    service = Features(f"{city.url}/ogc/")
    found = service.collection_items("well", limit=5, filter="use = 'geothermal' AND depth_m > 1000")
    ((count,),) = city.sql("SELECT count(*) FROM layers_well WHERE use = 7 AND depth_m > 1000")
    assert found["numberMatched"] == count > 0
    assert {one["properties"]["use"] for one in found["features"]} == {"geothermal"}


def test_owslib_reads_the_queryables(city: City) -> None:
    queryables = Features(f"{city.url}/ogc/").collection_queryables("well")
    assert queryables["properties"]["use"]["enum"][0] == "supply"
