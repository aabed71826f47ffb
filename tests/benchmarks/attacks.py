"""`python -m tests.benchmarks.attacks NAME PORT SECONDS`: one client that means no good, against a server on this machine.

Loopback only, bounded in connections and time. Each is what was seen to stop the service once.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from geoapp import state
from tests import workbooks

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Target:
    port: int
    until: float

    @property
    def running(self) -> bool:
        return time.monotonic() < self.until

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, path: str, body: bytes = b"", cookie: str = "", kind: str = _FORM) -> bytes:
        """One request, the whole answer."""
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        if body:
            head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        if cookie:
            head += f"Cookie: {cookie}\r\nReferer: http://127.0.0.1/\r\n"
        reader, writer = await self.open()
        with contextlib.closing(writer):
            writer.write(f"{head}\r\n".encode() + body)
            return await reader.read()

    async def cookies(self, path: str, *asked: Any) -> dict[str, str]:
        """What an answer sets, by name; IndexError where it sets nothing."""
        head = (await self.ask(path, *asked)).split(b"\r\n\r\n")[0].decode("latin-1")
        lines = [line.split(": ", 1)[1] for line in head.split("\r\n") if line.lower().startswith("set-cookie: ")]
        return dict(line.split(";")[0].split("=", 1) for line in lines)


async def drip(target: Target, start: bytes) -> None:
    """Sends a beginning, then a byte a second; begins again when it is thrown out."""
    while target.running:
        with contextlib.suppress(OSError):
            _, writer = await target.open()
            with contextlib.closing(writer):
                writer.write(start)
                while target.running and not writer.is_closing():
                    await asyncio.sleep(1)
                    writer.write(b"x")
                    await writer.drain()
        await asyncio.sleep(0.5)


async def take_nothing(target: Target, path: str) -> None:
    while target.running:
        with contextlib.suppress(OSError):
            reader, writer = await target.open()
            reader._limit = 1  # type: ignore[attr-defined] # asyncio stops reading from the socket
            with contextlib.closing(writer):
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
                await asyncio.sleep(max(0.0, min(20.0, target.until - time.monotonic())))


async def ask_on(target: Target, paths: Callable[[], str]) -> None:
    while target.running:
        with contextlib.suppress(OSError):
            await target.ask(paths())
        await asyncio.sleep(0.01)


async def post_on(target: Target, page: str, path: str, form: Callable[[], dict[str, str]]) -> None:
    """A form of the site, sent again and again, with the token that its page gives."""
    while target.running:
        with contextlib.suppress(OSError, KeyError):
            cookies = await target.cookies(page)
            for _ in range(20):
                body = urlencode({**form(), "csrfmiddlewaretoken": cookies["csrftoken"]})
                await target.ask(path, body.encode(), _sent_back(cookies))
        await asyncio.sleep(0.05)


async def import_on(target: Target, workbook: bytes, at_once: int) -> None:
    """A workbook put on the desk, again and again, by an administrator who has logged in.

    Each is taken, or refused in words while too many wait; any other answer ends the attack, for then it attacks nothing.
    """
    cookies = await target.cookies("/account/login")
    password = (state.state_dir() / "admin_password").read_text().strip()
    login = urlencode({"username": "admin", "password": password, "csrfmiddlewaretoken": cookies["csrftoken"]})
    cookies |= await target.cookies("/account/login", login.encode(), _sent_back(cookies))
    edge = "far-cell"
    fields = {"csrfmiddlewaretoken": cookies["csrftoken"], "target": "well"}
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    file = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
    body = "".join([*parts, file]).encode() + workbook + f"\r\n--{edge}--\r\n".encode()

    async def on() -> None:
        while target.running:
            with contextlib.suppress(OSError):
                answer = await target.ask("/desk/", body, _sent_back(cookies), f"multipart/form-data; boundary={edge}")
                assert answer.startswith((b"HTTP/1.1 302", b"HTTP/1.1 400", b"HTTP/1.1 429", b"HTTP/1.1 503")), answer[
                    :200
                ]
            await asyncio.sleep(0.01)

    await asyncio.gather(*(on() for _ in range(at_once)))


def _sent_back(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def far_workbook() -> bytes:
    """1.4 kB with a word in the last cell that a sheet has."""
    with tempfile.TemporaryDirectory() as folder:
        return workbooks.far(Path(folder) / "far.xlsx", "XFD1048576").read_bytes()


DISTRICTS = [f"1101{number:02}" for number in (1, 2, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19)]
_numbers = itertools.count()


def explained() -> str:
    number = next(_numbers)
    return f"/api/explain?region={DISTRICTS[number % 16]}&period=2019&limit={100 + number // 16 % 900}"


def previewed() -> str:
    number = next(_numbers)
    return f"/reports/preview?region={DISTRICTS[number % 16]}&period=2019-{number // 16 % 12 + 1:02}"


def empty_tile() -> str:
    side = 1 << 16
    return f"/tiles/well/16/{random.randrange(side)}/{random.randrange(side)}.pbf"


def report() -> dict[str, str]:
    number = next(_numbers)
    return {"region": random.choice(DISTRICTS), "period": f"2019-{number % 12 + 1:02}", "formats": "xlsx"}


ATTACKS: dict[str, Callable[[Target], list[Awaitable[None]]]] = {
    "500 held heads": lambda t: [drip(t, b"GET / HTTP/1.1\r\nX: ") for _ in range(500)],
    "100 slow bodies": lambda t: [
        drip(t, b"POST /reports/make HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n") for _ in range(100)
    ],
    "60 readers who take nothing": lambda t: [
        take_nothing(t, "/api/stats/series?level=village") if n % 2 else take_nothing(t, "/feeds/usage.csv")
        for n in range(60)
    ],
    "16 explanations at once": lambda t: [ask_on(t, explained) for _ in range(16)],
    "200 explanations at once": lambda t: [ask_on(t, explained) for _ in range(200)],
    "60 previews at once": lambda t: [ask_on(t, previewed) for _ in range(60)],
    "reports asked for without end": lambda t: [post_on(t, "/reports/", "/reports/make", report)],
    "8 workbooks with a far cell at once": lambda t: [import_on(t, far_workbook(), 8)],
    "20 who guess passwords": lambda t: [
        post_on(t, "/account/login", "/account/login", lambda: {"username": "admin", "password": str(random.random())})
        for _ in range(20)
    ],
    "empty tiles without end": lambda t: [ask_on(t, empty_tile) for _ in range(4)],
}


async def attack(name: str, port: int, seconds: float) -> None:
    target = Target(port, time.monotonic() + seconds)
    tasks = [asyncio.ensure_future(one) for one in ATTACKS[name](target)]
    done, unfinished = await asyncio.wait(tasks, timeout=seconds + 1)
    for task in unfinished:
        task.cancel()
    for task in done:
        task.result()  # an attack that could not begin says so


if __name__ == "__main__":
    asyncio.run(attack(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
