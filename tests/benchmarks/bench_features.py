"""Features out of the database: the stream against djangorestframework-gis's serializer and against bare SQL, in one run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from tests.benchmarks import harness

TITLE = "Features: 60,000 wells as GeoJSON, and pages of OGC API, against the serializer and the bare SQL"
LAYER = "well"
# What PostGIS itself makes of the same columns, ids instead of slugs and codes: no server can ask for less.
BARE = """
SELECT json_build_object('type', 'FeatureCollection', 'features', json_agg(ST_AsGeoJSON(t.*, 'geom', 7)::json))::text
FROM (SELECT id, code, name, use, metering, depth_m, year_built, status, declared_region_id, found_region_id,
             position_quality, geom FROM layers_well{where} ORDER BY id{page}) t
"""
PAGES = (
    ("page of 1,000, the first", "limit=1000", "", " LIMIT 1000"),
    ("page of 1,000, the last", "limit=1000&offset=59000", "", " LIMIT 1000 OFFSET 59000"),
    ("page of 5,000, the first", "limit=5000", "", " LIMIT 5000"),
    ("page of 1,000, in EPSG:4548", "limit=1000&crs=EPSG:4548", "", " LIMIT 1000"),
    ("page of 1,000, by CQL2", "limit=1000&filter=" + quote("depth_m > 100"), " WHERE depth_m > 100", " LIMIT 1000"),
)


def _measured(ours: Callable[[], object], reference: Callable[[], object], name: str, calls: int) -> list[str]:
    pair = harness.Pair()
    for _ in range(calls):
        pair.take(ours, reference)
    return pair.row(name)


def measure() -> str:
    harness.serving_setup()
    from django.db import connection
    from django.test import Client

    from layers import filters, registry
    from layers.features import FeatureQuery, counts, stream
    from layers.feeds.features import feature_list
    from layers.feeds.serializers import feature_serializer
    from layers.http.encoding import dumps
    from tests.second_voice import objects

    layer, client = registry.layer(LAYER), Client()

    def streamed() -> int:
        with stream.geojson(FeatureQuery(layer)) as batches:
            return sum(len(batch) for batch in batches)

    def bare(where: str = "", page: str = "") -> Any:
        with connection.cursor() as cursor:
            cursor.execute(BARE.format(where=where, page=page))
            return cursor.fetchone()

    def serialized() -> int:
        return len(dumps(feature_serializer(layer)(objects(layer), many=True).data))

    def paged(number: int, serializer: bool) -> None:
        """A page of the JSON API, and what the serializer would take for it."""
        if serializer:
            dumps(feature_serializer(layer)(objects(layer)[number : number + 1000], many=True).data)
        else:
            dumps(feature_list(layer, {"offset": str(number)}, ""))

    def asked(query: str) -> None:
        answer = client.get(f"/ogc/collections/{LAYER}/items?{query}", HTTP_HOST="localhost")
        assert answer.status_code == 200

    def counted() -> int:
        return FeatureQuery(layer, filters.parse(layer, {"use": "irrigation"})).count()

    def counted_anew() -> int:
        counts._answers.forget()
        return counted()

    streamed()
    lines = [
        _measured(serialized, streamed, "all wells by the serializer, against the stream", 3),
        _measured(streamed, bare, "all wells by the stream, against the bare SQL", 7),
        *(
            _measured(
                partial(paged, at, False),
                partial(paged, at, True),
                f"JSON API, 1,000 from {at:,}, against the serializer",
                7,
            )
            for at in (0, 59_000)
        ),
        *(_measured(partial(asked, q), partial(bare, where, page), name, 15) for name, q, where, page in PAGES),
        _measured(counted, counted_anew, "numberMatched of a filter, kept, against counted", 15),
    ]
    return harness.table(harness.HEAD, lines)
