"""The pages: shells that the scripts fill from the API, so that a page opens and can say so even when the data are down."""

import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from geoapp.menu import knows_asker
from geoapp.problems.language import asked_language, html_language, page_language
from geoapp.problems.words import DATABASE_GONE
from geoapp.web import divisions, framing, offline, sources
from layers import access, filters, languages, place, vocab
from layers.built import paged
from layers.errors import NotFound
from layers.http.answers import BY_ASKER
from layers.http.resource import Resource

FIRST_SERIES = "/api/stats/series?k=6"
FILTERS = ("source", "purpose", "resident", "boundaries")
# Who may come is looked at once it is known that the database answers: without it a page is served that says so, and holds nothing.
PAGE = Resource(kept=BY_ASKER, of_data=False, needs=None)

PRELOAD = Path(__file__).parent / "static" / "web" / "preload.json"


@lru_cache(maxsize=1)
def _chunks(built_ns: int) -> dict[str, list[str]]:
    """Scripts each entry imports at once, as the build of that time wrote them."""
    return json.loads(PRELOAD.read_text("utf-8"))


def _preload(entry: str) -> list[str]:
    """Their addresses, by the names the scripts import (not the manifest's); none when the page is not built here."""
    if not PRELOAD.exists():
        return []
    return [f"{settings.STATIC_URL}web/{chunk}" for chunk in _chunks(PRELOAD.stat().st_mtime_ns).get(entry, [])]


def _page(request: HttpRequest, template: str, status: int = 200, **context: object) -> HttpResponse:
    """A page in the language that its address says."""
    lang = page_language(request)
    return render(request, template, {"lang": lang, "html_lang": html_language(lang), **context}, status=status)


def _shell(request: HttpRequest, template: str, status: int = 200, **context: object) -> HttpResponse:
    """A page that a script fills. Without the database it is served all the same, and says so: the script tries again."""
    try:
        connection.ensure_connection()
    except DatabaseError:
        language = asked_language(request)
        response = _page(
            request, template, 503, down=DATABASE_GONE.told(language), down_language=html_language(language), **context
        )
        response.headers["Retry-After"] = str(DATABASE_GONE.retry_seconds)
        return response
    access.require("figures")
    return _page(request, template, status, **context)


def _is_known(layer_id: str, code: str) -> bool:
    """Whether there is such an object to see; an unreachable database is for the script to tell, not a missing object."""
    if "\x00" in code:
        return False  # no text in the database holds it, and PostgreSQL refuses to look
    try:
        layer = paged(layer_id)
        return filters.of_code(layer, code, filters.base(layer).only("pk")) is not None
    except NotFound:
        return False
    except DatabaseError:
        return True


def _first(request: HttpRequest) -> list[str]:
    """What the map asks first when its address says nothing else; the browser fetches it beside the script.

    The tiles are of the level that divides the whole place, which is no district in a county; their description tells their
    attribution in the language of the page.
    """
    if any(request.GET.get(name) for name in FILTERS):
        return []
    try:
        level = vocab.LEVEL.by_id[place.read().levels[1]].code
    except DatabaseError:
        return []  # the page says so
    return [FIRST_SERIES, languages.address(f"/tiles/{level}.json", page_language(request))]


@knows_asker
@PAGE
def index(request: HttpRequest) -> HttpResponse:
    """The map; with ``embed=1`` for a frame, where the settings allow one."""
    embed = framing.is_asked(request)
    page = _shell(
        request,
        "web/index.html",
        first=_first(request),
        preload=_preload("app"),
        embed=embed,
        offline=offline.is_offered() and not embed,
    )
    return framing.allowed(page) if embed else page


@knows_asker
@PAGE
def object_page(request: HttpRequest, layer: str, code: str) -> HttpResponse:
    """Everything known of one object of a layer; 404 (with a page that says so) when there is none."""
    status = 200 if _is_known(layer, code) else 404
    return _shell(request, "web/object.html", status, layer=layer, code=code, preload=_preload("object"))


@knows_asker
@PAGE
def changes(request: HttpRequest) -> HttpResponse:
    """What each edition of the divisions changed."""
    access.require("figures")
    return _page(request, "web/divisions.html", changes=divisions.told(page_language(request)))


@knows_asker
@PAGE
def about(request: HttpRequest) -> HttpResponse:
    """The data note: where the data come from, what is synthetic, which rules the figures follow.

    Without the database it tells the rules alone.
    """
    try:
        told = sources.told(page_language(request)) if access.may("figures") else None
    except DatabaseError:
        told = None
    return _page(request, "web/about.html", told=told)
