"""What a phone keeps of the page: the web app manifest, the page as a stranger sees it, and the service worker.

The worker is of a release: its text begins with the files that the page is made of, so that a release with others is another
worker, which the browser installs in the place of the old one. `OFFLINE_KEEP_MB=0` gives out a worker that takes itself away.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse

from geoapp.problems.language import html_language
from layers import languages
from layers.http.answers import BY_ASKER, PUBLIC
from layers.http.resource import Resource
from layers.words import Words

BUILT = Path(__file__).parent / "static" / "web"
OF_CODE = Resource(kept=BY_ASKER, of_data=False, needs=None)
# Of who it was that left, and of all that was kept here.
GONE = """self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("shuitu-")) await caches.delete(name);
  await self.registration.unregister();
})()));
"""
NAME = Words("水图 · 用水地图", "Shuitu · Water use map")
SAID = Words("城市用水空间地图：取、供、用、排", "A city's water on the map: take, supply, use, drain")
ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-maskable.png", "512x512", "maskable"),
)


def is_offered() -> bool:
    """Whether a visitor's device may keep anything, and there is a page to keep."""
    return settings.OFFLINE_KEEP_BYTES > 0 and (BUILT / "offline.js").exists()


def _files() -> list[str]:
    """The addresses of everything that the page loads, at once or later."""
    later = json.loads((BUILT / "offline.json").read_text("utf-8"))
    named = [static(f"web/{name}") for name in ("app.css", "app.js", "logo.svg")]
    return [*named, *(f"{settings.STATIC_URL}web/{name}" for name in later)]


def page_of_strangers(request: HttpRequest) -> str:
    """The map's page without anything of who asks, in the first language: its script speaks the reader's."""
    stranger = HttpRequest()
    stranger.META, stranger.user = {**request.META, "QUERY_STRING": ""}, AnonymousUser()
    told = {"lang": languages.FIRST, "html_lang": html_language(languages.FIRST), "offline": True}
    return render_to_string("web/index.html", told, stranger)


@Resource(kept=PUBLIC, of_data=False, needs=None)
def shell(request: HttpRequest) -> HttpResponse:
    """What the worker keeps as the page."""
    return HttpResponse(page_of_strangers(request), headers={"Cache-Control": PUBLIC.control})


@OF_CODE
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of this release; one that takes itself away where nothing is to be kept."""
    return HttpResponse(_worker(request) if is_offered() else GONE, content_type="text/javascript; charset=utf-8")


def _worker(request: HttpRequest) -> str:
    files, page = _files(), page_of_strangers(request)
    release = {
        "version": hashlib.sha256("\n".join([*files, page]).encode()).hexdigest()[:12],
        "shell": reverse("web:shell"),
        "files": files,
        "keep_mb": settings.OFFLINE_KEEP_BYTES >> 20,
    }
    return f"self.RELEASE = {json.dumps(release)};\n{_text((BUILT / 'offline.js').stat().st_mtime_ns)}"


@lru_cache(maxsize=1)
def _text(built_ns: int) -> str:
    return (BUILT / "offline.js").read_text("utf-8")


@OF_CODE
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest, Chinese first."""
    first = languages.FIRST
    told: dict[str, Any] = {
        "id": "/",
        "name": NAME.in_(first),
        "short_name": Words("水图", "Shuitu").in_(first),
        "description": SAID.in_(first),
        "lang": html_language(first),
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": "#0d4a6b",
        "background_color": "#f4f2ec",
        "icons": [
            {"src": static(f"web/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in ICONS
        ],
    }
    return HttpResponse(json.dumps(told, ensure_ascii=False), content_type="application/manifest+json")
