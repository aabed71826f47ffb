"""Files that are there whole or not at all, whatever ends first: the disk, the patience, the power."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from layers.errors import ShuituError

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
    """Write aside, flush to the disk, move into place; `CannotWrite` leaves nothing behind."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CannotWrite(path, error) from error
    except BaseException:  # an interruption: the part goes too
        part.unlink(missing_ok=True)
        raise


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A ZIP of these files, the same bytes for the same content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
