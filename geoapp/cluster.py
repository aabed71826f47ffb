"""The machine's side of the private cluster: where its data are, which user runs it, making it, having it kept.

PostgreSQL refuses to run as root, so for root it is the `postgres` user. Standard library only.
"""

import contextlib
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoapp import identity, keeper, proc, state

SUPERUSER = "postgres"
PORT = "5432"  # names the socket file only: nothing listens on TCP
LIBRARIES = Path("/usr/lib/postgresql")
EXTENSIONS = "/usr/share/postgresql/{version}/extension/postgis.control"
ELSEWHERE = Path("/var/lib/shuitu")  # for checkouts the database's user cannot reach
SOCKETS = Path("/tmp")  # short for any checkout; the directory made in it is checked
MB = 1 << 20
# PostgreSQL's fast shutdown, then its immediate one, after which the next start recovers.
END: proc.Plan = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 20.0))
KEEPER_SECONDS = 110.0  # what a keeper needs at most to end its server and what that leaves behind
READY_SECONDS = 3600.0  # to recover after a crash; it is said all along what is waited for
TELL_SECONDS = 10.0


class DatabaseTrouble(RuntimeError):
    """Something the person at the terminal has to put right; the message says what."""


@dataclass(frozen=True)
class Cluster:
    """Where the cluster is and who runs it."""

    home: Path  # the real directory, whatever links lead there
    owner: pwd.struct_passwd

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"


def programs(version: str = "") -> Path:
    """The directory of `initdb` and `pg_ctl`: of that major version, else the newest that has PostGIS."""
    installed = sorted((path.name for path in LIBRARIES.glob("*")), key=_as_number, reverse=True)
    for number in [version] if version else installed:
        folder = LIBRARIES / number / "bin"
        if (folder / "initdb").exists() and Path(EXTENSIONS.format(version=number)).exists():
            return folder
    wanted = f"PostgreSQL {version}" if version else "PostgreSQL"
    raise DatabaseTrouble(f"{wanted} with PostGIS is not installed; ./shuitu up installs it")


def _as_number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def find_cluster() -> Cluster:
    """The cluster of this checkout, where it is or where it would be made; makes nothing."""
    link = state.state_dir() / "pg"
    owner = _server_user()
    if link.exists():
        home = link.resolve()
        maker = pwd.getpwuid(home.stat().st_uid)
        if os.geteuid() not in (0, maker.pw_uid):
            raise DatabaseTrouble(
                f"the database in {home} belongs to {maker.pw_name}: run as the user who made it, or as root"
            )
        # root keeps a cluster with the user who made it; a home still of root's own was not finished.
        return Cluster(home, maker if maker.pw_uid else owner)
    if link.is_symlink():
        return Cluster(link.resolve(), owner)
    if _reachable(state.state_dir(), owner):
        return Cluster(link.absolute().parent.resolve() / "pg", owner)
    name = hashlib.sha256(str(state.state_dir().resolve()).encode()).hexdigest()[:12]
    return Cluster(ELSEWHERE / name, owner)


def _server_user() -> pwd.struct_passwd:
    """Whoever we are, or `postgres` for root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise DatabaseTrouble("there is no user 'postgres' to run the database as; ./shuitu up makes one") from None


def _reachable(path: Path, owner: pwd.struct_passwd) -> bool:
    """Whether that user may pass through every directory down to `path`."""
    if os.geteuid() == owner.pw_uid:
        return True
    deepest = next(parent for parent in (path, *path.parents) if parent.exists())
    return _run_as(owner, ["test", "-x", str(deepest)], check=False).returncode == 0


def _run_as(owner: pwd.struct_passwd, command: list[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a program as the database's user, in a clean environment."""
    who: dict[str, Any] = {}
    if os.geteuid() == 0 and owner.pw_uid != 0:
        who = identity.popen_as(owner)
    done = subprocess.run(
        command,
        cwd="/",
        env=_environment(owner),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **who,
    )
    if check and done.returncode:
        raise DatabaseTrouble(f"{Path(command[0]).name} failed:\n{done.stdout.strip()}")
    return done


def _environment(owner: pwd.struct_passwd) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": owner.pw_dir}


