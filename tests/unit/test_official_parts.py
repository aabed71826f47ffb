"""What a letterhead is made of: patterns of numbers, and logos that are really opened."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageFile

from geoapp.reports.official import logo, pattern


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("京水图报〔{year}〕{number}号", "京水图报〔2026〕7号"),
        ("{code}-{year}-{number:3}", "110108-2026-007"),
        ("{year}{number:1}", "20267"),
    ],
)
def test_a_number_is_written_by_its_pattern(given: str, expected: str) -> None:
    assert pattern.written(pattern.check(given), 2026, 7, "110108") == expected


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("{year}{number}{month}", "{month}"), ("{year}{number:0}", "{number:0}"), ("{year.real}{number}", "{year.real}"),
        ("{year}{number}{", "{ }"), ("{year}{number!r}", "{number!r}"), ("{number}", "{year}"), ("〔{year}〕号", "{number}"), ("", "{year}"),
    ],
)  # fmt: skip
def test_a_pattern_that_cannot_be_used_says_what_may_stand_in_it(given: str, named: str) -> None:
    with pytest.raises(pattern.BadPattern) as caught:
        pattern.check(given)
    told = [caught.value.said.in_(lang) for lang in ("zh", "en")]
    assert all(named in each for each in told) and told[0] != told[1]


def picture(kind: str, size: tuple[int, int] = (30, 20), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1 if mode == "P" else "red").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    "data", [picture("PNG"), picture("JPEG"), picture("PNG", mode="P"), picture("PNG", mode="RGBA")]
)
def test_a_logo_is_kept_as_its_pixels(data: bytes) -> None:
    marked = data + b"<script>"
    kept = logo.checked(marked)
    assert b"<script>" not in kept
    with Image.open(io.BytesIO(kept)) as found:
        assert (found.format, found.size) == ("PNG", (30, 20))
    assert logo.checked(marked) == kept


def test_a_large_logo_is_kept_smaller() -> None:
    with Image.open(io.BytesIO(logo.checked(picture("PNG", (3000, 1500))))) as found:
        assert found.size == (1000, 500)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "PNG"), (b"", "PNG"), (picture("GIF"), "PNG"), (picture("PNG")[:60], "PNG"), (picture("JPEG", (300, 300))[:-200], "PNG"),
        (picture("PNG", (4001, 1)), "4001"), (b"\x89PNG" + bytes(1 << 20), "1024 KB"),
    ],
)  # fmt: skip
def test_what_is_no_logo_is_refused_with_a_reason(data: bytes, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint sets it
    with pytest.raises(logo.BadLogo, match=said):
        logo.checked(data)
