"""The doctor finds a good server well, and tells what is wrong with another."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.management import CommandError, call_command

from tests.city import City


def test_our_server_is_well(city: City) -> None:
    out = io.StringIO()
    call_command("desktop_doctor", city.url, "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["ok"] is True
    clients = {finding["client"] for finding in told["findings"]}
    assert clients == {"QGIS OGC API Features", "GDAL OAPIF", "QGIS vector tiles", "files"}
    assert len(told["findings"]) > 150


@pytest.fixture
def empty_server() -> Iterator[str]:
    """A server that answers everything with an empty document."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *told: object) -> None:
            """Not to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_server_that_is_none_fails_every_series(empty_server: str) -> None:
    out = io.StringIO()
    with pytest.raises(CommandError, match="failed"):
        call_command("desktop_doctor", empty_server, stdout=out)
    assert "Missing information in response" in out.getvalue()
    assert out.getvalue().count("FAIL") >= 4


@pytest.mark.parametrize("url", ["ftp://here", "nothing"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(CommandError, match="no http address"):
        call_command("desktop_doctor", url)
