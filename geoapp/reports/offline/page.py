"""The file around the data: folium, with every script and style written into it, the same whatever the data are.

folium compiles what it is given, and again what came of it, as templates: braces in a name would be run. So it is given
no data. It makes the map and its controls, once; `filled` then puts the data between the pieces of the finished page,
as a block of JSON that no browser runs, and `map.js` writes them onto the map as text. A policy in the page says the
same to the browser: it runs the page's own scripts, known by their digests, and asks no network for anything.

folium also links its assets from outside hosts (python-visualization/folium#1985) and brings jQuery, Bootstrap and Font
Awesome along. A map of shapes and circles needs Leaflet alone; that is read from the page's own build.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, MacroElement
from django.conf import settings
from django.utils.html import json_script
from folium.template import Template

from layers.errors import ShuituError

ASSETS = Path(settings.BASE_DIR) / "geoapp" / "web" / "static" / "web" / "leaflet"
OWN = Path(__file__).parent
# Where the finished page is cut: for its scripts, styles and title, and for the data.
_HEAD, _BODY = "<!-- head -->", "<!-- body -->"
# folium's forbids to enlarge the page, which who sees badly has to.
_WINDOW = re.compile(r'<meta name="viewport"[^>]*>')
_SCRIPTS = ("numbers.js", "names.js", "paper.js", "map.js")


class AssetsMissing(ShuituError):
    """The page is not built here, and with it the map library is missing."""

    title = "The page is not built"


class _Shown(MacroElement):
    """The call that puts the data of the page on the map, once map and control are there."""

    _template = Template(
        "{% macro script(this, kwargs) %}show({{ this._parent.get_name() }}, {{ this.control.get_name() }});{% endmacro %}"
    )

    def __init__(self, control: folium.LayerControl) -> None:
        super().__init__()
        self.control = control


def filled(title: str, data: dict[str, Any]) -> str:
    """The page with its title and data: the one place where data meet the page, by joining texts."""
    start, middle, end = _pieces()
    return "".join((start, f"<title>{escape(title)}</title>", middle, json_script(data, "data"), end))


@lru_cache(maxsize=1)
def _pieces() -> tuple[str, str, str]:
    """The page before its title, up to its data, and after them."""
    start, head, end = _rendered()
    scripts = f"{_assets()}{head}"
    digests = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in re.findall(r"<script>(.*?)</script>", scripts + end, re.S)
    ]
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src " + " ".join(
        f"'sha256-{digest}'" for digest in digests
    )
    return f'{start}<meta http-equiv="Content-Security-Policy" content="{policy}">', scripts, end


def _rendered() -> tuple[str, str, str]:
    """What folium makes of a map with no data on it, cut where ours comes in."""
    drawn = folium.Map(tiles=None, prefer_canvas=True, attribution_control=False)
    drawn.default_js, drawn.default_css = [], []  # none from outside
    control = folium.LayerControl(collapsed=False)
    control.add_to(drawn)
    _Shown(control).add_to(drawn)
    figure: Any = drawn.get_root()
    figure.header.add_child(Element(_HEAD), name="head")
    figure.html.add_child(Element(_BODY), name="body")
    page = _WINDOW.sub(
        '<meta name="viewport" content="width=device-width, initial-scale=1">', _settled(figure.render())
    )
    start, rest = page.split(_HEAD)
    head, end = rest.split(_BODY)
    return start, head, end


def _settled(page: str) -> str:
    """With numbers for the random names that folium gives to what it draws: the file is the same bytes each time."""
    seen: dict[str, str] = {}
    return re.sub(r"\b([a-z_]+_)([0-9a-f]{32})", lambda m: m[1] + seen.setdefault(m[2], str(len(seen) + 1)), page)


def _assets() -> str:
    """Leaflet and our own scripts and style; the pictures of Leaflet's style inside it."""
    try:
        script = (ASSETS / "leaflet.js").read_text("utf-8")
        style = (ASSETS / "leaflet.css").read_text("utf-8")
        pictures = {path.name: base64.b64encode(path.read_bytes()).decode() for path in ASSETS.glob("images/*.png")}
    except OSError as error:
        raise AssetsMissing(
            f"The page's scripts are not built here ({error.filename}): ./shuitu up builds them."
        ) from error
    style = re.sub(r"url\(images/([\w.-]+)\)", lambda found: f"url(data:image/png;base64,{pictures[found[1]]})", style)
    own_style, *own_scripts = ((OWN / name).read_text("utf-8") for name in ("map.css", *_SCRIPTS))
    return f"<style>{style}{own_style}</style><script>{script}</script><script>{''.join(own_scripts)}</script>"
