"""Names that want to be more than names, a city that bears them, and what each kind of answer says, read by its own parser.

The city is made with plain names, each its own token. A second time the same rows bear hostile ones. Whatever answers
is right when it says of the second city what it said of the first, with those names in place of those tokens.
"""

from __future__ import annotations

import base64
import csv
import io
import itertools
import json
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_plus
from xml.etree import ElementTree

import mapbox_vector_tile
import openpyxl
import pyarrow.parquet
import pyogrio
import pypdfium2
import tinyhtml5
from django.apps import apps
from django.db import connection, models

from layers import registry
from layers.models import AbstractionHolder, AbstractionPermit, Release, SewagePlant, SurfaceIntake
from layers.text import guarded
from tests import factories as make
from tests.factories import at, outline, square
from tests.report_city import make_city

CANARY = "canary"  # the file, in the working directory, that the commands below would make
HOSTILE = (
    "{{cycler.__init__.__globals__.os.popen('>canary').read()}}",
    "{{ cycler.__init__.__globals__.os.popen(dict(id=1)|first).read() }}",
    "{{ 6*7 }}",
    "{% debug %}",
    "{# gone #}",
    "{%raw%}{{",
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "--><svg/onload=window.pwned=1>",
    "</title></style></textarea><script>window.pwned=1</script>",
    "\"'><b onmouseover='window.pwned=1'>",
    "${7*7}`${window.pwned=1}`",
    "%s %(a)s %n {0} {name} {name!r}",
    "=1+1",
    "+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "-1+2",
    "＝1+1",
    "'=1+1",
    "#N/A",
    "_x003D_1+1",
    "\u202eTXT.exe\u202c\u200f",
    "\u200f\u0627\u0644\u0645\u0627\u0621",
    "\x9b31m\ufeff\x80",
    "C:\\new\\table\\u0041",
    "&amp; &lt;b&gt; &#x7b;",
    "]]> <![CDATA[ <!--",
    "[link](javascript:window.pwned=1)",
    "javascript:window.pwned=1",
    "'; DROP TABLE layers_region; --",
    "../../../etc/passwd%00",
    "L" * 500,
)
# The same without white space and separators, which a code may not have, and short beside a number of its own.
CODES = (
    "{{6*7}}", "{%debug%}", "{#", "</script>", "<b>", "\"'><i>", "${7*7}", "%s%41", "\u202eabc", "\\u0041", "&lt", "]]>",
    "{name}", "#?&=", "'OR'1",
)  # fmt: skip


@dataclass
class City:
    """The rows that bear names, and the token and the hostile text of each."""

    hostile: dict[str, str] = field(default_factory=dict)  # by token
    tokens: dict[tuple[type[models.Model], str, int], str] = field(default_factory=dict)

    def bear(self, hostile: bool) -> None:
        """Give every row its hostile texts, or its plain ones."""
        columns: dict[tuple[type[models.Model], str], list[tuple[int, str]]] = {}
        for (model, name, pk), token in self.tokens.items():
            columns.setdefault((model, name), []).append((pk, self.hostile[token] if hostile else token))
        with connection.cursor() as cursor:
            for (model, name), rows in columns.items():
                cursor.execute(
                    f'UPDATE "{model._meta.db_table}" t SET "{name}" = given.text'
                    " FROM unnest(%s::bigint[], %s::text[]) AS given (id, text) WHERE t.id = given.id",
                    [list(each) for each in zip(*rows, strict=True)],
                )

    def told(self, text: str) -> str:
        """What is said of the plain city, as it is to be said of the other."""
        return _TOKEN.sub(lambda found: self.hostile[found[0]], text)


_TOKEN = re.compile(r"XQ\d{5}[NK]")


