"""The same content is the same bytes: archives, and office files that are such, without the moment at which they were made."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

_TIME = (1980, 1, 1, 0, 0, 0)  # the first that an archive can tell
_CORE = "docProps/core.xml"
# Under whatever prefix the namespace has, which any library may have registered.
_MOMENT = re.compile(rb"(<\w+:(?:created|modified)[^>]*>)[^<]*")


def zipped(members: Mapping[str, bytes]) -> bytes:
    """An archive of these files, the same bytes for the same content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, _TIME), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def of_office(data: bytes, at: datetime) -> dict[str, bytes]:
    """The members of an office file, which is told to have been made at a moment (UTC where it names no zone): that of its data."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    utc = at if at.tzinfo is None else at.astimezone(UTC)
    members[_CORE] = _MOMENT.sub(rb"\g<1>" + f"{utc:%Y-%m-%dT%H:%M:%SZ}".encode(), members[_CORE])
    return members
