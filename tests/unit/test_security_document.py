"""What docs/security.md says is shown by a test or a setting is: each test is there, both languages have the same lines, nothing personal is left out."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from geoapp import serve
from layers.access import personal
from layers.access.rights import CAPABILITIES
from layers.models.access import CLOSED, FIGURES, OPEN

ROOT = Path(__file__).resolve().parents[2]
CHINESE, ENGLISH = ROOT / "docs/security.md", ROOT / "docs/security.en.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
SETTING = re.compile(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)(?:=[^`]*)?`")
# Rooms of their own, which an installation may come without: where one is not there, neither are its tests.
ROOM_OF = {"account": "geoapp/accounts/bearer.py", "tokens": "geoapp/accounts/bearer.py", "outside": "geoapp/accounts/bearer.py",
           "totp": "geoapp/accounts/bearer.py", "audit": "geoapp/audit", "record": "layers/record"}  # fmt: skip
SETTING_OF = {"TOTP_FOR_ADMINS": "geoapp/accounts/bearer.py", "LEAKED_PASSWORDS": "geoapp/accounts/bearer.py"}
IN_SETTINGS = {"AUTH_PASSWORD_VALIDATORS", "SESSION_IDLE_SECONDS"}


def _is_there(room: str) -> bool:
    return (ROOT / room).exists()


@cache
def _tests(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _rows(path: Path, heading: int) -> list[list[str]]:
    part = re.split(r"^## ", path.read_text("utf-8"), flags=re.MULTILINE)[heading]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@pytest.mark.parametrize("path", [CHINESE, ENGLISH])
def test_every_test_that_is_named_is_there(path: Path) -> None:
    named = TEST.findall(path.read_text("utf-8"))
    assert len(named) > 80
    missing = []
    for file, name in named:
        room = ROOM_OF.get(re.sub(r".*test_(\w+?)(?:_page)?\.py", r"\1", file))
        if room and not _is_there(room):
            continue
        if not (ROOT / file).exists() or (name and name not in _tests(file)):
            missing.append(f"{file}::{name}")
    assert missing == []


@pytest.mark.parametrize("path", [CHINESE, ENGLISH])
def test_every_setting_that_is_named_is_one(path: Path) -> None:
    named = set(SETTING.findall(path.read_text("utf-8")))
    known = {*serve.READ_AT_START, *IN_SETTINGS}
    assert named >= {"HTTPS", "ALLOWED_HOSTS", "LIMITS", "TRUSTED_PROXIES"}
    assert {name for name in named - known if name not in SETTING_OF or _is_there(SETTING_OF[name])} == set()


def test_both_languages_have_the_same_lines_and_show_them_by_the_same() -> None:
    for heading in (1, 2):
        chinese, english = _rows(CHINESE, heading), _rows(ENGLISH, heading)
        assert len(chinese) == len(english) > 30
        for one, other in zip(chinese, english, strict=True):
            assert len(one) == len(other) == 5
            assert all((*one, *other))
            assert re.match(r"[V\d.–, -]+", one[0]) and one[0].split()[0] == other[0].split()[0]
            assert set(re.findall(r"`[^`]+`", one[3])) == set(re.findall(r"`[^`]+`", other[3])), one[0]


def test_no_chapter_of_either_standard_is_left_out() -> None:
    protection = " ".join(row[0] for row in _rows(CHINESE, 1))
    assert [part for part in range(1, 11) if f"7.1.{part}" not in protection] == []
    assert [part for part in range(1, 11) if f"7.1.4.{part} " not in protection] == []
    chapters = {row[0].split(".")[0] for row in _rows(CHINESE, 2)} | {row[0] for row in _rows(CHINESE, 2)}
    assert {f"V{number}" for number in range(1, 15)} <= chapters


@pytest.mark.parametrize("path", [CHINESE, ENGLISH])
def test_the_table_of_personal_data_is_whole(path: Path) -> None:
    part = re.split(r"^## ", path.read_text("utf-8"), flags=re.MULTILINE)[4]
    told = {row[0].strip("`") for row in _rows(path, 4) if row[0].startswith("`") and len(row) == 2}
    assert told == {*personal.DATASETS, *personal.FIELDS}
    assert all(f"`{posture}`" in part for posture in (OPEN, FIGURES, CLOSED))
    assert CAPABILITIES["personal"].in_("zh" if path == CHINESE else "en") in part