def make_hostile_city() -> City:
    """With an object of each layer for every hostile text, all in the plain tokens at first."""
    city = make_city()
    district = city[make.DISTRICT]
    of = {"declared_region": district, "release": make.ReleaseFactory()}
    for n in range(len(HOSTILE)):
        where = at(0.05 + 0.9 * (n % 6) / 6, 0.05 + 1.8 * (n // 6) / 6)
        for kind in (1, 2, 3, 4):
            plant = make.FacilityFactory(code=f"F{kind}{n}", kind=kind, geom=where, capacity_m3_d=100, **of)
        make.SupplyAreaFactory(facility=plant, geom=outline(square(0, 0, 1, 1)), release=of["release"])
        make.WellFactory(code=f"W{n}", geom=where, **of)
        for underneath in make.UNDERNEATH:
            underneath(code=f"G{n}", release=of["release"])
        make.WaterUserFactory(code=f"U{n}", geom=where, **of)
        meter = make.MeterFactory(code=f"M{n}", geom=where, **of)
        make.UsageFactory(meter=meter, release=of["release"], month="2019-07-01")
        for kind in (1, 2):
            SewagePlant.objects.create(code=f"S{kind}{n}", name="厂", kind=kind, geom=where, **of)
        SurfaceIntake.objects.create(code=f"I{n}", name="口", geom=where, **of)
        holder = AbstractionHolder.objects.create(code=f"H{n}", name="户", release=of["release"])
        AbstractionPermit.objects.create(code=f"P{n}", holder=holder, **of)
    city.settle()
    city.cut_all()
    found = City()
    for model, name in sorted(text_fields(), key=lambda each: (each[0].__name__, each[1])):
        longest = model._meta.get_field(name).max_length or 1000
        for pk in model._base_manager.order_by("pk").values_list("pk", flat=True):
            n = len(found.tokens)
            if name == "code":
                token, text = f"XQ{n:05}K", f"XQ{n:05}{CODES[n % len(CODES)]}"
            else:
                token, text = f"XQ{n:05}N", HOSTILE[(n + (model.__name__ == "Region")) % len(HOSTILE)]
            if longest < len(token):  # an industry's code of two letters: nothing fits
                continue
            found.tokens[model, name, pk], found.hostile[token] = token, text[:longest].strip()
    found.bear(hostile=False)
    return found


def text_fields() -> set[tuple[type[models.Model], str]]:
    """Every text that a file or a form can set. Codes of regions are digits by a rule of their own."""
    found = {(Release, "file_name"), (Release, "actor")}
    for dataset in registry.DATASETS:
        for each in dataset.fields:
            if each.vocab is None and each.kind in ("text", "code"):
                found.add(_end(apps.get_model(dataset.model), each.orm_path))
    return {(m, name) for m, name in found if (m.__name__, name) not in {("Region", "code"), ("ReportingUnit", "code")}}


def _end(model: Any, path: str) -> tuple[type[models.Model], str]:
    head, _, rest = path.partition("__")
    return _end(model._meta.get_field(head).related_model, rest) if rest else (model, head)


# What is said ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """Of CSV, where a text that would be run is guarded."""

    text: str

    def fits(self, other: Cell, city: City) -> bool:
        wanted = city.told(self.text)
        return other.text == (wanted if wanted == self.text else guarded(wanted))


@dataclass(frozen=True)
class Drawing:
    """Of SVG: a map has no room for some names, and which they are is for their width to say. Texts are whole paragraphs, without
    blanks: where their lines end is for the width of the names in them."""

    elements: frozenset[tuple[str, tuple[str, ...]]]
    texts: frozenset[str]

    def fits(self, other: Drawing, city: City) -> bool:
        more = other.texts - {solid(city.told(text)) for text in self.texts} - set(map(solid, city.hostile.values()))
        less = {text for text in self.texts if city.told(text) == text} - other.texts
        numbered = all(text.isdigit() for text in more | less)
        return other.elements <= self.elements and numbered


@dataclass(frozen=True)
class Paper:
    """Of PDF: what is printed, without the gaps of its lines, what it is called, and what would act."""

    text: str
    title: str
    acts: frozenset[str]
    links: tuple[str, ...]

    def fits(self, other: Paper, city: City) -> bool:
        return (city.told(self.title), self.acts, self.links) == (other.title, other.acts, other.links)


def solid(text: str) -> str:
    """Without blanks, as lines that are joined again have lost those at their ends."""
    return "".join(text.split())


def said(content: bytes, kind: str) -> Any:
    """What an answer says, as nested lists, by the parser of its kind; `KeyError` for a kind that nobody reads yet."""
    kind = kind.partition(";")[0].strip()
    if kind.endswith("json"):
        return json.loads(content, object_hook=_unmarked) if content else None
    return READERS[kind](content)


def _unmarked(found: dict[str, Any]) -> dict[str, Any]:
    """Without what is another each time."""
    return {key: value for key, value in found.items() if key not in ("timeStamp", "csrf", "request_id")}


def same(plain: Any, hostile: Any, city: City, at: str = "") -> Iterator[str]:
    """Where the second does not say what the first says with the other names."""
    if isinstance(plain, dict) and isinstance(hostile, dict):
        plain, hostile = list(plain.items()), list(hostile.items())
    if isinstance(plain, list | tuple) and isinstance(hostile, list | tuple):
        if len(plain) != len(hostile):
            yield f"{at}: {len(hostile)} for {len(plain)}"
            return
        for n, (one, other) in enumerate(zip(plain, hostile, strict=True)):
            yield from same(one, other, city, f"{at}/{n}")
    elif not _fits(plain, hostile, city):
        yield f"{at}: {hostile!r} for {plain!r}"


def _fits(plain: Any, hostile: Any, city: City) -> bool:
    if type(plain) is not type(hostile):
        return False
    if isinstance(plain, Cell | Drawing | Paper):
        return plain.fits(hostile, city)  # type: ignore[arg-type]  # of one class
    if not isinstance(plain, str) or hostile == city.told(plain):
        return isinstance(plain, str) or plain == hostile
    unquoted = unquote_plus if plain.startswith("?") else unquote
    return _ADDRESS.match(plain) is not None and unquoted(hostile) == city.told(unquoted(plain))


_ADDRESS = re.compile(r"https?://|/|\?")


def _csv(content: bytes) -> Any:
    return [[Cell(text) for text in row] for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]


def _html(content: bytes) -> Any:
    return [_element(each) for each in tinyhtml5.parse(content.decode(), namespace_html_elements=False).iter()]


_CHANCE = re.compile(r"\b[A-Za-z0-9]{64}\b")  # tokens against forgery
_ID = re.compile(r"[0-9a-f]{16}")  # by which the log has a request


def _element(each: Any) -> Any:
    if not isinstance(each.tag, str):
        return ["comment", each.text]
    text = each.text or ""
    if each.tag == "script" and each.get("type") == "application/json":
        return [each.tag, dict(each.attrib), json.loads(text)]
    attributes = {key: _attribute(value) for key, value in each.attrib.items()}
    return [each.tag, attributes, "" if _ID.fullmatch(text) else text, each.tail or ""]


def _attribute(value: str) -> Any:
    if value.startswith("data:image/svg+xml;base64,"):
        return _svg(base64.b64decode(value.partition(",")[2]))
    return _CHANCE.sub("", value)


def _svg(content: bytes) -> Drawing:
    found = list(ElementTree.fromstring(content).iter())
    elements = frozenset((each.tag, tuple(each.attrib)) for each in found)
    # Lines one below the other that are alike in everything else are one paragraph.
    alike = itertools.groupby(found, lambda each: (each.tag, *(pair for pair in each.attrib.items() if pair[0] != "y")))
    return Drawing(
        elements, frozenset(text for _, lines in alike if (text := solid("".join(each.text or "" for each in lines))))
    )


def _xml(content: bytes) -> Any:
    return [[each.tag, dict(each.attrib), each.text, each.tail] for each in ElementTree.fromstring(content).iter()]


def _workbook(content: bytes) -> Any:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [
        [sheet.title, [[[cell.data_type, _unescaped(cell.value)] for cell in row] for row in sheet]] for sheet in book
    ]


def _unescaped(value: Any) -> Any:
    """As Excel and calamine read it; openpyxl knows no escapes."""
    if not isinstance(value, str):
        return value
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), value)


