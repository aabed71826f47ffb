"""What is at the addresses of the record."""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from geoapp.menu import knows_asker
from geoapp.problems.language import html_language, page_language
from geoapp.record import told
from layers import access, filters
from layers.errors import NotFound
from layers.http.answers import BY_ASKER, Keeping
from layers.http.resource import Resource
from layers.record import tiles
from layers.record.files import Folder
from layers.registry import published
from layers.words import Words

TEXT = "text/plain; charset=utf-8"
WITNESS = settings.BASE_DIR / "deploy" / "witness" / "shuitu_witness.py"
PAGE = Resource(kept=BY_ASKER)
# Hashes, signatures and the program that checks them tell nobody anything, and are everybody's. Entries say what objects are.
FILE = Resource(kept=BY_ASKER, of_data=False, needs=None)
OF_ENTRY = Resource(kept=BY_ASKER)
FOR_EVER = Resource(kept=Keeping("private, max-age=31536000, immutable"), of_data=False, needs=None)

NOT_YET = Words("还没有存证", "There is no record yet")


def _page(request: HttpRequest, template: str, status: int = 200, **context: object) -> HttpResponse:
    lang = page_language(request)
    return render(request, template, {"lang": lang, "html_lang": html_language(lang), **context}, status=status)


@knows_asker
@PAGE
def index(request: HttpRequest) -> HttpResponse:
    """What the record is, how far it is, and how to check it."""
    return _page(request, "web/record.html", record=told.log(page_language(request), _site(request)))


@knows_asker
@PAGE
def permit(request: HttpRequest, code: str) -> HttpResponse:
    """What is recorded of a permit, the proof, and whether it is so in the tables."""
    _require_permit(code)
    found = told.permit(code, page_language(request), _site(request), request.GET)
    return _page(request, "web/record_permit.html", 200 if found["entries"] else 404, code=code, **found)


@FILE
def checkpoint(request: HttpRequest) -> HttpResponse:
    note = Folder().note()
    if note is None:
        raise NotFound(NOT_YET)
    return HttpResponse(str(note), content_type=TEXT)


@FOR_EVER
def tile(request: HttpRequest, tile: str) -> HttpResponse:
    """A tile or a bundle; those of the newest checkpoint and before."""
    asked = tiles.parse(f"tile/{tile}")
    of_entries = asked is not None and asked.level is None
    if of_entries:
        access.require("objects", whole=True)
    if asked is not None:
        with suppress(OSError):
            # What entries say a browser keeps for whoever it was told to: it asks for the next.
            headers = {"Cache-Control": BY_ASKER.control} if of_entries else {}
            return HttpResponse(Folder().read(asked), content_type="application/octet-stream", headers=headers)
    raise NotFound(Words("没有这个瓦片", "There is no such tile"), param="tile")


@FILE
def key(request: HttpRequest) -> HttpResponse:
    found = Folder().public_key()
    if found is None:
        raise NotFound(NOT_YET)
    return HttpResponse(f"{found}\n", content_type=TEXT)


@FILE
def witness(request: HttpRequest) -> HttpResponse:
    """The program by which anybody checks the record without ours."""
    headers = {"Content-Disposition": 'attachment; filename="shuitu_witness.py"'}
    return HttpResponse(WITNESS.read_bytes(), content_type=TEXT, headers=headers)


@OF_ENTRY
def proof(request: HttpRequest, index: int) -> HttpResponse:
    """That an entry is in the newest checkpoint, as a file that is checked without a network (C2SP tlog-proof)."""
    _require_permit(told.subject_of(index))
    headers = {"Content-Disposition": f'attachment; filename="{index}.tlog-proof"'}
    return HttpResponse(told.proof(index), content_type=TEXT, headers=headers)


def _require_permit(code: str) -> None:
    """`NotFound` for a permit that the asker may not see; what is none any more is told to who sees the whole city."""
    if access.now().rights.reach("objects").whole:
        return
    layer = access.shown(published("permit"))
    if not code or "\x00" in code or filters.of_code(layer, code) is None:
        raise NotFound(Words("没有这个许可", "There is no such permit"), param="code")


def _site(request: HttpRequest) -> str:
    return settings.PUBLIC_URL if settings.PUBLIC_URL_GIVEN else request.build_absolute_uri("/")
