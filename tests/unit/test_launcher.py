"""The launcher's words, its secrets, and how it tells its own processes: in a bare copy, nothing is installed."""

import contextlib
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geoapp import cluster, identity, localdb, proc, serve, state

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout as cloned, as far as the launcher reads it, in a path with a space."""
    copy = tmp_path / "a checkout"
    shutil.copytree(ROOT / "deploy" / "launcher", copy / "deploy" / "launcher")
    shutil.copy(ROOT / "shuitu", copy / "shuitu")
    return copy


@pytest.fixture
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    monkeypatch.setenv("SHUITU_STATE", str(folder))
    return folder


def run(checkout: Path, *words: str, answer: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
    given = {name: value for name, value in os.environ.items() if name not in ("SHUITU_STATE", "DATABASE_URL")}
    return subprocess.run(
        [checkout / "shuitu", *words],
        input=answer,
        capture_output=True,
        text=True,
        timeout=60,
        cwd="/",
        env={**given, **extra},
        check=False,
    )


@pytest.mark.parametrize("words", [(), ("bogus",), ("up", "--full"), ("up", "--empty", "x"), ("stop", "now"),
                                   ("status", "x"), ("logs", "-x"), ("reset", "--force")])  # fmt: skip
def test_words_it_does_not_know_print_the_usage_and_exit_2(bare: Path, words: tuple[str, ...]) -> None:
    done = run(bare, *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "usage: ./shuitu WORD" in done.stderr
    assert not (bare / ".local").exists()


def test_help_is_no_error(bare: Path) -> None:
    done = run(bare, "help")
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("up [--empty]", "stop", "status", "logs", "test", "manage", "reset"):
        assert f"\n  {word}" in done.stdout


def test_before_the_first_start_it_says_what_to_do(bare: Path) -> None:
    status = run(bare, "status")
    assert (status.returncode, status.stdout) == (3, "nothing is set up here yet: ./shuitu up\n")
    manage = run(bare, "manage", "migrate")
    assert (manage.returncode, manage.stderr) == (1, "shuitu: nothing is set up here yet: ./shuitu up\n")
    assert run(bare, "stop").returncode == 0
    assert run(bare, "logs").returncode == 1


@pytest.mark.parametrize("answer", ["", "no\n", "y\n", "YES\n"])
def test_reset_deletes_nothing_unless_told_yes(bare: Path, answer: str) -> None:
    kept = bare / ".local" / "secret_key"
    kept.parent.mkdir()
    kept.write_text("x")
    done = run(bare, "reset", answer=answer)
    assert done.returncode == 1
    assert done.stderr == "shuitu: nothing was deleted\n"
    assert kept.exists()


@pytest.mark.parametrize(("words", "answer"), [(("reset",), "yes\n"), (("reset", "--yes"), "")])
def test_reset_deletes_its_own_files_by_name(bare: Path, words: tuple[str, ...], answer: str) -> None:
    folder = bare / "kept state"
    folder.mkdir()
    for name in ("secret_key", "admin_password", "somebody_elses"):
        (folder / name).write_text("x")
    assert run(bare, *words, answer=answer, SHUITU_STATE=str(folder)).returncode == 0
    assert not (folder / "secret_key").exists()
    assert not (folder / "admin_password").exists()
    assert (folder / "somebody_elses").exists()


def test_it_is_found_through_a_link(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    link = tmp_path / "bin" / "shuitu"
    link.symlink_to(Path("..") / "a checkout" / "shuitu")
    done = run(tmp_path / "bin", "status")
    assert done.stdout == "nothing is set up here yet: ./shuitu up\n"


@pytest.mark.skipif(not Path("/usr/bin/dash").exists(), reason="no dash on this machine")
@pytest.mark.parametrize(
    "name", ["shuitu", *(f"deploy/launcher/{n}.sh" for n in ("tell", "machine", "steps", "installation"))]
)
def test_it_is_plain_posix_shell(name: str) -> None:
    subprocess.run(["dash", "-n", ROOT / name], check=True)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_pin_every_package_and_name_no_registry(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]
    pins = [line for line in lines if line != "-r requirements.lock"]
    assert len(pins) > 10
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []


# ------------------------------------------------------------------ secrets


def test_secrets_are_made_once_and_for_nobody_else_to_read(own_state: Path) -> None:
    made = state.ensure_secrets()
    assert [path.name for path in made] == ["secret_key", "admin_password"]
    before = {path: path.read_text() for path in made}
    assert all(len(text.strip()) >= 16 for text in before.values())
    shared = 0o640 if identity.service_user() else 0o600  # the service reads the first
    assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [shared, 0o600]
    assert [path.stat().st_uid for path in made] == [os.geteuid()] * 2
    assert made[0].stat().st_gid == state.service_ids()[1]
    assert state.ensure_secrets() == []
    assert {path: path.read_text() for path in made} == before


def test_secrets_are_not_told(own_state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert state.main(["secrets"]) == 0
    told = capsys.readouterr().out
    for path in own_state.iterdir():
        assert str(path) in told
        assert path.read_text().strip() not in told


def test_a_record_cut_short_reads_as_nothing(own_state: Path) -> None:
    own_state.mkdir()
    (own_state / "server.json").write_text('{"pid": 12')
    assert state.read_json(own_state / "server.json") == {}
    (own_state / "server.json").write_text("[1]")
    assert state.read_json(own_state / "server.json") == {}


def test_before_the_first_start_the_settings_name_no_password(own_state: Path) -> None:
    found = localdb.connection()
    assert found["PASSWORD"] == ""
    assert found["HOST"].startswith(str(own_state))


# ------------------------------------------------------------------ whose process is it


def test_a_record_without_a_process_is_no_server(own_state: Path) -> None:
    own_state.mkdir()
    (own_state / "server.json").write_text(json.dumps({"port": 8000, "bind": "127.0.0.1", "fingerprint": "x"}))
    assert serve.running() == {}
    assert serve.stop() is False


def test_a_server_of_another_state_directory_is_not_ours(own_state: Path, tmp_path: Path) -> None:
    """Nor one of another checkout, though its command line is the same."""
    words = [sys.executable, "-c", "input()", serve.PROGRAM]
    with contextlib.ExitStack() as stack:

        def run(folder: Path, home: Path) -> int:
            environment = {**os.environ, "SHUITU_STATE": str(home)}
            child = subprocess.Popen(words, cwd=folder, env=environment, stdin=subprocess.PIPE)
            stack.callback(child.wait)
            stack.callback(child.kill)
            return child.pid

        ours = run(ROOT, own_state)
        run(ROOT, tmp_path / "other")
        run(tmp_path, own_state)
        until = time.monotonic() + 60
        while len(proc.find(serve.PROGRAM, "input()")) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        assert serve.processes() == [ours]
        own_state.mkdir()
        (tmp_path / "link").symlink_to(own_state)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SHUITU_STATE", str(tmp_path / "link"))
            assert serve.processes() == [ours]


def test_a_recycled_pid_is_not_our_database(own_state: Path) -> None:
    data = own_state / "pg" / "data"
    data.mkdir(parents=True)
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert cluster.running_pid(cluster.find_cluster()) == 0


def test_a_server_is_replaced_when_what_it_has_read_changes(own_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = serve.fingerprint()
    assert serve.fingerprint() == before
    monkeypatch.setenv("ALLOWED_HOSTS", "water.example")
    assert serve.fingerprint() != before
    monkeypatch.undo()
    monkeypatch.setenv("SHUITU_STATE", str(own_state))
    (own_state / "static").mkdir(parents=True)
    (own_state / "static" / "staticfiles.json").write_text("{}")
    assert serve.fingerprint() != before


def test_a_process_that_has_ended_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    assert child.stdin is not None
    assert proc.alive(child.pid)
    child.stdin.close()
    assert proc.wait_gone(child.pid, 10)  # as a zombie: nobody has asked for its status yet
    assert proc.command_line(child.pid) == []
    child.wait()
    assert not proc.alive(child.pid)


def test_the_first_free_port_is_taken_and_a_wanted_one_must_be_free() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(serve.ServerTrouble, match=f"port {port} is used"):
            serve.free_port("127.0.0.1", port)
    assert serve.free_port("127.0.0.1", port) == port
    assert serve.FIRST_PORT <= serve.free_port("127.0.0.1") <= serve.LAST_PORT


@pytest.mark.parametrize(
    ("bind", "expected"),
    [("127.0.0.1", "http://127.0.0.1:8001/"), ("0.0.0.0", "http://127.0.0.1:8001/"), ("::1", "http://[::1]:8001/")],
)
def test_the_address_told_can_be_opened_on_this_machine(bind: str, expected: str) -> None:
    assert serve.url({"bind": bind, "port": 8001}) == expected


def test_a_socket_directory_prepared_by_somebody_else_is_not_used(
    own_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "SOCKETS", tmp_path)
    owner = cluster.find_cluster().owner
    first = cluster.socket_dir(owner)
    assert not stat.S_IMODE(first.stat().st_mode) & 0o067  # the service's user passes through; others see nothing
    assert first.stat().st_gid in (owner.pw_gid, state.service_ids()[1])
    assert cluster.socket_dir(owner) == first
    first.rmdir()
    first.symlink_to(tmp_path)
    other = cluster.socket_dir(owner)
    assert other != first
    assert other.parent == tmp_path


def test_a_stamp_beside_the_program_can_be_read_by_who_runs_it(bare: Path, tmp_path: Path) -> None:
    """The server's user looks into all of .venv, where two stamps are."""
    stamp = tmp_path / "stamp"
    script = f'. "{bare}/deploy/launcher/tell.sh"; put_stamp "{stamp}" x'
    subprocess.run(["sh", "-c", f"umask 022; {script}"], check=True)
    assert stat.S_IMODE(stamp.stat().st_mode) == 0o644


@pytest.mark.parametrize(
    "words", [("-m", "geoapp.localdb", "status"), ("-m", "geoapp.serve", "status"), ("manage.py", "help", "--commands")]
)
def test_a_command_that_nobody_reads_any_more_ends_without_a_traceback(own_state: Path, words: tuple[str, ...]) -> None:
    """As in `./shuitu status | head -1`; SIGPIPE is ignored by Python, and a closed pipe an error."""
    read, write = os.pipe()
    os.close(read)
    environment = {
        **os.environ, "PYTHONUNBUFFERED": "1", "DATABASE_URL": "postgresql:///x?host=/nowhere", "SECRET_KEY": "x" * 50,
    }  # fmt: skip
    with os.fdopen(write, "wb") as unread:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            stdout=unread,
            stderr=subprocess.PIPE,
            env=environment,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, b"")


def test_another_pipe_that_breaks_is_no_reader_that_left(own_state: Path) -> None:
    script = "from geoapp import unread\ndef broken(): raise BrokenPipeError('of a socket')\nunread.run(broken)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "of a socket" in done.stderr