def _vector(suffix: str) -> Callable[[bytes], Any]:
    def read(content: bytes) -> Any:
        with tempfile.TemporaryDirectory() as room:
            path = Path(room) / f"data{suffix}"
            path.write_bytes(content)
            shown = f"/vsizip/{path}" if suffix == ".zip" else path
            meta, _, _, columns = pyogrio.raw.read(shown, read_geometry=False)
            return [
                [name, [_plain(value) for value in values]]
                for name, values in zip(meta["fields"], columns, strict=True)
            ]

    return read


def _plain(value: Any) -> Any:
    return None if value is None or value != value else str(value)


def _parquet(content: bytes) -> Any:
    table = pyarrow.parquet.read_table(io.BytesIO(content))
    return [[name, [_plain(v) for v in table[name].to_pylist()]] for name in table.column_names if name != "geom"]


def _tile(content: bytes) -> Any:
    layers = mapbox_vector_tile.decode(content) if content else {}
    return {name: [feature["properties"] for feature in layer["features"]] for name, layer in layers.items()}


def _packed(content: bytes) -> Any:
    """A ZIP of texts or pictures; which they are, their names say."""
    readers: dict[str, Callable[[bytes], Any]] = {"qgs": _xml, "svg": _svg, "png": lambda found: found[:8]}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [[name, readers[name.rpartition(".")[2]](archive.read(name))] for name in archive.namelist()]


