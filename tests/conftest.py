"""What tests share: caches that forget, the whole demo city, and a browser that tells of every fault."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.test import Client

from tests import city as cities
from tests import databases, emptying, thorough, warm_reader
from tests.answering import Answering
from tests.tongue import french, made  # noqa: F401  # fixtures of every room

# Chromium without windows: of a page it does the same work, for itself a third less.
CHROMIUM = "/usr/bin/chromium-headless-shell"
# Only to give up: what a page is waited for takes a moment, but on a machine with other work. The first for what is expected to
# come, the second for what is pressed and loaded: a page whose map the processor draws takes a press between two pictures.
PATIENCE_MS, PRESS_MS = 40_000, 90_000
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-gl=angle",
    "--use-angle=swiftshader",  # WebGL without a graphics card
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


# The map's own picture is a sixteenth of the pixels, of which each is drawn by the processor: half of what a page costs. Where
# things lie, and what a press on the map meets, is in the page's pixels as ever.
COARSE = "Object.defineProperty(window, 'devicePixelRatio', {get: () => 0.25})"

# Nor are the servers that tests start to be bounded: one address asks them thousands of questions.
os.environ.setdefault("LIMITS", "0")

# The longest files, each longer than those that it stands before. Who shares the tests takes whole files in this order, so that none
# is left at the end with a long one; a file that is not named here takes seconds.
LONGEST = (
    "http/test_hostile_text.py", "http/test_rights_behind.py", "http/test_rights.py", "http/test_rights_random.py", "http/test_rights_hidden.py", "browser/test_sizes.py", "http/test_every_write.py", "http/test_personal_closed.py", "db/test_grid_change.py",
    "http/test_report_made.py", "db/test_official.py", "browser/test_accessible.py", "http/test_report_jobs.py", "http/test_report_atlas.py", "db/test_migrations.py",
    "running/test_users.py", "running/test_keepers.py", "running/test_serving.py",
    "browser/test_take.py", "browser/test_layers.py", "browser/test_grid.py", "browser/test_search.py", "browser/test_outage.py", "http/test_city_numbers.py",
    "browser/test_filters.py", "browser/test_area.py", "clients/test_streams.py",
)  # fmt: skip


def pytest_report_header() -> str:
    return f"tried by turns: {'all' if thorough.WHOLE else f'what has its turn at SHUITU_TEST_TURN={thorough.TURN}'}"


def pytest_collection_finish() -> None:
    """What is there now stays until the end: thousands of tests and all modules, which nobody need look through for garbage again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave those that have their turn on another day; mark what a test needs by its fixtures, and put them in order: files that
    need the city last, as it may still be in the making; of the others and of these the longest first."""
    _leave_to_other_days(config, items)
    in_city = set()
    for item in items:
        for marker in ("city", "browser"):
            if _asks_for(item, marker):
                item.add_marker(marker)
        if item.get_closest_marker("city"):
            in_city.add(item.path)
    longest = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (item.path in in_city, longest.get(item.path, len(LONGEST))))


def _leave_to_other_days(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a file's tests with the mark `turns(n)` every n-th is tried, the next day the next; each of them if it is asked for by name."""
    if thorough.WHOLE or any("::" in word for word in config.args) or config.option.keyword:
        return
    left, seen = [], Counter[Path]()
    for item in items:
        if mark := item.get_closest_marker("turns"):
            begin = thorough.TURN + zlib.crc32(item.path.name.encode())  # not all files with their first on one day
            if (begin + seen[item.path]) % mark.args[0]:
                left.append(item)
            seen[item.path] += 1
    config.hook.pytest_deselected(items=left)
    others = set(left)
    items[:] = [item for item in items if item not in others]


def _asks_for(item: pytest.Item, name: str) -> bool:
    """Whether a test asks for this file's fixture of that name: a module may have another of its own."""
    found = (
        item.session._fixturemanager.getfixturedefs(name, item) if name in getattr(item, "fixturenames", ()) else None
    )
    return bool(found) and found[-1].func.__module__ == __name__


