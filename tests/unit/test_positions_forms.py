"""Coordinates as people write them: which are understood, as what, and which are not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.ingest.checks import Judge
from layers.ingest.columns import match, normal
from layers.ingest.positions import forms, texts
from layers.ingest.positions.readings import unpacked
from layers.ingest.positions.words import GEOMETRY_WORDS
from layers.ingest.refusal import ImportRefused, Verdicts
from layers.ingest.table import Chunk

WANTED = 116 + (16 + 41 / 60) / 60


@pytest.mark.parametrize(
    "text",
    [
        "116°16′41″", "116°16'41\"", "116°16’41”", "116°16′41''", "116º16´41˝", "116˚16ʹ41ʺ", "116 ° 16 ′ 41 ″",
        "116度16分41秒", "１１６°１６′４１″", "１１６度１６分４１秒", "116-16-41", "116－16－41", "116—16—41", "116:16:41",
        "116：16：41", "116 16 41", "116.16.41", "116°16′41", "E116°16′41.0″", "116°16′41″E", "116°16′41″ e",
        "东经116°16′41″", "东经：116度16分41秒", "经度116°16′41″", "lon 116:16:41",
        f"116°{16 + 41 / 60:.10f}′", f"116-{16 + 41 / 60:.10f}", f"116 {16 + 41 / 60:.10f}",
    ],
)  # fmt: skip
def test_every_spelling_of_degrees_minutes_and_seconds(text: str) -> None:
    found = forms.angle(text)
    assert found is not None and found.written
    assert found.value == pytest.approx(WANTED, abs=1e-11)
    assert found.axis in ("", "lon")


@pytest.mark.parametrize(
    ("text", "value", "axis", "written"),
    [
        ("116.278°", 116.278, "", True),
        ("116.278度", 116.278, "", True),
        ("116.279E", 116.279, "lon", True),
        ("东经116°", 116.0, "lon", True),
        ("北纬39.912", 39.912, "lat", True),
        ("39.912 N", 39.912, "lat", True),
        ("N 39.912", 39.912, "lat", True),
        ("S39.5", -39.5, "lat", True),
        ("W2.5", -2.5, "lon", True),
        (" 116.5 ", 116.5, "", False),
    ],
)
def test_signs_and_letters(text: str, value: float, axis: str, written: bool) -> None:
    assert forms.angle(text) == (value, axis, written)


@pytest.mark.parametrize(
    "text",
    ["abc", "116,278", "116°61′00″", "116°16′60″", "116-60-00", "E116.2W", "N-39.9", "1160°16′41″", "116°16′41″39°54′37″",
     "约116.2", "116.2?", "无", "-", "°", "NaN", "inf", "1e400", "E", "东经"],
)  # fmt: skip
def test_what_is_no_coordinate_is_not_guessed(text: str) -> None:
    assert forms.angle(text) is None


@pytest.mark.parametrize(
    "text",
    ["116.28,39.91", "116.28，39.91", "116.28 39.91", "(116.28, 39.91)", "（116.28；39.91）", "116.28/39.91", "39.91N 116.28E",
     "N39.91,E116.28", "北纬39.91°东经116.28°", "东经116.28、北纬39.91", "116.28E39.91N", "116°16′48″,39°54′36″",
     "116 16 48 39 54 36", "N39°54′36″ E116°16′48″"],
)  # fmt: skip
def test_pairs_in_one_cell(text: str) -> None:
    found = forms.pair(text)
    assert found is not None
    assert (found[0].value, found[1].value) == pytest.approx((116.28, 39.91), abs=1e-9)


@pytest.mark.parametrize("text", ["116.28", "116.28,39.91,50", "E116.28,E39.91", "见附图", "116.28,", ""])
def test_what_is_no_pair(text: str) -> None:
    assert forms.pair(text) is None


@given(
    st.integers(73, 135), st.integers(0, 59), st.integers(0, 59_999), st.sampled_from(["°′″", "度分秒", "--×", ":::"])
)
def test_parts_come_back(degrees: int, minutes: int, thousandths: int, signs: str) -> None:
    d, m, s = {"°′″": "°′″", "度分秒": "度分秒", "--×": ("-", "-", ""), ":::": (":", ":", "")}[signs]
    found = forms.angle(f"{degrees}{d}{minutes:02d}{m}{thousandths / 1000:06.3f}{s}")
    assert found is not None
    assert found.value == pytest.approx(degrees + minutes / 60 + thousandths / 3_600_000, abs=1e-10)


@given(st.integers(73, 135), st.integers(0, 59), st.integers(0, 59_999))
def test_packed_numbers_come_back(degrees: int, minutes: int, thousandths: int) -> None:
    packed = float(f"{degrees}.{minutes:02d}{thousandths:05d}")
    assert unpacked(np.array([packed]))[0] == pytest.approx(degrees + minutes / 60 + thousandths / 3_600_000, abs=1e-9)


def test_what_cannot_be_packed_is_no_number() -> None:
    assert np.isnan(unpacked(np.array([116.6001, 116.0060, 500_000.0, np.nan]))).all()


@given(st.text(max_size=30))
def test_no_text_breaks_a_parser(text: str) -> None:
    forms.angle(text)
    forms.pair(text)


def chunk(**columns: list[str | None]) -> Chunk:
    count = len(next(iter(columns.values())))
    return Chunk(np.arange(2, 2 + count), {name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def read(given: Chunk, columns: dict[str, str]) -> tuple[texts.Numbers, list[tuple[int, str, str]]]:
    verdicts = Verdicts()
    found = texts.read(given, columns, Judge(given.rows, verdicts))
    return found, [(fault.row, fault.field, fault.reason) for fault in verdicts.refused.first(99)]


def test_decimals_and_other_forms_in_one_column() -> None:
    given = chunk(x=["116.5", "116°30′", "N39.5", None, "abc", "116"], y=["39.5", "39.5", "E116.5", None, "39", None])
    found, refused = read(given, {"lon": "x", "lat": "y"})
    assert found.x[:3].tolist() == [116.5] * 3 and found.y[:3].tolist() == [39.5] * 3
    assert found.written.tolist()[:3] == [False, True, True]
    assert not found.there[3:].any()
    assert refused == [(6, "lon", "bad_position"), (7, "lat", "half_position")]


def test_both_columns_of_one_direction_are_refused() -> None:
    found, refused = read(chunk(x=["E116"], y=["E39"]), {"lon": "x", "lat": "y"})
    assert refused == [(2, "lon", "bad_position")] and not found.there.any()


SIX = {f"{word}_{part}": f"{word}{part}" for word in ("lon", "lat") for part in "dms"}


def test_six_columns() -> None:
    cells = zip(
        ["116", "16", "41", "39", "54", "37"], ["116", "60", "0", "39", "0", "0"], ["116", None, None, "39", "54", "37"],
        [None] * 6, ["116.5", "16", "41", "39", "54", "37"], strict=True,
    )  # fmt: skip
    found, refused = read(chunk(**{name: list(one) for name, one in zip(SIX.values(), cells, strict=True)}), SIX)
    assert (found.x[0], found.y[0]) == pytest.approx((WANTED, 39 + 54 / 60 + 37 / 3600), abs=1e-12)
    assert found.written.all() and found.there.tolist() == [True, False, False, False, False]
    assert refused == [(3, "lon", "bad_position"), (4, "lon", "half_position"), (6, "lon", "bad_position")]


def test_degrees_and_minutes_with_decimals_in_four_columns() -> None:
    columns = {"lon": "a", "lon_m": "b", "lat": "c", "lat_m": "d"}
    found, refused = read(chunk(a=["116"], b=["30.6"], c=["39"], d=["15"]), columns)
    assert (found.x[0], found.y[0]) == pytest.approx((116.51, 39.25)) and not refused


def test_points_and_pairs_in_one_column() -> None:
    given = chunk(p=["POINT(116.5 39.5)", "116.5,39.5", "SRID=4490;POINT Z(116.5 39.5 1)", "见附图", None])
    found, refused = read(given, {"position": "p"})
    assert found.x[:3].tolist() == [116.5] * 3 and not found.there[3:].any()
    assert refused == [(5, "position", "bad_position")]


def test_half_of_the_columns_is_refused() -> None:
    with pytest.raises(ImportRefused, match="坐标只有一列"):
        read(chunk(a=["116"]), {"lon": "a"})
    with pytest.raises(ImportRefused, match="lat"):
        read(chunk(a=["116"], b=["1"], c=["2"]), {"lon_d": "a", "lon_m": "b", "lon_s": "c"})


@pytest.mark.parametrize(
    ("headings", "words"),
    [
        (("经度", "纬度"), ("lon", "lat")),
        (("经度(°)", "纬度(°)"), ("lon", "lat")),
        (("X", "Y"), ("lon", "lat")),
        (("Y坐标", "X坐标"), ("lat", "lon")),
        (("横坐标", "纵坐标"), ("lon", "lat")),
        (("东坐标(m)", "北坐标(m)"), ("lon", "lat")),
        (("经度-度", "经度-分", "经度-秒", "纬度-度", "纬度-分", "纬度-秒"), ("lon_d", "lon_m", "lon_s", "lat_d", "lat_m", "lat_s")),
        (("经度度", "经度分", "经度秒"), ("lon_d", "lon_m", "lon_s")),
        (("东经_度", "东经（分）", "东经/秒"), ("lon_d", "lon_m", "lon_s")),
        (("经度(°)", "经度(′)", "经度(″)"), ("lon", "lon_m", "lon_s")),
        (("经纬度",), ("position",)),
        (("坐标（经度，纬度）",), ("position",)),
    ],
)  # fmt: skip
def test_headings(headings: tuple[str, ...], words: tuple[str, ...]) -> None:
    assert match([], headings).geometry == dict(
        sorted(zip(words, headings, strict=True), key=lambda one: list(GEOMETRY_WORDS).index(one[0]))
    )


def test_no_heading_stands_for_two_words() -> None:
    owner: dict[str, str] = {}
    for word, spellings in GEOMETRY_WORDS.items():
        for one in spellings:
            assert normal(one) == one
            assert owner.setdefault(one, word) == word
