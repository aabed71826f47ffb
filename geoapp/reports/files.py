"""The files of reports: whole or refused with a reason, the same bytes for the same content."""

from __future__ import annotations

import errno
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from layers.errors import ShuituError
from layers.kept import whole

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say: the same content is the same bytes


class CannotWrite(ShuituError):
    """A file could not be written; ``full`` when for want of room."""

    title = "A file cannot be written"

    def __init__(self, path: Path, error: OSError) -> None:
        self.full = error.errno in _FULL
        reason = "no room is left on the disk" if self.full else (error.strerror or str(error))
        super().__init__(f"{path.name}: {reason}.")


def write_whole(path: Path, data: bytes) -> None:
    """As `layers.kept.whole.write_whole`; `CannotWrite` leaves nothing behind."""
    try:
        whole.write_whole(path, data)
    except OSError as error:
        raise CannotWrite(path, error) from error


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A ZIP of these files, the same bytes for the same content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
