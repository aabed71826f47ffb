"""Zipped files, opened with suspicion: bounded sizes, no path out of the folder, nothing but data files."""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from layers.ingest.refusal import ImportRefused

MAX_BYTES = 2 << 30  # unpacked, in all
MAX_MEMBERS = 2_000
MAX_RATIO = 500  # unpacked to packed; text and shapes stay far below, bombs do not
_TABLES = frozenset({".shp", ".geojson", ".json", ".gpkg", ".csv", ".txt", ".tsv", ".xlsx", ".parquet"})
SIDE_FILES = frozenset({".shx", ".dbf", ".prj", ".cpg"})  # of a .shp


def guard_sizes(path: Path, most: int = MAX_BYTES) -> None:
    """Raise `ImportRefused` for a zip container (a workbook, too) that would unpack to more than ``most`` bytes, or to
    something unreasonable."""
    try:
        with zipfile.ZipFile(path) as archive:
            _guard(archive.infolist(), most)
    except (zipfile.BadZipFile, OSError) as error:
        raise ImportRefused("压缩文件已损坏，无法打开", "the zip file is damaged and cannot be opened") from error


def _guard(members: list[zipfile.ZipInfo], most: int = MAX_BYTES) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > most or unpacked > MAX_RATIO * max(packed, 1 << 16):
        raise ImportRefused("压缩文件解开后过大，已拒绝", "the zip file would unpack to too much and is refused")


def unpack(path: Path, into: Path, wanted: str | None) -> Path:
    """Unpack the data files of a zip into ``into``; → the one table in it, or the one named ``wanted``.

    Members are written under their bare names, so no member can leave the folder whatever path it claims; links and
    members of other kinds are left packed. Raises `ImportRefused` for none, several, encrypted or oversized ones.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _guard(archive.infolist())
            tables = [_extract(archive, member, into) for member in archive.infolist() if _is_data(member)]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise ImportRefused("压缩文件已损坏或加密，无法打开", "the zip file is damaged or encrypted") from error
    found = [table for table in tables if table.suffix.lower() in _TABLES]
    if wanted is not None and len(found) > 1:
        found = [table for table in found if wanted in (table.name, table.stem)] or found
    if len(found) == 1:
        return found[0]
    if not found:
        raise ImportRefused(
            "压缩文件中没有可导入的数据文件", "the zip file holds no file that can be imported", allowed=sorted(_TABLES)
        )
    raise ImportRefused(
        "压缩文件中有多个数据文件，请用 --file-layer 指定其一",
        "the zip file holds several data files: choose one by --file-layer",
        param="file-layer",
        allowed=sorted(table.name for table in found),
    )


def _is_data(member: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if member.is_dir() or stat.S_ISLNK(member.external_attr >> 16):
        return False
    if "__MACOSX" in name.parts or name.name.startswith("."):
        return False
    return name.suffix.lower() in _TABLES | SIDE_FILES


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, into: Path) -> Path:
    bare = PurePosixPath(member.filename.replace("\\", "/"))
    # GDAL finds side files by stem and lower-case suffix.
    target = into / f"{bare.stem}{bare.suffix.lower()}"
    if target.exists():
        raise ImportRefused(
            f"压缩文件中有重名文件 {target.name}", f"the zip file holds {target.name!r} twice", allowed=None
        )
    with archive.open(member) as packed, target.open("wb") as out:
        # The size in the directory is the sender's word; what is written is counted.
        shutil.copyfileobj(_Bounded(packed, MAX_BYTES), out, 1 << 20)
    return target


class _Bounded:
    """A reader that refuses to give more than ``limit`` bytes."""

    def __init__(self, source: IO[bytes], limit: int) -> None:
        self._source = source
        self._left = limit

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self._left -= len(block)
        if self._left < 0:
            raise ImportRefused("压缩文件解开后过大，已拒绝", "the zip file would unpack to too much and is refused")
        return block