def _own(path: Path, owner: pwd.struct_passwd, group: int, mode: int) -> Path:
    """Hand a directory to the database's user, with exactly this mode; never what a link leads to."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.geteuid() == 0:
            os.fchown(handle, owner.pw_uid, group)
        os.fchmod(handle, mode)
    finally:
        os.close(handle)
    return path


def socket_dir(owner: pwd.struct_passwd, wanted: str = "") -> Path:
    """A directory for the socket that nobody else can have prepared: ours or the server's, no link.

    Only the database's user sees into it; the service's passes through, and the password guards the socket itself.
    """
    service = identity.service_user()
    group, mode = (service.pw_gid, 0o710) if service else (owner.pw_gid, 0o700)
    first = hashlib.sha256(str(state.state_dir().resolve()).encode()).hexdigest()[:8]
    names = [Path(wanted)] if wanted else []
    names += [SOCKETS / f"shuitu-{first}", *(SOCKETS / f"shuitu-{secrets.token_hex(4)}" for _ in range(5))]
    for path in names:
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        found = path.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid in (os.geteuid(), owner.pw_uid):
            return _own(path, owner, group, mode)
    raise DatabaseTrouble(f"cannot make a directory of our own for the socket in {SOCKETS}")


def _server_settings(socket: Path) -> str:
    """A small server's settings, scaled down on a machine with little memory."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MB
    shared = min(512, memory // 4)
    lines = {
        "listen_addresses": "''",
        "port": PORT,
        "unix_socket_directories": f"'{socket}'",
        "unix_socket_permissions": "0777",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(memory // 2, shared)}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{min(512, memory // 8)}MB",
        "random_page_cost": "1.1",
        "jit": "off",
        "wal_compression": "lz4",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "log_min_duration_statement": "2s",
        "log_line_prefix": "'%m [%p] %u@%d '",
        "password_encryption": "scram-sha-256",
    }
    # Containers often have a /dev/shm of 64 MB, too small for parallel queries.
    if not Path("/dev/shm").is_dir() or shutil.disk_usage("/dev/shm").total < 256 * MB:
        lines["dynamic_shared_memory_type"] = "sysv"
    return "".join(f"{name} = {value}\n" for name, value in lines.items())


def initialise(cluster: Cluster) -> None:
    """Make the data directory beside its place, then move it there: a half-made one is never used."""
    password = superuser_password()
    if cluster.home.is_relative_to(ELSEWHERE):
        state.make_dir(ELSEWHERE)
    cluster.home.mkdir(exist_ok=True)
    _own(cluster.home, cluster.owner, cluster.owner.pw_gid, 0o700)
    link = state.state_dir() / "pg"
    if link.absolute().parent.resolve() / "pg" != cluster.home and not link.is_symlink():
        link.symlink_to(cluster.home)
        print(
            f"    {cluster.owner.pw_name} cannot reach this checkout: the data are in {cluster.home}",
            flush=True,
        )
    part, word = cluster.home / "data.part", cluster.home / "word.part"
    shutil.rmtree(part, ignore_errors=True)
    word.unlink(missing_ok=True)
    owner = (cluster.owner.pw_uid, cluster.owner.pw_gid)
    state.write_private(word, password + "\n", owner=owner)
    try:
        command = [str(programs() / "initdb"), "-D", str(part), f"--username={SUPERUSER}", f"--pwfile={word}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]
        _run_as(cluster.owner, command)
    finally:
        word.unlink(missing_ok=True)
    state.write_private(part / "pg_hba.conf", "local all all scram-sha-256\n", owner=owner)
    written = state.read_private(part / "postgresql.conf")
    written += "\ninclude_if_exists 'shuitu.conf'  # rewritten at every start by geoapp/localdb.py\n"
    state.write_private(part / "postgresql.conf", written, owner=owner)
    part.rename(cluster.data)


def superuser_password() -> str:
    """The cluster's superuser's password, made at the first call, before the cluster that knows it."""
    path = state.state_dir() / "db_superuser_password"
    if not state.read_private(path):
        state.write_private(path, secrets.token_urlsafe(24) + "\n")
    return state.read_private(path)


def running_pid(cluster: Cluster) -> int:
    """The pid of this cluster's server; 0 when it is not running, whatever postmaster.pid says."""
    pid = proc.first_number(cluster.data / "postmaster.pid")
    ours = pid and str(cluster.data) in proc.command_line(pid) and proc.owner(pid) == cluster.owner.pw_uid
    return pid if ours else 0


def keeper_pid(cluster: Cluster) -> int:
    """The pid of the process that starts this server again when it ends; 0 when there is none."""
    found = proc.find(proc.MARK, f"--home={cluster.data}")
    return next((pid for pid in found if proc.owner(pid) == cluster.owner.pw_uid), 0)


def left_behind(cluster: Cluster) -> list[int]:
    """Every process of PostgreSQL that works on these data, its server or not."""
    return proc.running_in(str(cluster.data), "postgres")


def has_settings(cluster: Cluster, socket: str) -> bool:
    """Whether a running server was started with the settings that one started now would have."""
    return state.read_private(cluster.data / "shuitu.conf") == _server_settings(Path(socket)).strip()


def launch(cluster: Cluster, socket: Path) -> None:
    """Have the server kept, and wait until it takes connections; one that runs without a keeper is taken over as it is."""
    if not running_pid(cluster):
        text = _server_settings(socket)
        state.write_private(cluster.data / "shuitu.conf", text, owner=(cluster.owner.pw_uid, cluster.owner.pw_gid))
        if cluster.log.exists() and cluster.log.lstat().st_size > 20 * MB:
            cluster.log.replace(cluster.log.with_suffix(".log.1"))
    shown = state.logs_dir() / "postgres.log"
    if not shown.is_symlink():
        shown.unlink(missing_ok=True)
        shown.symlink_to(cluster.log)
    version = state.read_private(cluster.data / "PG_VERSION")
    # A server that was killed leaves its pid behind in both places; after a restart of the machine that number may
    # belong to anything, and PostgreSQL would wait for it. The keeper has seen that it is not this cluster's.
    pid_file = cluster.data / "postmaster.pid"
    for attempt in (1, 2, 3):
        kept = keeper.launch(
            "database",
            [str(programs(version) / "postgres"), "-D", str(cluster.data)],
            END,
            log=cluster.log,
            python=_interpreter(cluster.owner),
            home=str(cluster.data),
            pid_file=str(pid_file),
            clear=[str(pid_file), str(socket / f".s.PGSQL.{PORT}.lock")],
            cwd="/",
            env=_environment(cluster.owner),
            **(identity.popen_as(cluster.owner) if os.geteuid() == 0 else {}),
        )
        if wait_ready(cluster, kept.pid):
            return
        time.sleep(attempt)
    tail = state.tail(cluster.log, 8)
    raise DatabaseTrouble(f"the database does not start; the end of {cluster.log}:\n{tail}")


def _interpreter(owner: pwd.struct_passwd) -> str:
    """A Python that the database's user can run: ours may lie in root's home."""
    for candidate in dict.fromkeys((os.path.realpath(sys.executable), "/usr/bin/python3")):
        if not _run_as(owner, ["test", "-x", candidate], check=False).returncode:
            return candidate
    raise DatabaseTrouble(
        f"{owner.pw_name} cannot run {os.path.realpath(sys.executable)}: install Debian's own python3-venv, remove .venv"
    )


def wait_ready(cluster: Cluster, kept: int) -> bool:
    """Wait, however long it recovers, until the server says that it takes connections; → False when its keeper ended."""
    began = told = time.monotonic()
    while time.monotonic() - began < READY_SECONDS:
        if not proc.alive(kept):
            return False
        if _says_ready(cluster):
            return True
        if time.monotonic() - told > TELL_SECONDS:
            told = time.monotonic()
            last = state.tail(cluster.log, 1).strip()
            print(f"    … {told - began:.0f} s, the database is not ready yet: {last[:160]}", flush=True)
        time.sleep(0.05)
    return False


def _says_ready(cluster: Cluster) -> bool:
    """By the eighth line of its pid file, which `pg_ctl` waits for too (miscadmin.h: LOCK_FILE_LINE_PM_STATUS)."""
    lines = state.read_private(cluster.data / "postmaster.pid").splitlines()
    return len(lines) > 7 and lines[7].strip() == "ready" and bool(running_pid(cluster))


def end(cluster: Cluster) -> bool:
    """End the server by its keeper, or without one, and all that it left behind; → whether anything ran."""
    found = bool(running_pid(cluster) or left_behind(cluster) or keeper_pid(cluster))
    if kept := keeper_pid(cluster):
        proc.send(kept, signal.SIGTERM)
        if not proc.wait_gone(kept, KEEPER_SECONDS):
            proc.send(kept, signal.SIGKILL)
    for find, plan in (
        (lambda: [pid for pid in [running_pid(cluster)] if pid], END),
        (lambda: left_behind(cluster), keeper.ORPHANS_END),
    ):
        if not proc.end_all(find, plan):
            raise DatabaseTrouble(f"the database does not stop: {', '.join(map(str, find()))} in {cluster.data}")
    return found
