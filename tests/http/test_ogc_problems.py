"""Whatever OGC API is asked wrongly: 400 or 404 with what is allowed, never 500, never a silent no."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from layers.crs import ALLOWED
from tests import factories as make
from tests.factories import A

pytestmark = pytest.mark.django_db
I = "/ogc/collections/well/items"  # noqa: E741
R = "/ogc/collections/village/items"
TELLTALES = ("psycopg", "SELECT", "relation", "Traceback", "layers_", "django")


@pytest.fixture(autouse=True)
def city() -> None:
    grid = make.make_grid()
    make.WellFactory(code="W1", depth_m=10)
    make.UsageFactory(region=grid[A])
    grid.settle()


@pytest.mark.parametrize(
    ("url", "status", "param"),
    [
        ("/ogc/?x=1", 400, "x"),
        ("/ogc/?f=xml", 400, "f"),
        ("/ogc/conformance?limit=1", 400, "limit"),
        ("/ogc/api?f=yaml", 400, "f"),
        ("/ogc/collections?x=1", 400, "x"),
        ("/ogc/collections/lake", 404, "layer"),
        ("/ogc/collections/dUmmYColLection", 404, "layer"),
        ("/ogc/collections/lake/items", 404, "layer"),
        ("/ogc/collections/lake/queryables", 404, "layer"),
        ("/ogc/collections/lake/schema", 404, "layer"),
        ("/ogc/collections/well/nothing", 404, None),
        (f"{I}/W999", 404, "featureId"),
        (f"{I}/99999999", 404, "featureId"),
        (f"{I}/{'9' * 60}", 404, "featureId"),
        ("/ogc/collections/usage/items/x", 404, "featureId"),
        (f"{I}/W1?limit=1", 400, "limit"),
        (f"{I}/W1?crs=EPSG:1", 400, "crs"),
        (f"{I}?unknown=1", 400, "unknown"),
        (f"{I}?limit=0", 400, "limit"),
        (f"{I}?limit=-1", 400, "limit"),
        (f"{I}?limit=1.5", 400, "limit"),
        (f"{I}?limit=many", 400, "limit"),
        (f"{I}?limit=1&limit=2", 400, "limit"),
        (f"{I}?offset=-1", 400, "offset"),
        (f"{I}?offset=1{'0' * 12}", 400, "offset"),
        (f"{I}?bbox=1,2,3", 400, "bbox"),
        (f"{I}?bbox=a,b,c,d", 400, "bbox"),
        (f"{I}?bbox=116,41,117,40", 400, "bbox"),
        (f"{I}?bbox=39,116,40,117&bbox-crs=EPSG:4490&crs=nope", 400, "crs"),
        (f"{I}?bbox=1,2,3,4&bbox-crs=EPSG:9999", 400, "bbox-crs"),
        (f"{I}?crs=http://www.opengis.net/def/crs/EPSG/0/2000", 400, "crs"),
        (f"{I}?datetime=yesterday", 400, "datetime"),
        (f"{I}?datetime=2019-12-31/2019-01-01", 400, "datetime"),
        (f"{I}?sortby=nope", 400, "sortby"),
        (f"{I}?properties=nope", 400, "properties"),
        (f"{I}?skipGeometry=perhaps", 400, "skipGeometry"),
        (f"{I}?resultType=some", 400, "resultType"),
        (f"{I}?resultType=hits&f=csv", 400, "f"),
        (f"{I}?f=geojsonseq&crs=EPSG:4548", 400, "crs"),
        (f"{I}?filter-lang=sql", 400, "filter-lang"),
        (f"{I}?filter-crs=EPSG:9999", 400, "filter-crs"),
        (f"{I}?filter=depth_m%20%3E", 400, "filter"),
        (f"{I}?filter=nope%3D1", 400, "filter"),
        (f"{I}?filter=%7B%22op%22", 400, "filter"),
        (f"{I}?filter=1&filter-lang=cql2-json", 400, "filter"),
        (f"{I}?filter={quote('depth_m * 1e308 * 1e308 > 1')}", 400, "filter"),
        (f"{I}?filter={'(' * 3000}", 400, "filter"),
        (f"{I}?filter={'a' * 30000}", 400, "filter"),
        (f"{I}?filter=name%3D%27%00%27", 400, "filter"),
        (f"{I}?depth_m=deep", 400, "depth_m"),
        (f"{I}?within=110199", 404, "within"),
        (f"{I}?within=x", 400, "within"),
        (f"{R}?region=110101", 400, "region"),
        ("/ogc/collections/permit/items?within=110101", 400, "within"),
        (f"{I}?period=2019", 400, "period"),
        (f"{I}?f=xml", 400, "f"),
        (f"{R}?period=2018", 404, "period"),
        (f"{R}?period=soon", 400, "period"),
        (f"{R}?sortby=volume_l", 400, "sortby"),
        (f"{R}?source=sea", 400, "source"),
        ("/ogc/collections/usage/items?month=soon", 400, "month"),
        ("/ogc/collections/usage/items?month=0000-01", 400, "month"),
        (f"{I}?limit=", 400, "limit"),
        (f"{I}?bbox=", 400, "bbox"),
        (f"{I}?datetime=", 400, "datetime"),
        (f"{I}?filter=", 400, "filter"),
        (f"{I}?use=", 400, "use"),
        (f"{I}?f=", 400, "f"),
        (f"{I}/W1?crs=", 400, "crs"),
        ("/ogc/?f=", 400, "f"),
        (f"{I}?limit=1000000", 400, "limit"),
        ("/ogc/tiles/Nope", 404, "tileMatrixSetId"),
        ("/ogc/tileMatrixSets/Nope", 404, "tileMatrixSetId"),
        ("/ogc/collections/permit/tiles", 404, "layer"),
        ("/ogc/collections/well/tiles/WebMercatorQuad/17/0/0", 404, "tileMatrix"),
        ("/ogc/collections/well/tiles/WebMercatorQuad/x/0/0", 404, "tileMatrix"),
        ("/ogc/collections/well/tiles/WebMercatorQuad/14/0/0", 404, "tileRow"),
        (f"/ogc/tiles/WebMercatorQuad/5/{'9' * 30}/0", 404, "tileRow"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(client: Client, url: str, status: int, param: str | None) -> None:
    response = client.get(url)
    assert response.status_code == status, (url, response.content[:300])
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body.get("param")) == (status, param)
    assert body["detail"]
    text = response.content.decode()
    assert not [word for word in TELLTALES if word in text]


def test_what_is_allowed_is_told(client: Client) -> None:
    assert client.get(f"{I}?crs=EPSG:1").json()["allowed"] == ALLOWED
    assert client.get(f"{I}?limit=0").json()["allowed"] == ["1..10000"]
    assert "depth_m" in client.get(f"{I}?filter=nope%3D1").json()["allowed"]
    assert "bbox-crs" in client.get(f"{I}?bboxcrs=1").json()["allowed"]
    assert "at character 10" in client.get(f"{I}?filter=depth_m%20%3E").json()["detail"]
