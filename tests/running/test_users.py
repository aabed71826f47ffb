"""Nothing of root's runs on: whose the processes are, what they may write, and who else may read what is kept."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geoapp import identity, passage, proc, serve, state
from tests.running.conftest import ROOT, Installation, eventually, installed

# Run as somebody: of the paths on its input, those that they may write, or read.
ASK = """
import os, sys
right = os.W_OK if sys.argv[1] == "write" else os.R_OK
sys.stdout.write("\\0".join(path for path in sys.stdin.read().split("\\0") if os.access(path, right)))
"""


def allowed(user: str, right: str, *tops: Path) -> set[Path]:
    """What that user may write, or read, of all that is in the folders; links are not followed."""
    paths = [
        os.path.join(folder, name)  # noqa: PTH118 (a hundred thousand of them)
        for top in tops
        for folder, _, files in os.walk(top)
        for name in ("", *files)
    ]
    told = "\0".join(path.rstrip("/") for path in paths if not os.path.islink(path))  # noqa: PTH114
    done = subprocess.run(
        ["/usr/bin/python3", "-I", "-c", ASK, right],
        input=told, check=True, capture_output=True, text=True, cwd="/", **identity.popen_as(pwd.getpwnam(user)),
    )  # fmt: skip
    return {Path(path) for path in done.stdout.split("\0") if path}


def ids(pid: int) -> dict[str, list[str]]:
    lines = (line.partition(":") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {name: value.split() for name, _, value in lines if name in ("Uid", "Gid", "Groups", "Umask")}


def of_the_service(pid: int, user: Any) -> None:
    """Four times the user, no group but its own, and what it writes is for itself."""
    found = ids(pid)
    assert found["Uid"] == [str(user.pw_uid)] * 4, proc.command_line(pid)
    assert found["Gid"] == [str(user.pw_gid)] * 4
    assert set(found["Groups"]) <= {str(user.pw_gid)}
    assert found["Umask"] == ["0077"]


def test_no_process_of_it_is_roots(running: Installation, service: Any) -> None:
    pids = running.pids()
    with running.here():
        of_server = {
            pids["server's keeper"],
            *serve.processes(),
            *(pid for command, *_ in serve.WORKERS for pid in serve.processes(command)),
        }
    assert len(of_server) >= 3
    others = set(running.everything()) - of_server
    for pid in filter(proc.alive, of_server):  # a worker that finds nothing to do has ended
        of_the_service(pid, service)
    assert {pids["database"], pids["database's keeper"]} <= others
    assert {proc.owner(pid) for pid in others} == {running.cluster().owner.pw_uid}
    assert running.cluster().owner.pw_uid not in (0, service.pw_uid)


def test_a_report_worker_is_not_roots_and_ends_with_the_site(running: Installation, service: Any) -> None:
    running.run("manage.py", "migrate", "--no-input", "reports")
    log = running.home / "worker.out"
    with log.open("wb") as out:
        asked = subprocess.Popen(
            [sys.executable, "manage.py", "report_worker", "--idle", "600"],
            cwd=ROOT, env=running.environment, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        eventually(lambda: asked.poll() is not None or ids(asked.pid)["Uid"][0] != "0", "it becomes another")
        assert asked.poll() is None, log.read_text()
        of_the_service(asked.pid, service)
        running.run("-m", "geoapp.serve", "stop")
        assert asked.wait(60) != 0
    finally:
        asked.kill()
        asked.wait()
        log.unlink()


def test_what_a_report_is_made_by_is_not_roots(running: Installation, service: Any) -> None:
    code = "import os; import operator; from geoapp.reports import apart\nprint(next(apart.each(operator.call, [os.getresuid], 1))[1])"
    said = running.run("manage.py", "shell", "--no-imports", "-v", "0", "-c", code)
    assert said.strip() == str((service.pw_uid,) * 3)


def test_the_service_can_write_its_own_folders_alone(running: Installation, service: Any) -> None:
    found = allowed(service.pw_name, "write", running.home, running.cluster().home, ROOT, Path(sys.prefix).resolve())
    found = {path for path in found if not path.is_relative_to(ROOT / ".local")}  # of another installation
    own = {running.home / name for name in (*state.CACHES, *state.KEPT)}
    logs = {running.home / "logs" / name for name in state.SERVICE_LOGS}
    assert {path for path in found if not own & {path, *path.parents}} == logs
    assert own <= found


def test_the_service_reads_what_it_needs_and_no_other_secret(running: Installation, service: Any) -> None:
    found = {path.name for path in allowed(service.pw_name, "read", running.home) if path.parent == running.home}
    files = {path.name for path in running.home.iterdir() if path.is_file()}
    assert {"db.json", "secret_key", "server.json"} <= found
    assert {"admin_password", "db_superuser_password"} <= files - found


def test_nothing_kept_is_for_everybody_to_read(running: Installation) -> None:
    """Neither by a mode, nor by walking there."""
    assert running.answers()
    loose = [
        path
        for path in running.home.rglob("*")
        if not path.is_symlink() and not {"static", "stamps"} & set(path.relative_to(running.home).parts)
        if stat.S_IMODE(path.stat().st_mode) & 0o007
    ]
    assert loose == []
    if os.geteuid() == 0:
        found = allowed("nobody", "read", running.home, running.cluster().home)
        assert {path for path in found if running.home / "static" not in (path, *path.parents)} == set()


def test_what_holds_secrets_or_people_is_its_owners_alone(running: Installation) -> None:
    """Exactly: files 0600, folders 0700, but for what the service has to read of the operator's (0640) or pass through (0711, 0750)."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{running.url}api/meta", timeout=60) as answer:  # so that logs and counts are there
        named = answer.headers["X-Request-Id"]
    eventually(
        lambda: named in (running.home / "access" / "access.log").read_text(), "the request is in the log by its id"
    )
    assert (running.home / "work" / "limits").stat().st_size > 0
    group = 0o040 if os.geteuid() == 0 else 0
    loose = []
    for path in running.home.rglob("*"):
        inside = path.relative_to(running.home)
        if path.is_symlink() or inside.parts[0] in ("static", "stamps", "pg") or path.is_socket():
            continue
        mode, shared = stat.S_IMODE(path.stat().st_mode), inside.parts[0] in state.SHARED
        if path.is_dir():
            allowed_mode = 0o750 if inside == Path("logs") else 0o700
        else:
            allowed_mode = 0o600 | (group if shared else 0)
        if mode & ~allowed_mode:
            loose.append(f"{inside} {mode:o}")
    assert loose == []
    assert {"secret_key", "db.json", "access", "work", "uploads", "reports", "exports", "tiles", "issued"} <= {
        path.name for path in running.home.iterdir()
    }


