"""Passage for the service's user to a checkout it cannot reach: root's home, the commonest place of a clone, is 0700.

An entry of its own in the access list of exactly the closed directories (`user:shuitu:--x`: pass through, see
nothing), which nobody else gets anything from. Written by the system's own calls, so that no package is needed.
`python -m geoapp.passage revoke` takes back what was granted. Standard library only.
"""

import contextlib
import errno
import json
import os
import pwd
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from geoapp import identity, state, unread

ATTRIBUTE = "system.posix_acl_access"
VERSION = struct.pack("<I", 2)
ENTRY = struct.Struct("<HHI")  # tag, rights, id; include/uapi/linux/posix_acl_xattr.h of Linux
OWNER, USER, GROUP, NAMED_GROUP, MASK, OTHERS = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
NOBODY = 0xFFFFFFFF
PASS, LOOK = 1, 5  # --x, r-x

Entries = dict[tuple[int, int], int]  # (tag, id) → rights


class NoPassage(RuntimeError):
    """The service's user cannot reach or read something; the message says what to do."""


def grant(looked_into: Iterable[Path], reached: Iterable[Path]) -> None:
    """See to it that the service's user reaches these directories, and can look into the first; says what it opened."""
    user = identity.service_user()
    if user is None:
        return
    opened = []
    for path, last in [*((path, LOOK) for path in looked_into), *((path, PASS) for path in reached)]:
        if all(_may(user, way, last) for way in (path.absolute(), path.resolve())):
            continue
        for step, rights in _steps(path, last):
            if not _may(user, step, rights):
                _set(step, user, rights)
                opened.append(str(step))
    if opened:
        print(f"    {user.pw_name} may now pass through {', '.join(opened)} (nobody else; ./shuitu reset ends it)")
        record = state.state_dir() / "passage.json"
        before = state.read_json(record).get("opened", [])
        state.write_private(record, json.dumps({"opened": sorted({*before, *opened})}) + "\n")


def revoke() -> None:
    """Take back every passage that was granted for this checkout."""
    record = state.state_dir() / "passage.json"
    with contextlib.suppress(KeyError):
        uid = pwd.getpwnam(identity.NAME).pw_uid
        for name in state.read_json(record).get("opened", []):
            with contextlib.suppress(OSError):
                found = _read(Path(name))
                if found.pop((USER, uid), None) is not None:
                    _write(Path(name), found)
    record.unlink(missing_ok=True)


def check_readable(folder: Path, names: Iterable[str]) -> None:
    """`NoPassage` when anything below these is closed to the service's user, as after a clone with `umask 077`."""
    user = identity.service_user()
    if user is None:
        return
    pruned = ["-name", "node_modules", "-prune", "-o", "-type", "l", "-o"]
    command = ["find", *(str(folder / name) for name in names), *pruned, "!", "-readable", "-print", "-quit"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", **identity.popen_as(user)
    )  # fmt: skip
    closed = done.stdout.strip() or done.stderr.strip()
    if closed:
        raise NoPassage(
            f"the server runs as the user {user.pw_name}, who cannot read {closed}\n"
            f"    Let users of this machine read the program: chmod -R go+rX {folder}"
        )


def _steps(path: Path, last: int) -> Iterator[tuple[Path, int]]:
    """Every directory on the way, from the top, by the name given and by where its links lead; what is wanted there."""
    for way in dict.fromkeys((path.absolute(), path.resolve())):
        yield from ((above, PASS) for above in reversed(way.parents))
        yield way, last


def _may(user: pwd.struct_passwd, path: Path, rights: int) -> bool:
    tests = ["-x", str(path)] if rights == PASS else ["-x", str(path), "-a", "-r", str(path)]
    done = subprocess.run(["test", *tests], check=False, cwd="/", **identity.popen_as(user))
    return done.returncode == 0


def _read(path: Path) -> Entries:
    """The access list; that of the mode where there is no other."""
    try:
        raw = os.getxattr(path, ATTRIBUTE)
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.EOPNOTSUPP):
            raise
        mode = path.stat().st_mode
        return {(OWNER, NOBODY): mode >> 6 & 7, (GROUP, NOBODY): mode >> 3 & 7, (OTHERS, NOBODY): mode & 7}
    return {(tag, number): rights for tag, rights, number in ENTRY.iter_unpack(raw[len(VERSION) :])}


def _write(path: Path, entries: Entries) -> None:
    if not any(tag in (USER, NAMED_GROUP) for tag, _ in entries):
        entries.pop((MASK, NOBODY), None)  # without a name the mode says all, and the system drops the list
    raw = b"".join(ENTRY.pack(tag, rights, number) for (tag, number), rights in sorted(entries.items()))
    os.setxattr(path, ATTRIBUTE, VERSION + raw)


def _set(path: Path, user: pwd.struct_passwd, rights: int) -> None:
    """The user's own entry. What the mask held back from others it goes on holding back."""
    entries = _read(path)
    mask = entries.get((MASK, NOBODY), 7)
    for tag, number in entries:
        if tag in (USER, GROUP, NAMED_GROUP):
            entries[tag, number] &= mask
    entries[USER, user.pw_uid] = rights
    named = [right for (tag, _), right in entries.items() if tag in (USER, GROUP, NAMED_GROUP)]
    entries[MASK, NOBODY] = named[0]
    for right in named:
        entries[MASK, NOBODY] |= right
    try:
        _write(path, entries)
    except OSError as error:
        raise NoPassage(
            f"the server runs as the user {user.pw_name}, who cannot reach {path}, and cannot be let through:"
            f" {error.strerror}\n    Move the checkout to a place that users may pass through, such as /srv or /opt;"
            f" or let them: chmod o+x {path}"
        ) from None


def grant_checkout() -> None:
    """See to it that the service's user reaches what it runs: this program, its Python, and the state directory."""
    programs = [state.BASE_DIR, Path(sys.prefix), Path(sys.base_prefix)]
    grant(programs, [state.make_dir(state.state_dir())])


def main(argv: list[str]) -> int:
    actions = {"grant": grant_checkout, "revoke": revoke}
    if len(argv) != 1 or argv[0] not in actions:
        print("usage: python -m geoapp.passage grant|revoke", file=sys.stderr)
        return 2
    try:
        actions[argv[0]]()
    except (NoPassage, OSError) as error:
        print(f"    {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(unread.run(main, sys.argv[1:]))
