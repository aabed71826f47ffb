"""The user guides' chapter on an authority's own data, done as it says: its files written, its commands run."""

from __future__ import annotations

import re
import shlex
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from layers.models import Meter, Release, SupplyArea, SupplyFacility, UsageRecord, UsageSum, Well

DOCS = Path(__file__).parents[2] / "docs"
FILE = re.compile(r"^```csv file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\./shuitu manage import_layer (?!图层|LAYER)(.+)$", re.MULTILINE)


@pytest.mark.parametrize(
    ("guide", "holder"), [("user-guide.md", "某某公司"), ("user-guide.en.md", "Example Bottling Company")]
)
@pytest.mark.django_db
def test_every_file_and_command_of_the_guide_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guide: str, holder: str
) -> None:
    text = (DOCS / guide).read_text(encoding="utf-8")
    files = dict(FILE.findall(text))
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    commands = [shlex.split(line) for line in COMMAND.findall(text)]
    assert {words[1] for words in commands} == set(files)
    for words in commands:
        out = StringIO()
        call_command("import_layer", *words, stdout=out)
        assert "拒收 0" in out.getvalue() and "忽略列" not in out.getvalue(), (words, out.getvalue())
    assert Release.objects.count() == len(files)
    assert SupplyFacility.objects.get(code="UP001").found_region.name == "多福巷社区"
    assert SupplyArea.objects.get().facility.code == "UP001"
    assert Well.objects.get(code="W110101001").permits.get().holder.name == holder
    assert Meter.objects.get(code="M0001").users.get().wells.get().code == "W110101001"
    assert UsageRecord.objects.count() == 3
    assert UsageSum.objects.get(level=1, source_sel=0, purpose_sel=0).volume_l == 1_234_500 + 88_125 + 45_678_000
