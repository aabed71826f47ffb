"""The state directory (`.local/`): where a checkout keeps what it makes, whose each part is, and who may read it.

`python -m geoapp.state secrets` makes the missing secrets and tells where they are, never what they are.
Standard library only: settings and the launcher read it before anything else is there.
"""

import json
import os
import secrets
import shutil
import stat
import sys
import time
from pathlib import Path
from typing import Any

from geoapp import identity, unread

BASE_DIR = Path(__file__).resolve().parent.parent
SECRETS = {"secret_key": 50, "admin_password": 12}  # file name → bytes of randomness

# What the service (server, report workers, readers of files) writes: its own, and nobody else looks in.
CACHES = ("exports", "tiles")  # made anew where they are missing
# access: the log of requests; beside: who has a place there; issued: reports that were given a number, for ever; work: files in
# passing, and the home of a user who has none; record: the published log, and the key that it is signed with.
KEPT = ("access", "beside", "issued", "record", "reports", "uploads", "work")
# What it reads but cannot write, and what is for nobody but the one who runs ./shuitu.
SHARED = ("db.json", "secret_key", "server.json", "settings.env")
PRIVATE = ("admin_password", "db.lock", "db_superuser_password", "passage.json", "up.lock", "up.pid")
# The folder is the operator's, who writes there too: the service appends to its own files in it.
SERVICE_LOGS = ("imports.log", "reports.log", "server.log")
ABANDONED_SECONDS = 24 * 3600.0  # what lies in `work` for so long belongs to nobody any more
PASSAGE = 0o711  # through the state directory, for the service and the database, without seeing what is in it
_PRIVATE_DIR = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_PRIVATE_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


def state_dir() -> Path:
    """`SHUITU_STATE`, or `.local` in the checkout; absolute, not necessarily there yet."""
    return Path(os.environ.get("SHUITU_STATE") or BASE_DIR / ".local").absolute()


def make_dir(path: Path, mode: int = PASSAGE) -> Path:
    """The directory, made if missing, with exactly this mode whatever the umask."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    return path


def service_ids() -> tuple[int, int]:
    """uid and gid of who serves: the service user for root, else ourselves."""
    user = identity.service_user()
    return (user.pw_uid, user.pw_gid) if user else (os.geteuid(), os.getegid())


def _share(handle: int, mode: int) -> None:
    """Let the service read what is open and ours, and nobody else; without a service user it stays our own."""
    user = identity.service_user()
    if os.geteuid() == 0:
        os.fchown(handle, 0, user.pw_gid if user else 0)
    os.fchmod(handle, mode if user else mode & 0o700)


def logs_dir() -> Path:
    """The folder of the logs, which the service may pass through but not change."""
    folder = make_dir(state_dir()) / "logs"
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder, _PRIVATE_DIR)
    _share(handle, 0o750)
    os.close(handle)
    return folder


def service_log(name: str) -> Path:
    """A log of `SERVICE_LOGS`, there and the service's own to write."""
    path = logs_dir() / name
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    _hand_over(handle, *service_ids())
    return path


def protect() -> None:
    """The operator's own files and folders as they have to be, whatever an older version or a umask made of them."""
    home = make_dir(state_dir())
    for name in (*SHARED, *PRIVATE):
        if (home / name).is_file() and not (home / name).is_symlink():
            handle = os.open(home / name, _PRIVATE_FILE)
            _share(handle, 0o640 if name in SHARED else 0o600)
            os.close(handle)
    for name in ("stamps", "demo"):
        if (home / name).is_dir():
            (home / name).chmod(0o700)
    for path in logs_dir().iterdir():
        if not path.is_symlink() and path.name not in SERVICE_LOGS:
            path.chmod(0o600)


def arrange() -> None:
    """What the service writes, handed to it: for when none runs.

    Root never follows a link here: what the service may write could hold one. A folder that is the service's
    already is taken to be right inside; one that is not was written by nobody but us.
    """
    protect()
    uid, gid = service_ids()
    for name in (*CACHES, *KEPT):
        folder = (state_dir() / name).resolve()  # the operator may have put it on another disk
        if name in CACHES and not _is_own(folder, uid):
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if not _is_own(folder, uid):
            _hand_over_tree(folder, uid, gid)
    for name in SERVICE_LOGS:
        service_log(name)
    for path in (state_dir() / "work").iterdir():
        if path.name.startswith(("tmp", "shuitu-")) and time.time() - path.lstat().st_mtime > ABANDONED_SECONDS:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)  # follows no links
            else:
                path.unlink(missing_ok=True)