@pytest.fixture
def closed_copy(running: Installation, service: Any) -> Iterator[Installation]:
    """The program copied to where only root gets, as a clone in root's home is; on the database of the other."""
    closed = Path(tempfile.mkdtemp(prefix="shuitu-root-"))  # not pytest's, which closes its folders again and again
    copy = closed / "shuitu"
    skipped = shutil.ignore_patterns("node_modules", "static", "__pycache__", "tests")
    for name in (*serve.CODE_DIRS, "deploy/witness"):
        shutil.copytree(ROOT / name, copy / name, ignore=skipped)
    for name in ("manage.py", "requirements.lock"):
        shutil.copy(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(Path(sys.prefix).resolve())
    (copy / "geoapp/web/static").symlink_to((ROOT / "geoapp/web/static").resolve())
    made = Installation(copy / ".local", copy)
    state.make_dir(made.home)
    (made.home / "static").symlink_to((running.home / "static").resolve())
    with running.here():
        known = state.read_json(running.home / "db.json")
    made.given["DATABASE_URL"] = f"postgresql://shuitu:{known['password']}@/shuitu?host={known['socket']}&port=5432"
    made.run("-m", "geoapp.state", "secrets")
    try:
        yield made
    finally:
        made.run("-m", "geoapp.serve", "stop")
        made.run("-m", "geoapp.passage", "revoke")
        shutil.rmtree(closed)


def test_a_checkout_in_roots_home_is_served_without_opening_it_to_others(
    closed_copy: Installation, service: Any
) -> None:
    closed = closed_copy.checkout.parent
    said = closed_copy.run("-m", "geoapp.serve", "start")
    assert f"{service.pw_name} may now pass through {closed}" in said
    assert closed_copy.answers()
    served = [pid for pid in closed_copy.everything() if serve.PROGRAM in proc.command_line(pid)]
    assert served
    for pid in served:
        of_the_service(pid, service)
    assert closed_copy.checkout / "manage.py" in allowed(service.pw_name, "read", closed_copy.checkout)
    assert closed not in allowed(service.pw_name, "read", closed)  # pass through, see nothing
    assert allowed("nobody", "read", closed) == set()
    assert "may now pass" not in closed_copy.run("-m", "geoapp.serve", "start")
    closed.chmod(0o700)  # as somebody might, to be sure: it closes the passage
    assert "may now pass" in closed_copy.run("-m", "geoapp.serve", "start")
    closed_copy.run("-m", "geoapp.serve", "stop")
    closed_copy.run("-m", "geoapp.passage", "revoke")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert passage.ATTRIBUTE not in os.listxattr(closed)
    assert allowed(service.pw_name, "read", closed) == set()


def test_a_checkout_cloned_for_root_alone_is_refused_with_what_to_do(closed_copy: Installation, service: Any) -> None:
    for path in (closed_copy.checkout / "layers").rglob("*"):
        path.chmod(0o700)
    said = closed_copy.run("-m", "geoapp.serve", "start", fails=True)
    assert f"chmod -R go+rX {closed_copy.checkout}" in said
    assert closed_copy.everything() == []


def test_root_may_give_a_low_port_to_a_server_that_is_not_roots(running: Installation, service: Any) -> None:
    port = next(number for number in range(1023, 600, -1) if _is_free(number))
    running.run("-m", "geoapp.serve", "start", PORT=str(port))
    try:
        assert running.url.endswith(f":{port}/") and running.answers()
        before = running.pids()["server"]
        of_the_service(before, service)
        os.kill(before, 9)
        eventually(lambda: running.pids()["server"] not in (0, before), "another master")
        eventually(running.answers, "it answers on the low port again")
    finally:
        running.run("-m", "geoapp.serve", "stop")
        (running.home / "server.json").unlink()


def _is_free(port: int) -> bool:
    try:
        return serve.free_port("127.0.0.1", port) == port
    except serve.ServerTrouble:
        return False


def test_the_data_lie_elsewhere_where_the_databases_user_cannot_reach_them(tmp_path: Path, service: Any) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    with installed(tmp_path / "closed") as made:
        made.run("-m", "geoapp.localdb", "start")
        assert made.database_answers()
        home = made.cluster().home
        assert not home.is_relative_to(tmp_path)
    assert not home.exists()