_UNSEEN = re.compile("[\\s\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\x02\ufffe]+")


def seen(text: str) -> str:
    """What of a text leaves a mark on paper."""
    return _UNSEEN.sub("", text)


def _paper(content: bytes) -> Paper:
    with pypdfium2.PdfDocument(content) as file:
        text = "".join(page.get_textpage().get_text_range() for page in file)
        title = file.get_metadata_value("Title")
    plain = b"".join(_inflated(content))
    acts = {
        act
        for act in ("JavaScript", "JS", "Launch", "OpenAction", "EmbeddedFile", "AA")
        if f"/{act} ".encode() in plain
    }
    links = tuple(sorted({found.decode("latin-1") for found in re.findall(rb"/URI \(([^)]*)\)", plain)}))
    return Paper(seen(text), title, frozenset(acts), links)


def _inflated(content: bytes) -> Iterator[bytes]:
    """The file's objects, those that it packs too."""
    yield content
    for begun in re.finditer(rb"/ObjStm.*?stream\r?\n", content, re.S):
        # It ends where its packing says: any byte may stand before the word that follows, a line's end too.
        yield zlib.decompressobj().decompress(content[begun.end() :])


def _writable(content: bytes) -> Any:
    """Of DOCX every part: its elements, their attributes and texts; of pictures that they are some. A drawing has room for some names,
    and is as high as the lines of those."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            told = _xml(data) if name.endswith((".xml", ".rels")) else data[:8]
            for _, attributes, *_ in told if isinstance(told, list) else []:
                attributes.pop("cy", None)
            found.append([name, told])
    return found


READERS: dict[str, Callable[[bytes], Any]] = {
    "text/html": _html,
    "text/csv": _csv,
    "text/plain": lambda content: content.decode(),
    "text/javascript": lambda content: content.decode(),
    "application/manifest+json": lambda content: content.decode(),
    "application/geo+json-seq": lambda content: [
        json.loads(line) for line in content.replace(b"\x1e", b"").splitlines() if line
    ],
    "application/vnd.oai.openapi": lambda content: content.decode(),
    "application/flatgeobuf": _vector(".fgb"),
    "application/geopackage+sqlite3": _vector(".gpkg"),
    "application/x-shapefile+zip": _vector(".zip"),
    "application/vnd.apache.parquet": _parquet,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _workbook,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _writable,
    "application/vnd.mapbox-vector-tile": _tile,
    "application/x-protobuf": _tile,
    "application/x-qgis-project": _packed,
    "application/x-qgis-project+xml": _xml,
    "application/x-qgis-layer-settings": _xml,
    "application/xml": _xml,
    "application/zip": _packed,
    "application/pdf": _paper,
}


# Where it is said --------------------------------------------------------------------------------------------------
