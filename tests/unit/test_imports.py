"""Imports go one way, the page speaks to its own server only: read from the source, not from what happens to run."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {"geoapp", "layers", "tiles", "data"}
# What each part may import of ours, besides itself.
MAY = {"layers": set(), "tiles": {"layers"}, "geoapp": {"layers", "tiles", "data"}, "data": {"layers"}}
# Where HTTP may be spoken of inside layers.
HTTP_ROOMS = ("layers/http/", "layers/feeds/", "layers/ogc/", "layers/admin", "layers/migrations/")
# The rooms of layers from the ground up: a room may import those of the rows before its own, none of its own row.
ROOMS: tuple[tuple[str, ...], ...] = (
    ("languages",),
    ("words",),
    (
        "errors",
        "acts",
        "vocab",
        "text",
        "later",
        "functions",
        "names",
        "sql",
        "apps",
        "icons",
        "more",
        "link_tables",
        "plane",
        "ellipsoid",
        "shapes",
        "slots",
        "reach",
    ),
    ("params", "wall", "fields", "models", "db", "selection", "recorded"),
    ("area", "shared", "place", "ground", "quality"),
    ("periods", "datasets", "derived", "crs"),
    ("dependencies", "editions", "values", "printed"),
    ("entries",),
    ("registry",),
    ("access", "placing", "standing", "cql2", "history"),
    ("versions", "built"),
    ("kept", "grid"),
    ("stats", "http", "record"),
    ("filters", "settle", "declare", "findings"),
    ("features", "compare", "ingest"),
    ("export", "totals", "admin"),
    ("feeds",),
    ("ogc", "management", "adminsite", "templatetags", "migrations"),
)
WEB = ("django.http", "django.urls", "django.views", "django.shortcuts", "rest_framework", "rest_framework_gis")


def sources(part: str) -> list[Path]:
    skipped = {"node_modules", "static", "__pycache__"}
    return [path for path in sorted((ROOT / part).rglob("*.py")) if not skipped & set(path.parts)]


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, functions and type-checking blocks included, as absolute dotted names."""
    package = ".".join(path.relative_to(ROOT).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]).rstrip(".")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize("part", sorted(MAY))
def test_imports_go_one_way(part: str) -> None:
    assert sources(part), f"{part} has moved: this test looks at nothing"
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(part)
        for name in imports(path)
        if name.partition(".")[0] in OURS - {part} - MAY[part]
    ]
    assert wrong == []


def room_of(dotted: str) -> str:
    return dotted.split(".")[1] if "." in dotted else ""


def test_every_room_of_layers_has_its_place_in_the_order() -> None:
    there = {room_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in sources("layers")}
    assert sorted(room for row in ROOMS for room in row) == sorted(there - {"__init__"})


def test_rooms_of_layers_import_only_from_those_below() -> None:
    row_of = {room: row for row, rooms in enumerate(ROOMS) for room in rooms}
    wrong = set()
    for path in sources("layers"):
        where = str(path.relative_to(ROOT))
        own = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for name in imports(path):
            room = room_of(name) if within(name, "layers") else ""
            if room in row_of and room != own and row_of[room] >= row_of[own]:
                wrong.add(f"{where} imports {name}")
    assert sorted(wrong) == []


def test_the_recipe_of_the_demo_city_knows_the_vocabulary_alone() -> None:
    wrong = [
        f"{path.name} imports {name}"
        for path in sources("data/demo")
        for name in imports(path)
        if within(name, "django") or (within(name, "layers") and name != "layers" and not within(name, "layers.vocab"))
    ]
    assert wrong == []


def test_geoapp_takes_of_data_only_the_demo_and_what_lies_under_it() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources("geoapp")
        for name in imports(path)
        if within(name, "data") and name != "data" and not (within(name, "data.demo") or within(name, "data.ground"))
    ]
    assert wrong == []


def test_http_is_spoken_only_in_its_rooms_and_in_admin() -> None:
    wrong = [
        f"{where} imports {name}"
        for path in sources("layers")
        for name in imports(path)
        if not (where := str(path.relative_to(ROOT))).startswith(HTTP_ROOMS)
        and any(within(name, package) for package in WEB)
    ]
    assert wrong == []


PURE = (
    "vocab",
    "plane",
    "errors",
    "params",
    "periods",
    "fields",
    "selection",
    "datasets",
    "dependencies",
    "registry",
    "printed",
)


@pytest.mark.parametrize("module", [f"layers/{name}.py" for name in PURE])
def test_pure_modules_know_no_django(module: str) -> None:
    assert [name for name in imports(ROOT / module) if within(name, "django")] == []


def test_nothing_of_ours_calls_out() -> None:
    """The product asks nothing of any other host: no client library for it is imported, outside the launcher's probe and
    the doctor's, which a person points at a server. Authlib asks the provider of log-ins that an installation names.
    """
    probes = ("geoapp/serve.py", "geoapp/desktop/doctor/probe.py")
    clients = ("requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client")
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for part in OURS
        for path in sources(part)
        for name in imports(path)
        if any(within(name, client) for client in clients) and str(path.relative_to(ROOT)) not in probes
    ]
    assert wrong == []


def test_what_runs_is_named_among_its_needs_and_pinned() -> None:
    """What the code imports is named in pyproject.toml, and not only there by way of something else."""

    def normal(name: str) -> str:
        return re.sub(r"[-_.]+", "-", name).lower()

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = set()
    for need in project["dependencies"]:
        name, extras = re.fullmatch(r"([\w.-]+)(?:\[(.*)\])?.*", need).groups()  # type: ignore[union-attr]
        named |= {normal(name), *(normal(f"{name}-{extra}") for extra in (extras or "").split(",") if extra)}
    pins = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert named <= {normal(line.partition("==")[0]) for line in pins if "==" in line}
    made_by = packages_distributions()
    wrong = {
        f"{path.relative_to(ROOT)} imports {top}"
        for part in OURS
        for path in sources(part)
        for top in {name.partition(".")[0] for name in imports(path)}
        if top not in OURS | sys.stdlib_module_names and not {normal(d) for d in made_by.get(top, ())} & named
    }
    assert sorted(wrong) == []


PAGE_FILES = [
    path
    for pattern in ("geoapp/web/templates/**/*.html", "geoapp/web/src/**/*.*", "layers/templates/**/*.html")
    for path in sorted(ROOT.glob(pattern))
    if path.suffix in {".html", ".ts", ".js", ".css"}
]
# Names of XML and schema vocabularies, which nobody fetches, and the licences a text may cite.
NOT_FETCHED = re.compile(r"https?://(www\.w3\.org|schemas?\.|json-schema\.org|www\.apache\.org/licenses|localhost)")


def test_no_template_or_source_of_the_page_names_another_host() -> None:
    assert PAGE_FILES, "the page has moved: this test looks at nothing"
    wrong = []
    for path in PAGE_FILES:
        text = path.read_text(encoding="utf-8")
        # An href is followed by a person, not by the page.
        text = re.sub(r"""<a\s[^>]*href=["']https?://[^"']+["']""", "", text)
        for found in re.finditer(r"""(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s"'<>)]*""", text):
            if not NOT_FETCHED.match(found.group()) and found.group().startswith(("http", "//")):
                wrong.append(f"{path.relative_to(ROOT)}: {found.group()}")
    assert wrong == []
