"""The server without a server: what makes it start anew, and whom a stop ends and whom not."""

from __future__ import annotations

import ast
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from geoapp import proc, serve, state

ROOT = Path(__file__).resolve().parents[2]
PATIENT = "print(flush=True); import time; time.sleep(600)"
DEAF = "import signal as s; s.signal(s.SIGTERM, s.SIG_IGN); s.signal(s.SIGINT, s.SIG_IGN); " + PATIENT


@pytest.fixture
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    monkeypatch.setenv("SHUITU_STATE", str(folder))
    return folder


# ------------------------------------------------------------------ what a running server has read


@pytest.fixture
def checkout(tmp_path: Path, own_state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout in small: a file of every kind in each of the folders, and deep below."""
    small = tmp_path / "checkout"
    for top in serve.CODE_DIRS:
        for folder in (small / top, small / top / "a/b"):
            folder.mkdir(parents=True)
            for suffix in serve.CODE_SUFFIXES:
                (folder / f"made{suffix}").write_text("one")
    (small / "requirements.lock").write_text("one==1")
    monkeypatch.setattr(state, "BASE_DIR", small)
    return small


def test_every_file_that_is_served_from_makes_another_server(checkout: Path) -> None:
    """Another byte (of the same length), another name, none: each is seen, and undone the same as before."""
    first = serve.fingerprint()
    files = [path for top in serve.CODE_DIRS for path in sorted((checkout / top).rglob("*.*"))]
    assert len(files) == 2 * len(serve.CODE_DIRS) * len(serve.CODE_SUFFIXES)
    for path in [*files, checkout / "requirements.lock"]:
        before = path.read_text()
        path.write_text(before.replace("one", "two"))
        assert serve.fingerprint() != first, path
        path.rename(path.with_stem("other"))
        path.with_stem("other").write_text(before)
        assert serve.fingerprint() != first, path
        path.with_stem("other").rename(path)
        assert serve.fingerprint() == first, path


def test_what_is_not_served_from_makes_no_other_server(checkout: Path) -> None:
    first = serve.fingerprint()
    for name in ("geoapp/note.md", "layers/__pycache__/made.py", "geoapp/node_modules/made.json", "tests/made.py"):
        (checkout / name).parent.mkdir(exist_ok=True)
        (checkout / name).write_text("another")
        assert serve.fingerprint() == first, name


def test_whatever_lies_in_a_checkout_is_served_from_or_known_not_to_be() -> None:
    """Another folder of code, or another kind of file in one of them, has to be told to the fingerprint, or to this test."""
    tops = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert tops - {"tests", "docs", "deploy"} == set(serve.CODE_DIRS)
    found = [
        path
        for top in serve.CODE_DIRS
        for path in (ROOT / top).rglob("*")
        if path.is_file() and not serve.NOT_CODE & set(path.relative_to(ROOT).parts)
    ]
    of_the_builders = {"package.json", "package-lock.json", "tsconfig.json", "build.mjs", ".npmrc"}
    kinds = {path.suffix for path in found if path.name not in of_the_builders}
    assert {".py", ".sql", ".html", ".css"} <= kinds
    assert kinds - {"", ".md"} <= serve.CODE_SUFFIXES  # ".gitignore" has none


def test_whatever_settings_are_read_make_another_server() -> None:
    """Every variable that the settings or gunicorn's read by name, but those that are the same for a state or a kind of process."""
    read = [
        node.args[0].value
        for name in ("geoapp/settings.py", "geoapp/serving/conf.py")
        for node in ast.walk(ast.parse((ROOT / name).read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.environ.get", "_given")
        if isinstance(node.args[0], ast.Constant)
    ]
    assert len(read) > 20
    assert set(read) - {"SHUITU_SERVING", "TEST_DATABASE"} <= set(serve.READ_AT_START)


@pytest.mark.parametrize("name", serve.READ_AT_START)
def test_every_setting_makes_another_server(checkout: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "one")
    before = serve.fingerprint()
    monkeypatch.setenv(name, "two")
    assert serve.fingerprint() != before


# ------------------------------------------------------------------ whom a stop ends


@pytest.fixture
def begin(own_state: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a program under a word of the server's, in this checkout and state unless told another."""
    with contextlib.ExitStack() as stack:

        def begun(code: str, word: str, folder: Path = ROOT, home: Path = own_state) -> subprocess.Popen[bytes]:
            environment = {**os.environ, "SHUITU_STATE": str(home)}
            words = [sys.executable, "-c", code, word]
            child = subprocess.Popen(words, cwd=folder, env=environment, stdout=subprocess.PIPE)
            stack.enter_context(child)
            stack.callback(child.kill)
            assert child.stdout is not None and child.stdout.readline() == b"\n"  # it is as deaf as it will be
            return child

        yield begun


def test_a_stop_ends_stragglers_and_no_others(
    begin: Callable[..., subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a server whose keeper is gone: its processes and its workers, deaf ones too; nobody else's."""
    monkeypatch.setattr(serve, "END", ((signal.SIGTERM, 3.0), (signal.SIGKILL, 10.0)))
    monkeypatch.setattr(serve, "END_WORKER", ((signal.SIGINT, 3.0), (signal.SIGKILL, 10.0)))
    ours = {
        begin(code, word): number
        for code, word, number in (
            (PATIENT, serve.PROGRAM, signal.SIGTERM), (DEAF, serve.PROGRAM, signal.SIGKILL),
            *((PATIENT, worker, signal.SIGINT) for worker, *_ in serve.WORKERS),
            *((DEAF, worker, signal.SIGKILL) for worker, *_ in serve.WORKERS),
        )
    }  # fmt: skip
    others = [
        begin(PATIENT, serve.PROGRAM, home=tmp_path / "other"),
        begin(PATIENT, serve.WORKERS[0][0], folder=tmp_path),
        begin(PATIENT, "another.wsgi:application"),
    ]
    assert serve.stop() is True
    assert {child.pid: child.wait(5) for child in ours} == {child.pid: -number for child, number in ours.items()}
    assert [child.poll() for child in others] == [None] * 3
    assert serve.stop() is False


def test_what_cannot_be_ended_is_told(
    begin: Callable[..., subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "END", ((signal.SIGTERM, 0.2),))
    deaf = begin(DEAF, serve.PROGRAM)
    with pytest.raises(serve.ServerTrouble, match=rf"pid {deaf.pid}\) does not stop"):
        serve.stop()


def test_an_end_is_as_quick_as_what_it_ends() -> None:
    """It does not sit out the time that it gives."""
    child = subprocess.Popen(["sleep", "600"])
    began = time.monotonic()
    assert proc.end_all(lambda: [child.pid] if proc.alive(child.pid) else [], ((signal.SIGTERM, 60.0),))
    assert time.monotonic() - began < 30
    assert child.wait() == -signal.SIGTERM
