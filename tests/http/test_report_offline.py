"""The offline map: folium renders the same text whatever the data are, and the data are no part of any code in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import jinja2
import pytest
import tinyhtml5
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoapp.reports import content, offline
from geoapp.reports.ask import Ask
from geoapp.reports.offline import page
from layers.kept.memory import forget
from layers.models import Region, SupplyFacility
from layers.periods import parse_period
from tests.factories import DISTRICT
from tests.hostile import HOSTILE
from tests.report_city import make_city

TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=5)).map("".join)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every text that becomes a template while the test runs; the page is made anew."""
    sources: list[str] = []
    compile_one = jinja2.Environment.compile

    def recorded(self: Any, source: Any, *args: Any, **options: Any) -> Any:
        sources.append(source)
        return compile_one(self, source, *args, **options)

    monkeypatch.setattr(jinja2.Environment, "compile", recorded)
    page._pieces.cache_clear()
    yield sources


def report(name: str) -> bytes:
    Region.objects.filter(code__startswith=DISTRICT).update(name=name)
    SupplyFacility.objects.update(name=name)
    return offline.html(content.build(Ask(DISTRICT, parse_period("2019"), site="http://x/")), "zh")


def settled(sources: list[str]) -> list[str]:
    """Without folium's random names."""
    return [re.sub(r"[0-9a-f]{32}", "", source) for source in sources]


@pytest.mark.django_db
def test_folium_is_told_nothing_of_the_data(compiled: list[str]) -> None:
    make_city()
    found = []
    for name in ("甲", *(text for text in HOSTILE if len(text) <= 60 and set(text) & set("{%#<\\`"))):
        forget()
        compiled.clear()
        page._pieces.cache_clear()
        file = report(name)
        found.append(settled(compiled))
        assert _data(_elements(file.decode()))["heading"]["name"] == name
        assert not [source for source in compiled if name in source or "试验" in source]
    assert found[0] and all(each == found[0] for each in found)


@pytest.mark.django_db
def test_the_same_data_make_the_same_bytes() -> None:
    make_city()
    first = report("甲")
    page._pieces.cache_clear()
    assert report("甲") == first


def _elements(text: str) -> list[Any]:
    return [each for each in tinyhtml5.parse(text, namespace_html_elements=False).iter() if isinstance(each.tag, str)]


def _data(elements: list[Any]) -> Any:
    (block,) = (each for each in elements if each.get("id") == "data")
    return json.loads(block.text)


def _shape(elements: list[Any]) -> list[Any]:
    """Elements with their attributes, and the text of all but the title and the data."""
    return [
        (each.tag, dict(each.attrib), None if each.tag == "title" or each.get("id") == "data" else each.text)
        for each in elements
    ]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(title=TEXTS, data=st.dictionaries(TEXTS, DATA, max_size=4))
def test_no_data_change_the_page_around_them(title: str, data: dict[str, Any]) -> None:
    title = re.sub(r"[\x00\r]", "", title)  # which HTML itself reads as something else
    harmless, other = _elements(page.filled("甲", {})), _elements(page.filled(title, data))
    assert _shape(other) == _shape(harmless)
    assert _data(other) == data
    assert next(each for each in other if each.tag == "title").text == (title or None)


def test_the_page_runs_its_own_scripts_only_and_asks_for_nothing() -> None:
    elements = _elements(page.filled("甲", {}))
    policy = next(each.get("content") for each in elements if each.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    scripts = [each.text for each in elements if each.tag == "script" and each.get("type") is None]
    digests = {f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in scripts}
    assert len(scripts) >= 4 and set(rules["script-src"].split()) == digests
    assert (rules["default-src"], rules["img-src"]) == ("'none'", "data:")
    assert not [each for each in elements if each.get("src") or each.tag == "link"]
