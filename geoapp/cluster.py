"""The machine's side of the private cluster: where its data are, which user runs it, making it, launching it.

PostgreSQL refuses to run as root, so for root it is the `postgres` user. Standard library only.
"""

import contextlib
import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoapp import proc, state

SUPERUSER = "postgres"
PORT = "5432"  # names the socket file only: nothing listens on TCP
LIBRARIES = Path("/usr/lib/postgresql")
EXTENSIONS = "/usr/share/postgresql/{version}/extension/postgis.control"
ELSEWHERE = Path("/var/lib/shuitu")  # for checkouts the database's user cannot reach
SOCKETS = Path("/tmp")  # short for any checkout; the directory made in it is checked
MB = 1 << 20


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
        who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    done = subprocess.run(
        command,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": owner.pw_dir},
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


def _own(path: Path, owner: pwd.struct_passwd, mode: int) -> Path:
    """Hand a path to the database's user, with exactly this mode."""
    if os.geteuid() == 0:
        os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    path.chmod(mode)
    return path


def socket_dir(owner: pwd.struct_passwd, wanted: str = "") -> Path:
    """A directory for the socket that nobody else can have prepared: ours or the server's, 0700, no link."""
    first = hashlib.sha256(str(state.state_dir().resolve()).encode()).hexdigest()[:8]
    names = [Path(wanted)] if wanted else []
    names += [SOCKETS / f"shuitu-{first}", *(SOCKETS / f"shuitu-{secrets.token_hex(4)}" for _ in range(5))]
    for path in names:
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        found = path.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid in (os.geteuid(), owner.pw_uid):
            return _own(path, owner, 0o700)
    raise DatabaseTrouble(f"cannot make a directory of our own for the socket in {SOCKETS}")


def _server_settings(socket: Path) -> str:
    """A small server's settings, scaled down on a machine with little memory."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MB
    shared = min(512, memory // 4)
    lines = {
        "listen_addresses": "''",
        "port": PORT,
        "unix_socket_directories": f"'{socket}'",
        "unix_socket_permissions": "0700",
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
    _own(cluster.home, cluster.owner, 0o700)
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
    state.write_private(word, password + "\n")
    _own(word, cluster.owner, 0o600)
    try:
        command = [str(programs() / "initdb"), "-D", str(part), f"--username={SUPERUSER}", f"--pwfile={word}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]
        _run_as(cluster.owner, command)
    finally:
        word.unlink(missing_ok=True)
    (part / "pg_hba.conf").write_text("local all all scram-sha-256\n", encoding="utf-8")
    with (part / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude_if_exists 'shuitu.conf'  # rewritten at every start by geoapp/localdb.py\n")
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
    return pid if pid and str(cluster.data) in proc.command_line(pid) else 0


def launch(cluster: Cluster, socket: Path) -> None:
    """Start the server and wait until it takes connections."""
    # A server that was killed leaves its pid behind; after a restart of the machine that number may belong to
    # anything, and PostgreSQL would wait for it. running_pid() has just seen that it is not this cluster's.
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    conf = cluster.data / "shuitu.conf"
    conf.unlink(missing_ok=True)
    conf.write_text(_server_settings(socket), encoding="utf-8")
    _own(conf, cluster.owner, 0o600)
    if cluster.log.exists() and cluster.log.stat().st_size > 20 * MB:
        cluster.log.replace(cluster.log.with_suffix(".log.1"))
    cluster.log.touch()
    _own(cluster.log, cluster.owner, 0o600)
    shown = state.make_dir(state.state_dir() / "logs") / "postgres.log"
    if not shown.is_symlink():
        shown.symlink_to(cluster.log)
    version = (cluster.data / "PG_VERSION").read_text(encoding="utf-8").strip()
    command = [
        str(programs(version) / "pg_ctl"),
        "start",
        "-D",
        str(cluster.data),
        "-l",
        str(cluster.log),
        "-w",
        "-t",
        "120",
    ]
    for attempt in (1, 2, 3):
        done = _run_as(cluster.owner, command, check=False)
        if done.returncode == 0:
            return
        # Backends of a killed server may live on for a moment and keep its shared memory.
        time.sleep(attempt)
    tail = "".join(
        f"\n      {line}" for line in cluster.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
    )
    raise DatabaseTrouble(f"the database does not start; the end of {cluster.log}:{tail}")
