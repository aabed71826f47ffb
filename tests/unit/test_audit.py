"""Questions as the audit keeps them, and floods that are counted."""

from __future__ import annotations

import pytest

from geoapp.audit import question, words
from geoapp.audit.windows import Windows

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ([("source", "1"), ("region", "110101")], "GET /api/stats?region=110101&source=1"),
        ([("q", "张三 的井")], "GET /api/stats?q=张三%20的井"),
        ([("q", "a&b=c")], "GET /api/stats?q=a%26b%3Dc"),
        ([("token", "abc")], "GET /api/stats?token=…"),
        ([("access_token", "x"), ("password", "y"), ("api_key", "z")], "GET /api/stats?access_token=…&api_key=…&password=…"),
        ([("q", "stk_9fKq2LmZx8TtAa01BbCcDdEe")], "GET /api/stats?q=…"),
        ([("q", JWT)], "GET /api/stats?q=…"),
        ([("q", "d41d8cd98f00b204e9800998ecf8427e")], "GET /api/stats?q=…"),
        ([("fields", "code,name,permitted_m3_per_year,metering")], "GET /api/stats?fields=code,name,permitted_m3_per_year,metering"),
        ([("q", "a\r\nSet-Cookie: x\x00\u202e")], "GET /api/stats?q=a%0D%0ASet-Cookie:%20x\ufffd"),
        ([("b", "2"), ("a", "1"), ("a", "0")], "GET /api/stats?a=0&a=1&b=2"),
    ],
)  # fmt: skip
def test_a_question_is_one_line_in_order_and_without_secrets(query: list[tuple[str, str]], told: str) -> None:
    assert question.of("GET", "/api/stats", query) == told


def test_a_question_is_bounded_and_its_path_hides_names_of_uploads() -> None:
    assert len(question.of("GET", "/x" * 900, [("q", "长" * 5000)])) == question.MOST
    assert question.of("POST", "/desk/kJ3mQ9xZr7TtAa01BbCcDdEeFfGg_hIjKlMnOpQrS/", []) == "POST /desk/…/"
    assert question.of("GET", "/objects/well/W110101001001000000000000000001", []).endswith("00000001"), (
        "a code is no secret"
    )
    assert "\ud800" not in question.clean("\ud800", 10)


def test_the_vocabulary_is_closed_and_in_both_languages() -> None:
    for vocab in (words.ACT, words.RESULT, words.CHANNEL):
        assert len({term.id for term in vocab}) == len({term.code for term in vocab}) == len(vocab)
        assert all(term.zh and term.en for term in vocab)
    grouped = [code for _, _, codes, _ in words.GROUPS for code in codes]
    bad = {"login_refused", "token_refused", "session_refused", "denied", "fault", "import_refused"}
    assert sorted(grouped) == sorted(set(words.ACT.codes) - bad)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_of_a_flood_the_first_are_told_and_the_rest_counted_once() -> None:
    clock = Clock()
    windows = Windows(60, 3, clock)
    assert [windows.is_told("a", "who") for _ in range(5)] == [True] * 3 + [False] * 2
    assert windows.is_told("b", "other")
    assert windows.over() == []
    clock.now = 61
    assert [(one.kept, one.counted) for one in windows.over()] == [("who", 2)], "of b nothing was left out"
    assert windows.over() == []
    assert windows.is_told("a", "who")


def test_what_nobody_came_by_to_tell_is_not_lost_when_the_next_flood_begins() -> None:
    clock = Clock()
    windows = Windows(60, 1, clock)
    for _ in range(4):
        windows.is_told("a", "first", 10)
    clock.now = 100
    assert windows.is_told("a", "second")
    assert [(one.kept, one.counted, one.rows) for one in windows.over()] == [("first", 3, 30)]


def test_a_flood_of_many_kinds_takes_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoapp.audit.windows.MOST_KINDS", 100)
    windows = Windows(60, 1, Clock())
    for number in range(500):
        windows.is_told(number, None)
        windows.over()
    assert len(windows._open) == 100
