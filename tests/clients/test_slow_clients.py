"""The web process and clients that take their time: real connections to a real gunicorn, on a small site of its own."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from geoapp import serve
from geoapp.serving import arrival, refusals, worker
from tests.city import ROOT, free_port

THREADS = 2
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Site:
    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self.access_log = log

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        """From this machine, which is told to be a proxy of ours, or from another address of it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30, source_address=(source, 0))

    def get(self, path: str = "/", **headers: str) -> tuple[int, bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(link):
            link.request("GET", path, headers=headers)
            answer = link.getresponse()
            return answer.status, answer.read()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site")
    port = free_port()
    command = [*serve.command(f"127.0.0.1:{port}")[:-1], "tests.serving_app:application"]
    environment = {**os.environ, "SHUITU_STATE": str(home), "WEB_WORKERS": "1", "WEB_THREADS": str(THREADS)}
    environment |= {"STREAM_IDLE_SECONDS": "2", "TRUSTED_PROXIES": "127.0.0.1"}
    with (home / "out").open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    found = Site(port, home / "access" / "access.log")
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                if found.get()[0] == 200:
                    break
            time.sleep(0.05)
        else:
            pytest.fail((home / "out").read_text())
        yield found
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def holding(site: Site) -> Iterator[list[socket.socket]]:
    """Connections that a test holds; closed behind it."""
    held: list[socket.socket] = []
    yield held
    for link in held:
        link.close()


def answer(link: socket.socket) -> tuple[int, bytes]:
    """The next answer on a connection: its status and body."""
    found = http.client.HTTPResponse(link)
    found.begin()
    return found.status, found.read()


def read_all(link: socket.socket) -> bytes:
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while block := link.recv(1 << 16):
            data += block
    return data


def test_held_heads_and_bodies_hold_no_thread(site: Site, holding: list[socket.socket]) -> None:
    for number in range(4 * THREADS):
        link = site.connect()
        half = b"GET / HTTP/1.1\r\nHo" if number % 2 else b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n123"
        link.sendall(half)
        holding.append(link)
    assert [site.get()[0] for _ in range(3)] == [200, 200, 200]
    holding[1].sendall(b"st: x\r\n\r\n")  # and who finishes after all is answered
    assert answer(holding[1]) == (200, b"127.0.0.1 0")
    holding[0].sendall(b"4567890")
    assert answer(holding[0]) == (200, b"127.0.0.1 10")


def test_a_connection_that_says_nothing_holds_no_thread(site: Site, holding: list[socket.socket]) -> None:
    holding += [site.connect() for _ in range(4 * THREADS)]
    assert site.get()[0] == 200


def test_one_client_has_a_bound_of_unfinished_requests_and_the_oldest_goes(
    site: Site, holding: list[socket.socket]
) -> None:
    for _ in range(worker.UNFINISHED_OF_ONE + 10):
        link = site.connect("127.0.0.2")
        link.sendall(b"GET / HTTP/1.1\r\n")
        holding.append(link)
    assert read_all(holding[0]).startswith(b"HTTP/1.1 408 ")  # long before its own time is over
    holding[-1].sendall(b"Host: x\r\n\r\n")
    assert answer(holding[-1])[0] == 200
    with contextlib.closing(site.connect("127.0.0.2")) as link:  # the same client, when it asks as others do
        link.sendall(GET)
        assert answer(link)[0] == 200


def test_a_proxy_of_ours_has_no_such_bound(site: Site, holding: list[socket.socket]) -> None:
    for _ in range(worker.UNFINISHED_OF_ONE + 10):
        link = site.connect()
        link.sendall(b"GET / HTTP/1.1\r\n")
        holding.append(link)
    holding[0].sendall(b"Host: x\r\n\r\n")
    assert answer(holding[0])[0] == 200


def test_a_head_that_does_not_end_is_answered_408(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with contextlib.closing(site.connect()) as link:
        link.sendall(b"GET / HTTP/1.1\r\n")
        begun = time.monotonic()
        assert read_all(link).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - begun >= arrival.HEAD_SECONDS - 1


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 100_000, 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n", 411),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000, 431),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\nHost: x\r\n\r\n", 400),
    ],
)
def test_what_is_not_taken_is_told_and_not_just_cut_off(site: Site, request_head: bytes, status: int) -> None:
    with contextlib.closing(site.connect()) as link:
        link.sendall(request_head)
        assert read_all(link).startswith(f"HTTP/1.1 {status} ".encode())


