"""Uploaded files between their dry run and their import: under unguessable names, gone after the import or a day.

A parcel is a folder of its own in the state directory, readable by the server's user only: the file, what was asked
for (``wanted.json``), and the report with the refused rows. Its token is all that a URL holds of it.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from layers.ingest import report as reports
from layers.ingest.report import ImportReport
from layers.ingest.source import Source
from layers.later import later

try_refused = later("layers.ingest.returned.try_refused")

FOLDER = "uploads"
KEPT_S = 24 * 3600.0
TOKEN = r"[A-Za-z0-9_-]{43}"  # what secrets.token_urlsafe(32) makes
SHOWN = 200  # refusals on the page; the file has all that were kept


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for: as the form said it, and of whom the file is."""

    target: str
    name: str  # as the browser called the file; shown, never a path
    suffix: str
    user_id: int
    crs: str = ""
    inner: str = ""
    closing: bool = False
    effective: str = ""
    field_map: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)  # how to read it
    sha256: str = ""
    size: int = 0


class Parcel:
    """One uploaded file."""

    def __init__(self, folder: Path, wanted: Wanted) -> None:
        self.folder = folder
        self.wanted = wanted

    @property
    def token(self) -> str:
        return self.folder.name

    @property
    def path(self) -> Path:
        return self.folder / f"data{self.wanted.suffix}"

    @property
    def waits(self) -> bool:
        """Whether the file is there to be imported."""
        return self.path.is_file()

    def source(self, path: Path | None = None) -> Source:
        told = self.wanted
        return Source(
            path or self.path,
            name=told.name,
            layer=told.inner or None,
            crs=told.crs or None,
            field_map=told.field_map,
            told=told.told,
        )

    def take(self) -> Path | None:
        """Claim the file for its import; None when another request has it, or it is gone or not the one looked at."""
        taken = self.folder / f"taken{self.wanted.suffix}"
        try:
            self.path.rename(taken)  # atomic: of two clicks one wins
        except FileNotFoundError:
            return None
        if _sha256(taken) != self.wanted.sha256:
            self.discard()
            return None
        return taken

    def put_back(self, taken: Path) -> None:
        taken.rename(self.path)

    def write_report(self, report: ImportReport, path: Path) -> None:
        """Keep the report, and the refused rows of the file at ``path``: as rows, or at least what is wrong with them."""
        content = json.dumps(report.to_dict(SHOWN), ensure_ascii=False)
        (self.folder / "report.json").write_text(content, encoding="utf-8")
        if not try_refused(self.source(path), report, self.refused_path):
            reports.write(report, self.refused_path)

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "report.json").read_text(encoding="utf-8"))
        return found

    @property
    def refused_path(self) -> Path:
        return self.folder / "refused.csv"

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def receive(chunks: Iterable[bytes], wanted: dict[str, Any]) -> Parcel:
    """Keep an uploaded file under a new name; ``wanted`` holds the fields of `Wanted` but digest and size."""
    folder = _home() / secrets.token_urlsafe(32)
    folder.mkdir(mode=0o700)
    digest, size = hashlib.sha256(), 0
    try:
        with (folder / f"data{wanted['suffix']}").open("wb") as out:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
        told = Wanted(**wanted, sha256=digest.hexdigest(), size=size)
        (folder / "wanted.json").write_text(json.dumps(asdict(told), ensure_ascii=False), encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Parcel(folder, told)


def find(token: str, user_id: int) -> Parcel | None:
    """A user's own parcel; None for a token that is malformed, unknown, too old or another's."""
    if not re.fullmatch(TOKEN, token):
        return None
    folder = _home() / token
    try:
        told = Wanted(**json.loads((folder / "wanted.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    if told.user_id != user_id or _is_old(folder):
        return None
    return Parcel(folder, told)


def sweep() -> int:
    """Remove what has been kept for a day; → how many."""
    old = [folder for folder in _home().iterdir() if folder.is_dir() and _is_old(folder)]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _home() -> Path:
    home = Path(settings.STATE_DIR) / FOLDER
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def _is_old(folder: Path) -> bool:
    """By the time of asking, which no later step touches; a folder without it was never finished."""
    asked = folder / "wanted.json"
    try:
        made = (asked if asked.exists() else folder).stat().st_mtime
    except OSError:  # another request sweeps at the same time
        return False
    return time.time() - made > KEPT_S


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
