"""One coordinate as people write it → a number. Pure: text in, `Angle` or None out; None says it is not understood."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, NamedTuple

from layers.words import Words

Axis = Literal["", "lon", "lat"]

FORM = Words("如 116.278、116°16′41″、116-16-41、东经116.278°", "such as 116.278, 116°16′41″, 116-16-41 or E116.278°")
"""The forms that are understood, as a refusal names them."""


class Angle(NamedTuple):
    """``value`` in degrees, or as it stands; ``axis`` where a letter says it; ``written`` where a sign or parts say degrees."""

    value: float
    axis: Axis
    written: bool


# Before NFKC, which would make letters and spaces of some of them.
_SIGNS = str.maketrans(
    dict.fromkeys("º˚゜⁰∘度", "°")
    | dict.fromkeys("′＇’‘´｀`ʹʼ分", "'")
    | dict.fromkeys("″＂”“〃ʺ˝秒", '"')
    | dict.fromkeys("–—−‐‑‒﹣－", "-")
)
# Of 经度 and 纬度 the last character has become a degree sign.
_AXES: dict[str, tuple[Axis, int]] = {
    "东经": ("lon", 1), "经°": ("lon", 1), "e": ("lon", 1), "lon": ("lon", 1), "lng": ("lon", 1),
    "西经": ("lon", -1), "w": ("lon", -1),
    "北纬": ("lat", 1), "纬°": ("lat", 1), "n": ("lat", 1), "lat": ("lat", 1),
    "南纬": ("lat", -1), "s": ("lat", -1),
}  # fmt: skip
_WORD = "|".join(sorted(_AXES, key=len, reverse=True))
_LETTERED = re.compile(rf"^({_WORD})?\s*[:=]?\s*(.*?)\s*({_WORD})?$", re.IGNORECASE)
_SECONDS = r"([0-9]{1,2}(?:\.[0-9]*)?)"
_DECIMAL = re.compile(r"^([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(°?)$")
_PARTS = tuple(
    re.compile(form)
    for form in (
        rf"^([0-9]{{1,3}}) ?° ?([0-9]{{1,2}}) ?' ?{_SECONDS} ?(?:\"|'')?$",  # 116°16'41.2"
        rf"^([0-9]{{1,3}}) ?° ?{_SECONDS} ?'$",  # 116°16.687'
        rf"^([0-9]{{1,3}}) ?[-:] ?([0-9]{{1,2}}) ?[-:] ?{_SECONDS}$",  # 116-16-41, 116:16:41
        rf"^([0-9]{{1,3}}) ([0-9]{{1,2}}) {_SECONDS}$",  # 116 16 41
        rf"^([0-9]{{1,3}})\.([0-9]{{1,2}})\.{_SECONDS}$",  # 116.16.41
        rf"^([0-9]{{1,3}}) ?[-: ] ?{_SECONDS}$",  # 116-16.687
    )
)


def angle(text: str) -> Angle | None:
    """A longitude, a latitude or a plain number; minutes and seconds below 60."""
    lettered = _LETTERED.match(plain(text))
    if lettered is None:
        return None
    before, body, after = lettered.groups()
    axis, sign = _AXES[(before or after).lower()] if before or after else ("", 1)
    if before and after and _AXES[before.lower()] != _AXES[after.lower()]:
        return None
    decimal = _DECIMAL.match(body)
    if decimal:
        if axis and decimal.group(1).startswith("-"):
            return None
        return Angle(sign * float(decimal.group(1)), axis, bool(axis or decimal.group(2)))
    value = _joined(body)
    return None if value is None else Angle(sign * value, axis, True)


def _joined(body: str) -> float | None:
    for form in _PARTS:
        found = form.match(body)
        if found:
            return joined(*(float(part) for part in found.groups()))
    return None


def joined(degrees: float, minutes: float, seconds: float = 0.0) -> float | None:
    """Degrees of their parts; None where minutes or seconds reach 60."""
    if minutes >= 60 or seconds >= 60:
        return None
    return degrees + (minutes + seconds / 60.0) / 60.0


def plain(text: str) -> str:
    """Signs of degrees, minutes, seconds and dashes each as one character, half width, single spaces."""
    signs = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
    return " ".join(signs.split())


_BETWEEN = re.compile(r"\s*[,，;；、/|\t]\s*")
_BRACKETS = "()[]（）【】{}"


def pair(text: str) -> tuple[Angle, Angle] | None:
    """Two coordinates in one cell, in the order they stand in, or by their letters longitude first."""
    body = plain(text).strip(_BRACKETS)
    found = [word for word in _BETWEEN.split(body) if word]
    if len(found) != 2:
        found = _halves(body)
    both = [one for word in found if (one := angle(word)) is not None]
    if len(both) != 2:
        return None
    first, second = both
    if first.axis == "lat" or second.axis == "lon":
        first, second = second, first
    return None if first.axis == "lat" or second.axis == "lon" else (first, second)


def _halves(body: str) -> list[str]:
    """The text cut at the one space, or before or behind the second axis word, that leaves a coordinate on both sides."""
    words = body.split(" ")
    cuts = [[" ".join(words[:at]), " ".join(words[at:])] for at in range(1, len(words))]
    if len(words) == 1:
        cuts = [[body[: at.start()], body[at.start() :]] for at in re.finditer(rf"(?:{_WORD})", body, re.IGNORECASE)]
        cuts += [[body[: at.end()], body[at.end() :]] for at in re.finditer(rf"(?:{_WORD})", body, re.IGNORECASE)]
    halves = [cut for cut in cuts if all(half and angle(half) is not None for half in cut)]
    return halves[0] if len(halves) == 1 or (halves and len(words) == 1) else []
