"""What the bound on askers costs a request, against the same request without it: in time of the processor, whoever else works."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import harness
from tests.benchmarks.harness import Pair

TITLE = "What it costs to bound each asker, a request (against the same request unbounded)"
CALLS = 10_000
ROUNDS = 9


def _processor(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def measure() -> str:
    harness.django_setup()
    from django.conf import settings
    from django.http import HttpRequest, HttpResponse
    from django.test import RequestFactory

    from geoapp.walls import headers, ids, limits, rates

    with tempfile.TemporaryDirectory() as folder:
        settings.STATE_DIR = Path(folder)
        settings.LIMITS, settings.LIMIT_BURST = True, 10_000_000
        made = HttpResponse(b"x")

        def view(request: HttpRequest) -> HttpResponse:
            return made

        bound = rates.bound(view)
        walled = headers.put(lambda request: HttpResponse(b"x"))
        plain = lambda request: HttpResponse(b"x")  # noqa: E731
        named = ids.give(view)
        requests = [
            RequestFactory().get(f"/tiles/well/14/{number}/3.pbf", REMOTE_ADDR=f"10.0.{number % 200}.7")
            for number in range(200)
        ]
        table = limits.Buckets(Path(folder) / "alone")
        bucket = limits.Bucket(10_000_000, 1000)

        def many(work: Callable[[HttpRequest], object]) -> Callable[[], None]:
            def run() -> None:
                for number in range(CALLS):
                    work(requests[number % 200])

            return run

        pairs = {
            "one bucket alone (200 askers)": (
                lambda request: table.take("10.0.0.1", 1.0, bucket),
                lambda request: None,
            ),
            "the bound: who asks, its lane, its bucket": (bound, view),
            "the headers": (walled, plain),
            "the id": (named, view),
        }
        lines = []
        for name, (ours, reference) in pairs.items():
            pair = Pair()
            for _ in range(ROUNDS):
                pair.reference.append(_processor(many(reference)))
                pair.ours.append(_processor(many(ours)))
            lines.append(pair.row(name, scale=1e6 / CALLS, digits=2))
    return harness.table([word.replace("ms", "µs a request") for word in harness.HEAD], lines)