def test_requests_sent_at_once_are_answered_in_their_order(site: Site) -> None:
    """Pipelined, the last one in pieces."""
    with contextlib.closing(site.connect()) as link:
        body = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        link.sendall(GET + body + GET[:10])
        time.sleep(0.2)
        link.sendall(GET[10:].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        answers = read_all(link).split(b"HTTP/1.1 200 OK")[1:]
    assert [answer.rsplit(b" ", 1)[1] for answer in answers] == [b"0", b"3", b"0"]


def test_a_connection_is_kept_for_the_next_request(site: Site) -> None:
    link = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    with contextlib.closing(link):
        for _ in range(5):
            link.request("GET", "/?100000")
            assert len(link.getresponse().read()) == 100_000


def test_slow_readers_of_answers_hold_no_thread_and_get_all_of_it(site: Site, holding: list[socket.socket]) -> None:
    size = 3_000_000
    for _ in range(4 * THREADS):
        link = socket.socket()
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.settimeout(30)
        link.connect(("127.0.0.1", site.port))
        link.sendall(f"GET /?{size} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        holding.append(link)
    time.sleep(0.3)
    assert site.get()[0] == 200
    assert len(read_all(holding[0]).partition(b"\r\n\r\n")[2]) == size


def test_a_reader_of_a_long_file_who_stops_is_given_up(site: Site, holding: list[socket.socket]) -> None:
    """Longer than what is kept: the thread waits for who reads on, and not for who does not."""
    for _ in range(4):  # all the threads of the lane of files
        link = site.connect()
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.sendall(b"GET /feeds/stream HTTP/1.1\r\nHost: x\r\n\r\n")
        holding.append(link)
    time.sleep(0.3)
    assert site.get("/")[0] == 200  # another lane
    assert len(site.get("/feeds/stream")[1]) == 64 << 20  # in its turn, when they were given up


def test_dear_questions_hold_up_no_light_ones(site: Site, holding: list[socket.socket]) -> None:
    for _ in range(10):
        link = site.connect()
        link.sendall(b"GET /api/explain/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        holding.append(link)
    begun = time.monotonic()
    assert site.get()[0] == 200
    light = time.monotonic() - begun
    assert all(read_all(link).startswith(b"HTTP/1.1 200 ") for link in holding)
    assert light < time.monotonic() - begun  # it was answered before they were


def test_the_site_and_its_log_know_the_asker_behind_a_proxy(site: Site) -> None:
    assert site.get("/", **{"X-Forwarded-For": "6.6.6.6, 10.1.2.3"})[1] == b"10.1.2.3 0"
    assert site.get("/?7")[1] == b"x" * 7
    lines = site.access_log.read_text().splitlines()
    assert any(' 10.1.2.3 "GET /" 200 10 B ' in line for line in lines)
    assert all("+08:00 " in line for line in lines)
    assert site.access_log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("source", "scheme"), [("127.0.0.1", "https"), ("127.0.0.9", "http")])
def test_only_a_proxy_of_ours_says_that_it_was_https(site: Site, source: str, scheme: str) -> None:
    """A stranger's header makes no link of ours https."""
    link = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30, source_address=(source, 0))
    with contextlib.closing(link):
        link.request("GET", "/scheme", headers={"X-Forwarded-Proto": "https"})
        assert link.getresponse().read().decode() == scheme
        link.request("GET", "/scheme", headers={"X-Forwarded-Ssl": "on", "X-Forwarded-Protocol": "ssl"})
        assert link.getresponse().read().decode() == "http"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nhunter2 inside\r\n\r\n", 400),
        (b"<hunter2> / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/7.3\r\nHost: x\r\n\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    ],
)
def test_what_is_no_request_is_told_so_and_not_quoted(site: Site, head: bytes, status: int) -> None:
    with contextlib.closing(site.connect()) as link:
        link.sendall(head)
        found = http.client.HTTPResponse(link)
        found.begin()
        body = found.read()
    assert found.status == status
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert body == refusals.answer(status).partition(b"\r\n\r\n")[2]
    assert site.get()[0] == 200
