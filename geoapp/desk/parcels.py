"""The files themselves: each in a folder of the state directory under an unguessable name, for nobody but the service to look in.

A folder holds the upload (``data.csv``), how far a worker is with it (``progress.json``) and what it found (`geoapp.desk.rows`).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

FOLDER = "uploads"
TOKEN = r"[A-Za-z0-9_-]{43}"  # what secrets.token_urlsafe(32) makes


@dataclass(frozen=True, slots=True)
class Received:
    token: str
    size: int
    sha256: str


def home() -> Path:
    found = Path(settings.STATE_DIR) / FOLDER
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def folder_of(token: str) -> Path:
    return home() / token


def file_of(token: str, suffix: str) -> Path:
    return folder_of(token) / f"data{suffix}"


def receive(chunks: Iterable[bytes], suffix: str) -> Received:
    """Keep an upload under a new name; what breaks off leaves nothing."""
    token = secrets.token_urlsafe(32)
    folder = folder_of(token)
    folder.mkdir(mode=0o700)
    digest, size = hashlib.sha256(), 0
    try:
        with file_of(token, suffix).open("wb") as out:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
    except BaseException:
        discard(token)
        raise
    return Received(token, size, digest.hexdigest())


def discard(token: str) -> None:
    shutil.rmtree(folder_of(token), ignore_errors=True)


def is_what_was_sent(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def write_progress(token: str, told: dict[str, Any]) -> None:
    """How far it is, whole or not at all. `FileNotFoundError` when the folder is gone: the file was given up."""
    path = folder_of(token) / "progress.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(told), encoding="utf-8")
    part.replace(path)


def read_progress(token: str) -> dict[str, Any]:
    """What was last written; empty when nothing was."""
    try:
        found = json.loads((folder_of(token) / "progress.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def clear_progress(token: str) -> None:
    with suppress(OSError):
        (folder_of(token) / "progress.json").unlink()


def strays(known: set[str], older_than_s: float) -> Iterable[str]:
    """Folders of no job: of an upload that broke off with its process, or of a job that was deleted."""
    for entry in os.scandir(home()):
        with suppress(OSError):  # another sweeps at the same time
            if entry.name not in known and time.time() - entry.stat().st_mtime > older_than_s:
                yield entry.name
