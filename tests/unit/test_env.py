"""Environment text to values: tables of what is understood and what is refused."""

import pytest

from geoapp import env


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://water:p%40ss@db.example:5433/shui%20tu?sslmode=require",
            ("shui tu", "water", "p@ss", "db.example", "5433", {"sslmode": "require"}),
        ),
        ("postgis://localhost/water", ("water", "", "", "localhost", "", {})),
        ("postgres://u@%2Fvar%2Frun%2FPG/water", ("water", "u", "", "/var/run/PG", "", {})),
        ("postgresql:///water?host=/var/run/PG&port=6000", ("water", "", "", "/var/run/PG", "6000", {})),
        ("postgresql://[::1]:5432/water", ("water", "", "", "::1", "5432", {})),
    ],
)
def test_database_url_is_taken_apart(url: str, expected: tuple[object, ...]) -> None:
    found = env.database_url(url)
    assert tuple(found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")) == expected


@pytest.mark.parametrize(
    "url",
    ["", "water", "mysql://u:secret@h/water", "postgresql://u:secret@h", "postgresql://u:secret@h:port/water"],
)
def test_a_bad_database_url_is_refused_without_telling_its_password(url: str) -> None:
    with pytest.raises(env.BadSetting, match="DATABASE_URL") as caught:
        env.database_url(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("text", "expected"), [(None, ()), (" ", ()), ("personal", ("personal",))])
def test_choices(text: str | None, expected: tuple[str, ...]) -> None:
    assert env.choices("OPEN_TO_ALL", text, ("personal",)) == expected


@pytest.mark.parametrize("text", ["1", "all", "personal,all", "Personal"])
def test_a_word_that_opens_nothing_is_refused_and_not_passed_over(text: str) -> None:
    with pytest.raises(env.BadSetting, match=r"OPEN_TO_ALL.*use personal"):
        env.choices("OPEN_TO_ALL", text, ("personal",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, False), ("", False), ("0", False), ("No", False), ("1", True), (" true ", True), ("ON", True)],
)
def test_flags(text: str | None, expected: bool) -> None:
    assert env.flag("DEBUG", text) is expected


def test_a_flag_that_is_neither_is_refused() -> None:
    with pytest.raises(env.BadSetting, match="DEBUG='maybe'"):
        env.flag("DEBUG", "maybe")


@pytest.mark.parametrize("text", ["x", "1.5", "0", "65536", "-1"])
def test_a_number_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(env.BadSetting, match="PORT"):
        env.integer("PORT", text, 0, 1, 65535)


@pytest.mark.parametrize(("text", "expected"), [(None, 7), (" ", 7), ("1", 1), ("65535", 65535)])
def test_numbers(text: str | None, expected: int) -> None:
    assert env.integer("PORT", text, 7, 1, 65535) == expected


@pytest.mark.parametrize(("text", "expected"), [(None, ["a"]), (" , ", ["a"]), ("b", ["b"]), (" b ,c,", ["b", "c"])])
def test_words(text: str | None, expected: list[str]) -> None:
    assert env.words(text, ["a"]) == expected
