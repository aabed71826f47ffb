"""A bureau's logo: really opened, bounded in bytes and pixels, and kept as a picture made anew from its pixels.

PNG and JPEG alone: an SVG may run and fetch things, and nothing on paper needs it.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageFile

from layers.words import Words

MOST_BYTES = 1 << 20
MOST_SIDE = 4000  # pixels that are read
KEPT_SIDE = 1000  # pixels that are kept: 40 mm at 600 dpi
KINDS = ("PNG", "JPEG")
_turn = threading.Lock()


class BadLogo(ValueError):
    """A file is no logo that can be printed; ``said`` tells why and what would be."""

    def __init__(self, said: Words) -> None:
        super().__init__(said.in_("en"))
        self.said = said


def checked(data: bytes) -> bytes:
    """The picture as a PNG of its pixels, without whatever else the file held; `BadLogo`."""
    if len(data) > MOST_BYTES:
        raise BadLogo(
            Words("图徽文件超过 {most} KB，请缩小后再传。", "The logo is larger than {most} KB: make it smaller.", most=MOST_BYTES >> 10)
        )  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a picture that grows beyond all bounds when it is unpacked
            return _made(data)
    except BadLogo:
        raise
    except Exception as error:  # whatever a damaged picture makes its reader raise
        raise BadLogo(
            Words(
                "图徽打不开：须是完整的 PNG 或 JPEG 图片（不接受 SVG）。",
                "The logo cannot be opened: it has to be a whole PNG or JPEG picture (no SVG).",
            )
        ) from error


@contextmanager
def _whole_alone() -> Iterator[None]:
    """A picture that is cut short is refused: WeasyPrint, where it is loaded, tells Pillow to take any."""
    with _turn:
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _made(data: bytes) -> bytes:
    with _whole_alone(), Image.open(io.BytesIO(data), formats=KINDS) as picture:
        if max(picture.size) > MOST_SIDE or min(picture.size) < 1:
            raise BadLogo(
                Words(
                    "图徽为 {width} × {height} 像素，边长最多 {most}。",
                    "The logo has {width} × {height} pixels; a side may have {most}.",
                    width=picture.width,
                    height=picture.height,
                    most=MOST_SIDE,
                )
            )
        picture.load()
        seen = picture.convert("RGBA")
    seen.thumbnail((KEPT_SIDE, KEPT_SIDE))
    out = io.BytesIO()
    seen.save(out, "PNG")
    return out.getvalue()
