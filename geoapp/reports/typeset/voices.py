"""Texts of one style are shaped in one context of Pango, and each of them once."""

from __future__ import annotations

from typing import Any

from pydyf import _to_bytes
from weasyprint.css.properties import INITIAL_VALUES
from weasyprint.draw.text import draw_first_line
from weasyprint.matrix import Matrix
from weasyprint.svg.text import Style, TextBox
from weasyprint.text.constants import LST_TO_ISO, PANGO_DIRECTION
from weasyprint.text.ffi import FROM_UNITS, ffi, gobject, pango, unicode_to_char_p
from weasyprint.text.fonts import font_features, get_font_description
from weasyprint.text.line_break import Layout, line_size

_FEATURES = (
    "font_kerning", "font_variant_ligatures", "font_variant_position", "font_variant_caps", "font_variant_numeric",
    "font_variant_alternates", "font_variant_east_asian", "font_feature_settings",
)  # fmt: skip
_set_up = Layout.setup


def set_up(layout: Layout, style: Any) -> None:
    """As `Layout.setup`, with a context that all layouts of a style share; it is kept with the style."""
    if "voice" not in style.__dict__:
        simple = style["text_decoration_line"] == "none" and not font_features(*(style[name] for name in _FEATURES))
        style.voice = _voice(style) if simple else None
    if style.voice is None:
        _set_up(layout, style)
        return
    context, font, language = style.voice
    layout.style = style
    layout.language = language
    layout.first_line_direction = 0
    layout.ascent = layout.underline_position = layout.strikethrough_position = None
    layout.layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
    pango.pango_layout_set_auto_dir(layout.layout, False)
    pango.pango_layout_set_font_description(layout.layout, font)


def _voice(style: Any) -> tuple[Any, Any, Any]:
    """(context, font, language)"""
    context = ffi.gc(pango.pango_font_map_create_context(style.font_config.font_map), gobject.g_object_unref)
    pango.pango_context_set_round_glyph_positions(context, False)
    pango.pango_context_set_base_dir(context, PANGO_DIRECTION[style["direction"]])
    told, language = style["lang"], pango.pango_language_get_default()
    if style["font_language_override"] != "normal":
        told = LST_TO_ISO.get(style["font_language_override"].lower(), style["font_language_override"])
    if told:
        pointer, _alive = unicode_to_char_p(told)
        language = pango.pango_language_from_string(pointer)
        pango.pango_context_set_language(context, language)
    return context, get_font_description(style), language


class OneLine(Layout):
    """A text of a style in one line: its size, and how a PDF says it, for all that hold it."""

    def __init__(self, text: str, style: Any) -> None:
        super().__init__(style)
        pango.pango_layout_set_single_paragraph_mode(
            self.layout, True
        )  # as it is drawn; later, it would be shaped again
        self.set_text(text)
        first, self.rest = self.get_first_line()
        self.width, self.height = line_size(first, style)
        self.base = pango.pango_layout_get_baseline(self.layout) * FROM_UNITS
        self._said: _Said | None = None

    def deactivate(self) -> None:
        """It is drawn as it was measured."""

    def reactivate(self, style: Any) -> None:
        """It was never put away."""

    def draw(self, stream: Any, x: float, y: float) -> bool:
        """With its baseline at ``y``; False for one that holds pictures, as emojis are, of which nothing is drawn."""
        if self._said is None:
            said = _Said(stream)
            if draw_first_line(said, TextBox(self, self.style), "clip", "none", Matrix(d=-1)) or said.raised:
                return False
            self._said = said
        stream.stream.append(b"1 0 0 -1 %b %b Tm" % (_to_bytes(x), _to_bytes(y)))
        for font, size, text in self._said.texts:
            stream.set_font_size(font, size)
            stream.stream.append(text)
        return True


class _Said:
    """Stands for a stream that a line is drawn to, and keeps what it is told."""

    def __init__(self, stream: Any) -> None:
        self.add_font = stream.add_font
        self.ink_rect, self.logical_rect = stream.ink_rect, stream.logical_rect
        self.texts: list[tuple[Any, float, bytes]] = []
        self.raised = False
        self._font: tuple[Any, float] = ("", 0)

    def set_text_matrix(self, *_matrix: float) -> None:
        """Where it stands is told each time."""

    def set_font_size(self, font: Any, size: float) -> None:
        self._font = (font, size)

    def set_text_rise(self, _rise: float) -> None:
        self.raised = True

    def show_text(self, text: str) -> None:
        self.texts.append((*self._font, b"[" + _to_bytes(text) + b"] TJ"))


def drawn(fonts: Any, families: str, size: float, bold: bool, text: str) -> OneLine:
    """The line of a text of a drawing; it is kept with the document's fonts."""
    lines: dict[Any, Any] = fonts.__dict__.setdefault("drawn", {})
    voice = (families, size, bold)
    if voice not in lines:
        style = Style(INITIAL_VALUES)
        style.font_config = fonts
        style["font_family"] = [name.strip() for name in families.split(",")]
        style["font_size"] = size
        style["font_weight"] = 700 if bold else 400
        lines[voice] = (style, {})
    style, made = lines[voice]
    if text not in made:
        made[text] = OneLine(text, style)
    line: OneLine = made[text]
    return line


def page_references(made: Any) -> tuple[bytes, ...]:
    """As pydyf's, which each element of the structure asks for, told once for as many pages as there are."""
    pages = made.pages["Kids"][::3]
    known: tuple[bytes, ...] = made.__dict__.get("told_pages", ())
    if len(known) != len(pages):
        known = made.told_pages = tuple(f"{number} 0 R".encode() for number in pages)
    return known
