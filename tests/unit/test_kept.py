"""Settings given once at an `up` are kept for every later one; what cannot be used is refused and changes nothing."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from geoapp import kept, serve

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


def keep(home: Path, word: str = "keep", **given: str) -> subprocess.CompletedProcess[str]:
    unwanted = {*kept.NAMES, *kept.NOT_KEPT}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    return subprocess.run(
        [sys.executable, "-m", "geoapp.kept", word],
        cwd=ROOT, env={**environment, "SHUITU_STATE": str(home), **given},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def lines(home: Path) -> list[str]:
    path = home / "settings.env"
    return path.read_text().splitlines() if path.exists() else []


def test_what_was_given_stays_until_it_is_given_anew_or_taken_back(home: Path) -> None:
    assert keep(home).returncode == 0
    assert lines(home) == []
    given = {"BIND": "0.0.0.0", "ALLOWED_HOSTS": "water.example.org,.example.net", "HTTPS": "1", "WEB_WORKERS": " 3 "}
    assert keep(home, **given, PUBLIC_URL="https://water.example.org/map").returncode == 0
    first = ["ALLOWED_HOSTS=water.example.org,.example.net", "BIND=0.0.0.0", "HTTPS=1",
             "PUBLIC_URL=https://water.example.org/map", "WEB_WORKERS=3"]  # fmt: skip
    assert lines(home) == first
    assert not stat.S_IMODE((home / "settings.env").stat().st_mode) & 0o037
    assert keep(home).returncode == 0
    assert lines(home) == first
    assert keep(home, WEB_WORKERS="4", HTTPS="", BIND="").returncode == 0
    assert lines(home) == [first[0], first[3], "WEB_WORKERS=4"]
    assert keep(home, "show").stdout.splitlines() == [f"setting   {line}" for line in lines(home)]


def test_secrets_and_databases_are_not_kept(home: Path) -> None:
    elsewhere = {"DATABASE_URL": "postgresql://u:secret@h/water", "DATABASE_WEB_URL": "postgresql://web:secret@h/water"}
    given = {"SECRET_KEY": "x" * 50, **elsewhere, "DEBUG": "1"}
    assert keep(home, **given, EXPORT_SLOTS="2").returncode == 0
    assert lines(home) == ["EXPORT_SLOTS=2"]


def test_whatever_a_server_reads_at_its_start_is_kept() -> None:
    assert set(serve.READ_AT_START) <= {*kept.NAMES, *kept.NOT_KEPT}
    assert {"BIND", "PORT", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "HTTPS", "PUBLIC_URL", "WEB_WORKERS", "WEB_THREADS",
            "IMPORT_MAX_MB"} <= set(kept.NAMES)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BIND", "192.0.2.1"),  # an address of no machine
        ("BIND", "no such host"),
        ("PORT", "http"),
        ("PORT", "65536"),
        ("ALLOWED_HOSTS", "https://water.example.org"),
        ("ALLOWED_HOSTS", "water.example.org:8000"),
        ("ALLOWED_HOSTS", "water example"),
        ("CSRF_TRUSTED_ORIGINS", "water.example.org"),
        ("CSRF_TRUSTED_ORIGINS", "https://water.example.org/map"),
        ("HTTPS", "maybe"),
        ("PUBLIC_URL", "water.example.org"),
        ("PUBLIC_URL", "ftp://water.example.org"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("WEB_WORKERS", "0"),
        ("WEB_THREADS", "many"),
        ("IMPORT_MAX_MB", "5000"),
        ("DB_POOL_SIZE", "0"),
        ("STATEMENT_TIMEOUT_MS", "-1"),
        ("REPORT_WORKERS", "1.5"),
        ("LOG_LEVEL", "LOUD"),
        ("PUBLIC_URL", "https://water.example.org/\nBIND=0.0.0.0"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_and_changes_nothing(home: Path, name: str, value: str) -> None:
    (home / "settings.env").write_text("HTTPS=1\n")
    refused = keep(home, EXPORT_SLOTS="2", **{name: value})
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"shuitu: {name}=")
    assert "Traceback" not in refused.stderr
    assert lines(home) == ["HTTPS=1"]


def test_a_port_that_another_program_has_is_refused(home: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        refused = keep(home, PORT=str(busy.getsockname()[1]))
    assert (refused.returncode, lines(home)) == (1, [])
    assert "is used by another program" in refused.stderr


# ------------------------------------------------------------------ the launcher puts them under what is given


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A launcher whose Python tells the environment that it got."""
    copy = tmp_path / "checkout"
    shutil.copytree(ROOT / "deploy/launcher", copy / "deploy/launcher")
    shutil.copy(ROOT / "shuitu", copy / "shuitu")
    python = copy / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nexec env\n")
    python.chmod(0o755)
    (copy / ".venv/.shuitu").touch()
    (copy / ".local").mkdir()
    return copy


def told(checkout: Path, **given: str) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name not in {*kept.NAMES, "SHUITU_STATE"}}
    done = subprocess.run(
        [checkout / "shuitu", "manage", "check"],
        env={**environment, **given}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def test_a_later_word_gets_what_is_kept_under_what_is_given(checkout: Path) -> None:
    (checkout / ".local/settings.env").write_text("BIND=0.0.0.0\nHTTPS=1\nPUBLIC_URL=https://example.org/?a=b=\n")
    found = told(checkout, HTTPS="0")
    assert (found["BIND"], found["HTTPS"], found["PUBLIC_URL"]) == ("0.0.0.0", "0", "https://example.org/?a=b=")
    assert told(checkout, BIND="")["BIND"] == ""


def test_what_is_kept_is_text_and_never_run(checkout: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    value = f"$(touch {ran})`touch {ran}`;touch {ran} \"quoted' \\n *"
    (checkout / ".local/settings.env").write_text(f"BIND={value}\nX;touch {ran}=1\n$(touch {ran})=1\n# a remark\n\n")
    assert told(checkout)["BIND"] == value
    assert not ran.exists()
