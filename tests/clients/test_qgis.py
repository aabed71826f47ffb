"""QGIS itself, without a screen, on the running city. `./shuitu test` installs it; it is run by the system's Python."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from geoapp.colors import SEQUENTIAL
from layers.registry import IMPORTED
from tests.city import City
from tests.clients.watcher import Watched, watching

pytestmark = [
    pytest.mark.qgis,
    pytest.mark.skipif(not Path("/usr/lib/python3/dist-packages/qgis").exists(), reason="./shuitu test installs QGIS"),
]
# Another QGIS than the machine's is tried by the command that runs its Python.
PYTHON = shlex.split(os.environ.get("QGIS_PYTHON", "/usr/bin/python3"))
SCRIPT = Path(__file__).with_name("qgis_session.py")
OPERATOR = "排水集团"
PUSHES_FILTERS = 33000  # QGIS_VERSION_INT from which CQL2 is sent
KNOWS_PART_2 = 33000


@pytest.fixture(scope="module")
def session(city: City, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Watched]:
    """What one session of QGIS made of the server, and what it asked."""
    home = tmp_path_factory.mktemp("qgis")
    project = home / "shuitu.qgz"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    environment.pop("PYTHONPATH", None)
    with watching(city.url) as watched:
        urllib.request.urlretrieve(f"{watched.url}/desktop/shuitu.qgz", project)
        command = [*PYTHON, str(SCRIPT), watched.url, str(project), str(home / "map.png"), OPERATOR]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), watched


def positions(city: City, srid: int) -> dict[str, list[float]]:
    return {
        code: [x, y]
        for code, x, y in city.sql(
            f"SELECT code, ST_X(p), ST_Y(p) FROM (SELECT code, ST_Transform(geom, {srid}) AS p FROM layers_surfaceintake) f"
        )
    }


def test_a_layer_is_valid_with_every_feature_and_field(city: City, session: tuple[dict[str, Any], Watched]) -> None:
    found = session[0]["intakes"]
    assert found["valid"]
    assert found["fields"] == ["code", "name", "water_body", "region", "found_region", "position_quality"]
    wanted = positions(city, 4490)
    assert set(found["rows"]) == set(wanted)
    assert all(found["rows"][code] == pytest.approx(point, abs=1e-7) for code, point in wanted.items())


@pytest.mark.parametrize("srid", [4490, 4548])
def test_it_draws_each_feature_where_it_is(city: City, session: tuple[dict[str, Any], Watched], srid: int) -> None:
    wanted = positions(city, srid)
    exact = 1e-7 if srid == 4490 else 0.02  # metres
    for said in (f"in {srid}", f"asked in {srid}"):
        found = session[0][said]
        rows = found.get("rows", found)
        assert set(rows) == set(wanted)
        if "crs" in found and found["crs"] != f"EPSG:{srid}":  # QGIS before Part 2 asks for no other system
            assert session[0]["version"] < KNOWS_PART_2
            continue
        assert all(rows[code] == pytest.approx(point, abs=exact) for code, point in wanted.items())


def test_more_than_a_page_comes_whole(city: City, session: tuple[dict[str, Any], Watched]) -> None:
    ((count,),) = city.sql("SELECT count(*) FROM layers_abstractionpermit")
    assert session[0]["paged"] == count > 10_000


def test_a_subset_holds_what_the_filter_says(city: City, session: tuple[dict[str, Any], Watched]) -> None:
    """Sent to the server by QGIS that knows CQL2; before, it filters what it has fetched. Either way the rows are right."""
    told, watched = session
    assert told["subset"]["accepted"]
    wanted = city.sql("SELECT code FROM layers_sewageplant WHERE kind = 1 AND operator = %s", [OPERATOR])
    assert sorted(told["subset"]["rows"]) == sorted(code for (code,) in wanted)
    assert wanted
    sent = [query for query in watched.queries("/ogc/collections/sewage_plant/items") if "filter" in query]
    assert bool(sent) == (told["version"] >= PUSHES_FILTERS)


def test_vector_tiles_are_valid(session: tuple[dict[str, Any], Watched]) -> None:
    assert session[0]["tiles"] == {"valid": True, "zooms": [0, 12]}


def test_the_ready_project_opens_with_no_broken_layer(session: tuple[dict[str, Any], Watched]) -> None:
    found = session[0]["project"]
    assert (found["read"], found["crs"], found["errors"]) == (True, "EPSG:4548", [])
    assert [name for name, valid in found["layers"].items() if not valid] == []
    # Of what lies underneath the demo city has waters alone, and the project names what there is.
    there = [layer.id for layer in IMPORTED if layer.stage != "ground" or layer.id == "water_body"]
    assert {f"shuitu_{name}_features" for name in there} <= set(found["layers"])
    assert found["groups"] == ["取水", "供水", "用水", "排水", "底图", "2019 网格用水量", "2019 分区用水量", "行政区划"]


def test_the_project_draws_the_classes_of_the_web_map(session: tuple[dict[str, Any], Watched]) -> None:
    """All six colours of the choropleth are on the map that it opens with."""
    assert set(SEQUENTIAL) <= set(session[0]["project"]["colors"])


def test_the_project_draws_the_grid_in_its_classes(session: tuple[dict[str, Any], Watched]) -> None:
    """Thirty kilometres of the inner city: every class is among its cells."""
    found = session[0]["project"]["grid"]
    assert found["errors"] == []
    assert set(SEQUENTIAL) <= set(found["colors"])
