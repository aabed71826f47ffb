"""Personal tokens as desktops send them: GDAL's own programs, and QGIS with its store of log-ins and the project that names it."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from geoapp.accounts import tokens
from geoapp.accounts.models import PersonalToken
from tests import factories as make
from tests.accounts import person, token
from tests.clients.test_qgis import PYTHON
from tests.clients.watcher import watching

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(__file__).with_name("qgis_login.py")


@pytest.fixture
def site(own_server: str) -> str:
    with transaction.atomic():
        grid = make.make_grid()
        make.WellFactory(code="W1")
        grid.settle()
        person()
    return own_server


def ogrinfo(site: str, *config: str) -> subprocess.CompletedProcess[str]:
    words = [word for each in config for word in ("--config", *each.split("=", 1))]
    return subprocess.run(
        ["ogrinfo", "-ro", "-al", "-so", *words, f"OAPIF:{site}/ogc", "well"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("config", ["GDAL_HTTP_HEADERS=Authorization: Bearer {}", "GDAL_HTTP_HEADERS=X-API-Key: {}", "GDAL_HTTP_USERPWD=wang:{}"])  # fmt: skip
def test_gdal_reads_with_one_and_not_with_a_revoked_one(site: str, config: str) -> None:
    text = token(User.objects.get())
    done = ogrinfo(site, config.format(text))
    assert "Feature Count: 1" in done.stdout, done.stderr
    assert PersonalToken.objects.get().last_used_at
    tokens.revoke(PersonalToken.objects.all())
    done = ogrinfo(site, config.format(text))
    assert "401" in done.stderr and "Feature Count" not in done.stdout


@pytest.mark.qgis
@pytest.mark.skipif(not Path("/usr/lib/python3/dist-packages/qgis").exists(), reason="./shuitu test installs QGIS")
@pytest.mark.parametrize("method", ["Basic", "EsriToken"])
def test_qgis_reads_with_what_its_store_holds_and_the_project_names(site: str, tmp_path: Path, method: str) -> None:
    text = token(User.objects.get())
    project = tmp_path / "shuitu.qgz"
    environment: dict[str, Any] = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path),
        "QGIS_AUTH_DB_DIR_PATH": str(tmp_path), "TOKEN": text,
    }  # fmt: skip
    environment.pop("PYTHONPATH", None)
    with watching(site) as watched:
        urllib.request.urlretrieve(f"{watched.url}/desktop/shuitu.qgz?auth=1", project)
        assert not any(part.encode() in project.read_bytes() for part in (text, "shuitu_"))
        command = [*PYTHON, str(SCRIPT), str(project), method]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout.splitlines()[-1])
    assert told["stored"] and told["rows"] == ["W1"]
    assert told["broken"] == []
    assert PersonalToken.objects.get().last_used_at
    assert told["authcfg"] == {"OAPIF": "shuitu1", "vectortile": "shuitu1"}
    assert any(path.startswith("/ogc/collections/well/items") for path in watched.signed)
    assert told["errors"] == [] and any(path.startswith("/tiles/well/") for path in watched.signed)
