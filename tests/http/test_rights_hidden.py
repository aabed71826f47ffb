"""What may not be seen is as if it did not exist: an object that there is and one that there is not are refused in the same words, after the same
statements, by the same plans. Time is not measured: what is done is counted, so that a slow machine tells nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from layers.models import AbstractionHolder, AbstractionPermit, Meter, SupplyFacility, WaterUser, Well
from tests.addresses import patterns, route
from tests.http.test_rights_random import Reader, body_of
from tests.rights_world import Given, Principal, make_world
from tests.standing import standing
from tests.thorough import some

pytestmark = pytest.mark.django_db
world = standing(make_world)
SEEING = ("figures", "objects", "personal")
# Each sees the fourth village nowhere; of what is hidden there the codes, and of the same length ones that nobody has.
PRINCIPALS = {
    "anybody, figures": Principal("figures"),
    "a bureau": Principal("closed", (Given(SEEING, "110101"),)),
    "objects of a village, persons of none": Principal("figures", (Given(("objects",), "110105"),)),
    "a unit": Principal("closed", (Given(SEEING, "110105", unit=True),)),
    "persons of nobody": Principal("open"),
}
HIDDEN = {
    "well": ("QZO4-W1", "QZO4-W7", Well), "self_built": ("QZO4-F4", "QZO4-F7", SupplyFacility), "permit": ("QZO5-P1", "QZO5-P7", AbstractionPermit),
    "meter": ("QZP4-M1", "QZP4-M7", Meter), "water_user": ("QZP4-U1", "QZP4-U7", WaterUser), "holder": ("QZP5-H1", "QZP5-H7", AbstractionHolder),
}  # fmt: skip
PATHS = (
    "/api/layers/{layer}/features/{code}", "/api/layers/{layer}/near/{code}", "/api/layers/{layer}/use/{code}",
    "/ogc/collections/{layer}/items/{code}?f=json", "/ogc/collections/{layer}/items/{code}?f=html", "/ogc/collections/{layer}/items/{pk}?f=json",
    "/ogc/collections/{layer}/items?f=json&code={code}", "/ogc/collections/{layer}/items?f=json&filter=code='{code}'",
    "/api/search?q={code}", "/objects/{layer}/{code}", "/ogc/collections/{layer}/items?resultType=hits&code={code}",
)  # fmt: skip
# What names an object in an address; each is among the paths above, or says here why it is not.
OF_ONE_OBJECT = {
    "feature", "near", "use", "ogc-item", "web:object",
    "record:permit",  # below
    "region",  # divisions are everybody's
}  # fmt: skip


def pairs(layer: str) -> Iterator[tuple[str, str]]:
    """An address that names what is hidden, and the same of what there is not."""
    hidden, never, model = HIDDEN[layer]
    pk = model.objects.get(code=hidden).pk
    for path in PATHS:
        yield (
            path.format(layer=layer, code=hidden, pk=pk),
            path.format(layer=layer, code=never, pk=9 * 10 ** (len(str(pk)) - 1) + 9),
        )
    if layer == "permit":
        yield f"/record/permit/{hidden}", f"/record/permit/{never}"


def done(reader: Reader, address: str) -> tuple[Any, list[str], list[str]]:
    """The answer, its statements without their values, and the shape of their plans."""
    with CaptureQueriesContext(
        connection,
    ) as caught:
        response = reader.get(address)
        body_of(response)
    statements = [
        re.sub(r"^DECLARE .*? FOR ", "", one["sql"]) for one in caught.captured_queries
    ]  # a cursor's name is its own
    plans = [_plan(text) for text in statements if text.startswith(("SELECT", "WITH"))]
    return response, [_shape(text) for text in statements], plans


def _shape(text: str) -> str:
    return re.sub(r"\b\d+\b", "0", re.sub(r"'[^']*'", "''", text))


def _plan(statement: str) -> str:
    """What is done and by which index; the values in it aside."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (COSTS OFF) " + statement.replace("%", "%%"))
        return _shape("\n".join(line for (line,) in cursor.fetchall()))


OF_PERSONS = ("meter", "water_user", "holder")  # the others are open to all
PAIRS = [(name, layer) for name in PRINCIPALS for layer in HIDDEN if name != "persons of nobody" or layer in OF_PERSONS]
USUAL = [
    ("anybody, figures", "permit"), ("a bureau", "well"), ("a bureau", "meter"), ("a unit", "permit"), ("persons of nobody", "holder"),
    ("objects of a village, persons of none", "self_built"), ("objects of a village, persons of none", "water_user"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "layer"), some(PAIRS, USUAL))
def test_what_is_hidden_is_as_what_there_is_not(world: Path, settings: Any, name: str, layer: str) -> None:
    settings.OPEN_TO_ALL = ()
    principal = PRINCIPALS[name]
    reader = Reader(principal)
    for hidden, never in pairs(layer):
        for address in (hidden, never):  # what is kept of versions and divisions is warm for both
            reader.get(address)
        (one, statements, plans), (other, others, their_plans) = done(reader, hidden), done(reader, never)
        assert statements == others, hidden
        assert plans == their_plans, hidden
        assert (one.status_code, _told(one, hidden, never)) == (other.status_code, _told(other, hidden, never)), hidden


OF_THE_REQUEST = ("X-Request-Id", "ETag", "Content-Length", "Content-Disposition")


def _told(response: Any, hidden: str, never: str) -> tuple[dict[str, str], str]:
    """Headers and body, with the asker's own word and what is of each request taken out."""
    own = sorted(
        {
            word
            for address in (hidden, never)
            for word in re.split(r"[/?=&']", address)
            if word[:2] == "QZ" or word.isdigit()
        }
    )
    text = body_of(response).decode("utf-8", "replace")
    for pattern in (r'"request_id":"[^"]*"', r'"timeStamp":"[^"]*"', r"[0-9a-f]{16}"):
        text = re.sub(pattern, "", text)
    for word in own:
        text = text.replace(word, "…")
    headers = {key: value for key, value in response.headers.items() if key not in OF_THE_REQUEST}
    return json.loads(re.sub(r"QZ[OP]\d-\w\d", "…", json.dumps(headers))), text


def test_every_address_of_one_object_is_asked() -> None:
    """A new one that names an object by its code cannot be forgotten."""
    names = {
        route(one)
        for one in patterns()
        if {"code", "feature_id"} & (set(one.pattern.converters) | set(one.pattern.regex.groupindex))
    }
    assert names == OF_ONE_OBJECT
