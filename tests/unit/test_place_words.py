"""Terms as a place says them: told once at the start, shown in its words, understood in both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from geoapp import env

ROOT = Path(__file__).resolve().parents[2]
WORDS = "level.district=区县/District or county; source.group_tap=市自来水公司"
ASK = """
import json, django
django.setup()
from layers import registry, vocab
term = vocab.SOURCE.by_code["group_tap"]
print(json.dumps({
    "term": [term.id, term.zh, term.en], "read": [vocab.SOURCE.spellings.get(word) for word in ("市自来水公司", "自来水集团", "集团自来水")],
    "layer": [registry.layer("district").zh, registry.layer("district").en, registry.layer("village").en],
    "choices": str(dict(vocab.LEVEL.choices())[2]), "worded": {name: [term.zh, term.en] for name, term in vocab.worded().items()},
}))
"""


def told(words: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "WORDS": words, "DJANGO_SETTINGS_MODULE": "geoapp.settings"}
    return subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, cwd=ROOT, env=given, check=False)


def test_a_place_has_words_of_its_own() -> None:
    found = json.loads(told(WORDS).stdout)
    assert found["term"] == [1, "市自来水公司", "市自来水公司"]
    assert found["read"] == [1, 1, 1]
    assert found["layer"] == ["区县", "District or county", "Villages"]
    assert found["choices"] == "区"  # what migrations hold is not of any place
    assert found["worded"]["level.district"] == ["区县", "District or county"]


@pytest.mark.parametrize("words", ["level.parish=堂区", "kind.x=甲"])
def test_a_term_that_there_is_not_is_told_at_the_start(words: str) -> None:
    refused = told(words)
    assert refused.returncode and "WORDS" in refused.stderr.splitlines()[-1]


@pytest.mark.parametrize("text", ["level.district", "level=区县", "level.district=", "level.district=/County"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(env.BadSetting, match="WORDS"):
        env.worded("WORDS", text)


def test_nothing_is_no_word() -> None:
    assert env.worded("WORDS", None) == env.worded("WORDS", " ") == {}
