"""`python -m tests.benchmarks.attacks NAME PORT SECONDS`: one client that means no good, against a server on this machine.

Loopback only, bounded in connections and time. Each is what was seen to stop the service once.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Target:
    port: int
    until: float

    @property
    def running(self) -> bool:
        return time.monotonic() < self.until

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, path: str, body: str = "", cookie: str = "") -> bytes:
        """One request, the whole answer."""
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        if body:
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        if cookie:
            head += f"Cookie: {cookie}\r\nReferer: http://127.0.0.1/\r\n"
        reader, writer = await self.open()
        with contextlib.closing(writer):
            writer.write(f"{head}\r\n{body}".encode())
            return await reader.read()


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
        with contextlib.suppress(OSError, IndexError):
            told = (await target.ask(page)).decode("utf-8", "replace")
            cookies = [
                line.split(": ", 1)[1].split(";")[0]
                for line in told.split("\r\n")
                if line.lower().startswith("set-cookie")
            ]
            token = next(cookie.split("=", 1)[1] for cookie in cookies if cookie.startswith("csrftoken="))
            for _ in range(20):
                body = urlencode({**form(), "csrfmiddlewaretoken": token})
                await target.ask(path, body, "; ".join(cookies))
        await asyncio.sleep(0.05)


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
    "20 who guess passwords": lambda t: [
        post_on(t, "/admin/login/", "/admin/login/", lambda: {"username": "admin", "password": str(random.random())})
        for _ in range(20)
    ],
    "empty tiles without end": lambda t: [ask_on(t, empty_tile) for _ in range(4)],
}


async def attack(name: str, port: int, seconds: float) -> None:
    target = Target(port, time.monotonic() + seconds)
    tasks = [asyncio.ensure_future(one) for one in ATTACKS[name](target)]
    await asyncio.wait(tasks, timeout=seconds + 1)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(attack(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
