"""The reports' PDFs before an independent judge: veraPDF, by the rules of PDF/A-2b and PDF/UA-1."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from geoapp import state
from geoapp.reports import content, document, kinds, press
from geoapp.reports.ask import Ask, data_stamp, parse_ask
from geoapp.reports.atlas import make as volumes
from geoapp.reports.layouts.layout import ReportLayout
from geoapp.reports.official.letterhead import dressed
from layers.periods import parse_period
from tests.factories import DISTRICT, SOUTHERN
from tests.report_city import drawn_of, make_city
from tests.standing import standing
from tests.thorough import by_turn

pytestmark = pytest.mark.django_db
HERE, LIBRARIES = Path(__file__).parent / "verapdf", state.state_dir() / "verapdf"

world = standing(lambda folder: make_city())


def judged(*files: Path) -> list[str]:
    """What veraPDF says of each file, by both sets of rules."""
    if not list(LIBRARIES.glob("validation-model-*.jar")):
        pytest.skip("veraPDF is not here: `./shuitu test` fetches it")
    told = subprocess.run(
        ["java", "-cp", f"{LIBRARIES}/*", str(HERE / "Check.java"), "2b,ua1", *map(str, files)],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    return told.stdout.splitlines()


def test_reports_are_for_the_archive_and_for_everybody(world: Any, db: None, tmp_path: Path) -> None:
    report = content.build(Ask(DISTRICT, parse_period("2019"), site="http://x/"))
    short = replace(drawn_of(report), layout=ReportLayout(sections=("terms", "maps", "stages")))
    area = parse_ask({"area": f"regions:{SOUTHERN}", "period": "2019"}, "http://x/")
    volume = dressed(Ask("", parse_period("2019"), site="http://x/", atlas=f"{DISTRICT},{SOUTHERN}"))
    made: dict[str, Callable[[], bytes]] = {
        "zh": lambda: document.pdf(drawn_of(report)),
        "area": lambda: document.pdf(kinds.drawn(kinds.read(area, None))),
        "en": lambda: document.pdf(drawn_of(report, "en")),
        "short": lambda: document.pdf(short),
        "atlas": lambda: volumes.pdf(volume, None, data_stamp(), report.version, lambda step: None, 0),
    }
    files = by_turn(list(made), 2)
    for name in files:
        (tmp_path / f"{name}.pdf").write_bytes(made[name]())
    said = judged(*(tmp_path / f"{name}.pdf" for name in files))
    assert [line.split("\t")[:3] for line in said] == [
        [f"{name}.pdf", flavour, "complies"] for name in files for flavour in ("2b", "ua1")
    ]
    assert all(int(line.split("\t")[3]) > 1000 for line in said)


def test_the_judge_finds_what_is_broken(tmp_path: Path) -> None:
    """Without which its silence would tell nothing."""
    (tmp_path / "plain.pdf").write_bytes(press.pdf("<html lang='zh'><title>a</title><p style='color:red'>水</p>", {}))
    said = judged(tmp_path / "plain.pdf")
    assert [line.split("\t")[2] for line in said if line.startswith("plain")] == ["breaks", "breaks"]
    assert any(line.startswith("\t6.2.4.3") for line in said)