def _is_own(path: Path, uid: int) -> bool:
    found = path.lstat() if path.exists() or path.is_symlink() else None
    return found is not None and stat.S_ISDIR(found.st_mode) and found.st_uid == uid and not found.st_mode & 0o077


def _hand_over(handle: int, uid: int, gid: int) -> None:
    """Give what is open to the service, for nobody else to read; closes it."""
    try:
        found = os.fstat(handle)
        if os.geteuid() == 0:
            os.fchown(handle, uid, gid)
        os.fchmod(handle, 0o700 if stat.S_ISDIR(found.st_mode) else 0o600)
    finally:
        os.close(handle)


def _hand_over_tree(top: Path, uid: int, gid: int) -> None:
    """A folder and all in it; the folder itself last, so that what is interrupted is done again."""
    for _folder, names, files, handle in os.fwalk(top, topdown=False):
        for name in (*names, *files):
            found = os.stat(name, dir_fd=handle, follow_symlinks=False)
            if stat.S_ISDIR(found.st_mode):
                _hand_over(os.open(name, _PRIVATE_DIR, dir_fd=handle), uid, gid)
            elif stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
                _hand_over(os.open(name, _PRIVATE_FILE, dir_fd=handle), uid, gid)
            else:
                os.unlink(name, dir_fd=handle)  # nothing of ours is a link
    _hand_over(os.open(top, _PRIVATE_DIR), uid, gid)


def service_environment() -> dict[str, str]:
    """The environment of the service: ours, with a place for passing files and caches instead of root's home."""
    given = {**os.environ, "SHUITU_STATE": str(state_dir())}
    if not (user := identity.service_user()):
        return given
    work = str(state_dir() / "work")
    own = {"HOME": work, "TMPDIR": work, "XDG_CACHE_HOME": f"{work}/cache"}
    return {**given, **own, "USER": user.pw_name, "LOGNAME": user.pw_name}


def read_private(path: Path) -> str:
    """The text of a small file, stripped; empty when it is not there."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def write_private(path: Path, text: str, *, owner: tuple[int, int] | None = None) -> None:
    """Write a file whole or not at all, for nobody else to read: ours (0600), or that user's (uid, gid).

    What the service has to read (`SHARED`) it may read.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        if owner and os.geteuid() == 0:
            os.fchown(handle, *owner)
        elif path.name in SHARED and path.parent == state_dir():
            _share(handle, 0o640)
        os.fsync(handle)
    part.replace(path)


def tail(path: Path, lines: int) -> str:
    """The end of a log, indented as the launcher speaks; empty when there is none, or it is a link."""
    try:
        handle = os.open(path, _PRIVATE_FILE)
    except OSError:
        return ""
    with os.fdopen(handle, "rb") as opened:
        opened.seek(max(0, os.fstat(handle).st_size - 64 * 1024))
        text = opened.read().decode(errors="replace")
    return "\n".join(f"      {line}" for line in text.splitlines()[-lines:])


def read_json(path: Path) -> dict[str, Any]:
    """The object in a small JSON file; empty when the file is missing or cut short."""
    try:
        found = json.loads(read_private(path) or "{}")
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def ensure_secrets() -> list[Path]:
    """Make the secrets that are missing; → the paths of those made now."""
    folder = make_dir(state_dir())
    made = []
    for name, size in SECRETS.items():
        path = folder / name
        if not read_private(path):
            write_private(path, secrets.token_urlsafe(size) + "\n")
            made.append(path)
    return made


def main(argv: list[str]) -> int:
    if argv != ["secrets"]:
        print("usage: python -m geoapp.state secrets", file=sys.stderr)
        return 2
    for path in ensure_secrets():
        print(f"    made {path} (for nobody else on this machine to read)")
    return 0


if __name__ == "__main__":
    sys.exit(unread.run(main, sys.argv[1:]))