@pytest.fixture(autouse=True)
def _forgetful(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing kept in memory or on disk passes from one test to another, or to a server of this checkout."""
    needs_database = request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & set(
        request.fixturenames
    )
    if not needs_database:
        yield
        return
    from layers.access import sight

    sight._moment.set(None)  # of a stream that a test before left open
    from layers.kept.memory import forget

    forget()
    request.getfixturevalue("monkeypatch").setattr("layers.ingest.apart._start", warm_reader.start)
    settings = request.getfixturevalue("settings")
    settings.STATE_DIR = request.getfixturevalue("tmp_path")
    settings.IMPORT_WORKERS = 0  # the tests are the worker, or start one on their own database
    settings.LIMITS = False  # tests ask thousands of questions from one address; those of the bound itself set it
    settings.OPEN_TO_ALL = ("personal",)  # what a test makes is nobody's; tests of access close it
    # The page's assets need not be built for tests that look at none, nor all of them listed anew for every test's client.
    settings.WHITENOISE_AUTOREFRESH = True
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """From what the tests' own database is made, and how it is asked: by one process, and without waiting for the disk.

    Sums and cells are made with workers for the rest of a transaction (`layers.db.work_on_months`), which in a test is all of it:
    two would be started for every question over a dozen rows. The whole city is asked as in production.
    """
    place = connections["default"].settings_dict
    place["TEST"]["TEMPLATE"] = databases.template(django_settings.DATABASES["default"])
    told = place["OPTIONS"]
    told["options"] = (
        f"{told.get('options', '')} -c max_parallel_workers_per_gather=0 -c synchronous_commit=off".strip()
    )


@pytest.fixture(scope="session", autouse=True)
def _emptied_quickly() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.backends.postgresql.operations.DatabaseOperations.sql_flush", emptying.emptied)
        yield


@pytest.fixture(scope="session")
def city(request: pytest.FixtureRequest) -> Iterator[cities.City]:
    """The whole twelve-month demo city: ``.url`` of a server on it, ``.sql(query, params)`` for reading."""
    shown = sys.stderr if request.config.option.capture == "no" else sys.__stderr__ or sys.stderr
    with cities.running_city(django_settings.DATABASES["default"], shown) as found:
        yield found


class Watch:
    """What a page did wrong: requests to other hosts, messages on the console, uncaught exceptions."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.faults: list[str] = []
        self._allowed: list[str] = []

    def allow(self, pattern: str) -> None:
        """Faults that match are expected in this test."""
        self._allowed.append(pattern)

    def follow(self, page: Any) -> None:
        page.on("request", lambda request: self._request(request.url))
        page.on("console", lambda message: self._console(message))
        page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self.host:
            self.faults.append(f"request to another host: {url}")

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    @property
    def unexpected(self) -> list[str]:
        return [fault for fault in self.faults if not any(re.search(one, fault) for one in self._allowed)]


@pytest.fixture(scope="session")
def _playwright() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)

    # Playwright keeps an event loop in this thread, which Django would take for an asynchronous caller.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(_playwright: Any) -> Iterator[Any]:
    """One headless Chromium for the tests of a file: what hundreds of maps leave in the process that draws is not for the next file."""
    started = _playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
    yield started
    started.close()


@pytest.fixture
def watch(city: cities.City) -> Watch:
    return Watch(urlsplit(city.url).netloc)


@contextlib.contextmanager
def pages_of(browser: Any, address: str, watch: Watch, item: pytest.Item) -> Iterator[Callable[..., Any]]:
    """Makes watched pages of a server, in a browser context of their own each; fails where one did something wrong.

    ``client``: a test client whose session the page has; what else is given is the context's. Nothing slides unless it is
    told to (``reduced_motion="no-preference"``): a picture in between costs a processor as much as the last. The map is drawn
    coarsely, but for a test that looks at what is drawn and says so by its mark `drawn`.
    """
    contexts = []

    def make(client: Client | None = None, **options: Any) -> Any:
        usual = {
            "base_url": address,
            "locale": "zh-CN",
            "viewport": {"width": 1440, "height": 900},
            "reduced_motion": "reduce",
            # What a worker fetches no test sees, nor can it answer instead: one test has it (`browser/test_away.py`).
            "service_workers": "block",
        }
        context = browser.new_context(**usual | options)
        context.set_default_timeout(PRESS_MS)
        contexts.append(context)
        if not item.get_closest_marker("drawn"):
            context.add_init_script(COARSE)
        if client:
            name = django_settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
        opened = context.new_page()
        watch.follow(opened)
        return opened

    yield make
    for context in contexts:
        context.close()
    assert watch.unexpected == []


@pytest.fixture
def new_page(
    browser: Any, city: cities.City, watch: Watch, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Any]]:
    """Makes watched pages: ``new_page(viewport={…}, has_touch=True)``, in a browser context of their own each."""
    with pages_of(browser, city.url, watch, request.node) as new:
        yield new


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """A page of 1440×900; the test fails on a request to another host, a console error or an uncaught exception."""
    return new_page()


@pytest.fixture
def own_server(transactional_db: None, live_server: Any) -> Iterator[str]:
    """Address of a server on the test's own tables, in this process; they are emptied only when it answers nothing any more."""
    answering = Answering()
    with answering.counting():
        yield live_server.url
        answering.wait()


@pytest.fixture
def own_watch(own_server: str) -> Watch:
    return Watch(urlsplit(own_server).netloc)


@pytest.fixture
def new_own_page(
    browser: Any, own_server: str, own_watch: Watch, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Any]]:
    """As `new_page`, of the server on the test's own tables; ``client``: a test client whose session the page has."""
    with pages_of(browser, own_server, own_watch, request.node) as new:
        yield new


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return cities.ROOT
