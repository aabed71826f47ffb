"""The files of reports: whole or refused with a reason, the same bytes for the same content."""

from __future__ import annotations

import errno
from pathlib import Path

from layers.errors import ShuituError
from layers.kept import whole
from layers.words import Worded, Words

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)


class CannotWrite(ShuituError):
    """A file or folder cannot be written to; ``full`` when for want of room."""

    title = "A file cannot be written"

    def __init__(self, path: Path, error: OSError | None = None, *, needed: int = 0, free: int = 0) -> None:
        self.full = error is None or error.errno in _FULL
        reason = _reason(error, needed, free)
        super().__init__(Words("{path}：{reason}。", "{path}: {reason}.", path=path.name, reason=reason))


def _reason(error: OSError | None, needed: int, free: int) -> Worded | str:
    if error is None:
        told = {"needed": f"{needed / 1e6:.0f} MB", "free": f"{free / 1e6:.0f} MB"}
        return Words(
            "磁盘空间不够，约需 {needed}，只剩 {free}",
            "no room is left on the disk: some {needed} are needed, and {free} are free",
            **told,
        )
    if error.errno in _FULL:
        return Words("磁盘已满", "no room is left on the disk")
    if error.errno in _CLOSED:
        return Words("没有写入权限", "it may not be written to")
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return Words("不是文件夹", "it is no folder")
    return error.strerror or str(error)


def write_whole(path: Path, data: bytes) -> None:
    """As `layers.kept.whole.write_whole`; `CannotWrite` leaves nothing behind."""
    try:
        whole.write_whole(path, data)
    except OSError as error:
        raise CannotWrite(path, error) from error
