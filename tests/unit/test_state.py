"""Whose each part of the state directory is, and that an older one is put right without following a link."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from geoapp import identity, state


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    monkeypatch.setenv("SHUITU_STATE", str(folder))
    return folder


@pytest.fixture
def older(home: Path) -> Path:
    """As a version made it that ran everything as one user, for everybody to read."""
    for name in ("reports/key", "tiles/build/layer", "exports", "logs", "stamps", "uploads/token"):
        (home / name).mkdir(parents=True)
    for name in ("reports/key/report.pdf", "tiles/build/layer/1.gz", "exports/a.kept", "logs/server.log", "logs/pip.log",
                 "secret_key", "admin_password", "server.json", "somebody_elses"):  # fmt: skip
        (home / name).write_text(name)
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return home


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def service_uid() -> int:
    user = identity.service_user()
    return user.pw_uid if user else os.geteuid()


def test_what_the_service_writes_is_its_own_and_nobody_else_reads_it(older: Path) -> None:
    state.arrange()
    for name in (*state.CACHES, *state.KEPT):
        assert (mode(older / name), (older / name).stat().st_uid) == (0o700, service_uid())
    for path in (older / "reports").rglob("*"):
        assert (mode(path), path.stat().st_uid) == (0o700 if path.is_dir() else 0o600, service_uid())
    assert (older / "reports/key/report.pdf").read_text() == "reports/key/report.pdf"
    assert list((older / "tiles").iterdir()) == list((older / "exports").iterdir()) == []  # caches: made anew
    assert (mode(older / "logs/server.log"), (older / "logs/server.log").stat().st_uid) == (0o600, service_uid())


def test_what_it_must_not_write_stays_the_operators(older: Path) -> None:
    state.arrange()
    assert mode(older) == 0o711
    for name in ("secret_key", "server.json"):
        assert (mode(older / name), (older / name).stat().st_uid) == (
            0o640 if identity.service_user() else 0o600,
            os.geteuid(),
        )
    for name in ("admin_password", "logs/pip.log"):
        assert (mode(older / name), (older / name).stat().st_uid) == (0o600, os.geteuid())
    assert (mode(older / "logs"), (older / "logs").stat().st_uid) == (
        0o750 if identity.service_user() else 0o700,
        os.geteuid(),
    )
    assert mode(older / "stamps") == 0o700
    assert mode(older / "somebody_elses") == 0o644  # the folder may hold other things


def test_doing_it_again_changes_nothing(older: Path) -> None:
    def seen() -> dict[Path, tuple[int, int, int]]:
        return {
            path: (found.st_ino, found.st_uid, found.st_mode) for path in older.rglob("*") if (found := path.lstat())
        }

    state.arrange()
    (older / "tiles/kept").touch(mode=0o600)
    before = seen()
    state.arrange()
    assert seen() == before


def test_no_link_is_followed(older: Path, tmp_path: Path) -> None:
    """Neither to a file nor to a folder, soft or hard: what the service may write could hold one."""
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (outside / "file").write_text("kept")
    (outside / "file").chmod(0o644)
    (older / "reports/soft").symlink_to(outside / "file")
    (older / "reports/key/folder").symlink_to(outside)
    (older / "reports/hard").hardlink_to(outside / "file")
    state.arrange()
    for path in (outside, outside / "file"):
        assert (mode(path), path.stat().st_uid) == (0o755 if path.is_dir() else 0o644, os.geteuid())
    assert (outside / "file").read_text() == "kept"


def test_a_log_that_is_a_link_is_not_opened(home: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("secret")
    state.logs_dir()
    (home / "logs/server.log").symlink_to(tmp_path / "outside")
    with pytest.raises(OSError, match=r"symbolic|loop"):
        state.service_log("server.log")
    assert state.tail(home / "logs/server.log", 5) == ""


def test_a_folder_on_another_disk_stays_there(older: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    (older / "reports").rename(disk)
    (older / "reports").symlink_to(disk)
    state.arrange()
    assert (older / "reports").is_symlink()
    assert (mode(disk), disk.stat().st_uid) == (0o700, service_uid())
    assert (disk / "key/report.pdf").exists()


def test_what_was_left_in_passing_goes_after_a_day_and_nothing_else(older: Path, tmp_path: Path) -> None:
    """Neither what is young, nor what has another name, nor what a link leads to."""
    work, outside = older / "work", tmp_path / "outside"
    state.arrange()  # the first time everything in it is handed over, and links are gone
    for folder in (outside, work / "tmpfolder/deep", work / "shuitu-young", work / ".cache"):
        folder.mkdir(parents=True)
    for file in (outside / "kept", work / "tmpfile", work / "tmpfolder/deep/file", work / "tmpyoung"):
        file.touch()
    (work / "shuitu-link").symlink_to(outside)
    long_ago = time.time() - state.ABANDONED_SECONDS - 60
    for name in ("tmpfolder", "tmpfile", "shuitu-link", ".cache"):
        os.utime(work / name, (long_ago, long_ago), follow_symlinks=False)
    for name in ("shuitu-young", "tmpyoung"):
        os.utime(work / name, (long_ago + 120,) * 2)
    state.arrange()
    assert {path.name for path in work.iterdir()} == {"shuitu-young", "tmpyoung", ".cache"}
    assert (outside / "kept").exists()


def test_the_service_gets_no_home_of_roots(home: Path) -> None:
    if identity.service_user() is None:
        pytest.skip("not root: everything runs as oneself, at home")
    found = state.service_environment()
    assert {found[name] for name in ("HOME", "TMPDIR")} == {str(home / "work")}
    assert found["SHUITU_STATE"] == str(home)
