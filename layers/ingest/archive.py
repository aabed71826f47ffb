"""Zipped files, opened with suspicion: bounded sizes, no path out of the folder, nothing but data files."""

from __future__ import annotations

import shutil
import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from layers.ingest.refusal import ImportRefused
from layers.words import Words

MAX_BYTES = 2 << 30  # unpacked, in all
MAX_MEMBERS = 2_000
MAX_RATIO = 500  # unpacked to packed; text and shapes stay far below, bombs do not
SIDE_FILES: dict[str, frozenset[str]] = {  # what is read with a file, by the same name
    ".shp": frozenset({".shx", ".dbf", ".prj", ".cpg", ".cst"}),
    ".mif": frozenset({".mid"}),
    ".tab": frozenset({".dat", ".map", ".id", ".ind"}),
    ".dbf": frozenset({".cpg", ".cst"}),
}
_SIDES = frozenset[str]().union(*SIDE_FILES.values()) - {".dbf"}
_TABLES = frozenset({
    ".shp", ".geojson", ".json", ".geojsons", ".geojsonl", ".geojsonseq", ".gpkg", ".kml", ".kmz", ".gpx", ".mif", ".tab", ".fgb",
    ".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".dbf", ".parquet",
})  # fmt: skip
_ARCHIVES = frozenset({".zip", ".rar", ".7z"})
_FOLDER = ".gdb"  # a FileGDB is a folder of files that mean nothing one by one
_UTF8_NAMES = 0x800  # flag of a member whose name is UTF-8
_ENCRYPTED = 0x1


def guard_sizes(path: Path, most: int = MAX_BYTES) -> None:
    """Raise `ImportRefused` for a zip container (a workbook, too) that would unpack to more than ``most`` bytes, or to
    something unreasonable."""
    try:
        with zipfile.ZipFile(path) as archive:
            _guard(archive.infolist(), most)
    except (zipfile.BadZipFile, OSError) as error:
        what = (
            Words("压缩文件", "the zip file")
            if path.suffix.lower() in {".zip", ".kmz"}
            else Words("工作簿", "the workbook")
        )
        raise ImportRefused(
            "{what}已损坏或不完整，无法打开：请重新导出或重新传一次",
            "{what} is damaged or cut short: export or send it again",
            what=what,
        ) from error


def _guard(members: list[zipfile.ZipInfo], most: int = MAX_BYTES) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > most or unpacked > MAX_RATIO * max(packed, 1 << 16):
        raise ImportRefused("压缩文件解开后过大，已拒绝", "the zip file would unpack to too much and is refused")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A table of a zip: where it now is, and what it is called there, folders and all."""

    path: Path
    shown: str


def unpack(path: Path, into: Path, wanted: str | None) -> Path:
    """Unpack the data files of a zip into ``into``; → the one table in it, or the one named ``wanted``.

    Every folder of the zip becomes one of a number below ``into``, so no member can leave it whatever path it claims;
    links and members of other kinds are left packed. Raises `ImportRefused` for none, several, encrypted or oversized ones.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _guard(archive.infolist())
            found = _extract_all(archive, into)
            nested = [name.name for name in map(member_name, archive.infolist()) if name.suffix.lower() in _ARCHIVES]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise ImportRefused("压缩文件已损坏或加密，无法打开", "the zip file is damaged or encrypted") from error
    if path.suffix.lower() == ".kmz":
        found = [table for table in found if table.path.suffix == ".kml"]
    return _choose(_candidates(found), wanted, nested)


def _candidates(found: Sequence[Unpacked]) -> list[Unpacked]:
    """The tables, without what belongs to another one or explains it."""
    stems = {table.path.with_suffix("") for table in found if table.path.suffix == ".shp"}
    tables = [t for t in found if t.path.suffix != ".dbf" or t.path.with_suffix("") not in stems]
    # Beside data, a text is a readme; it is a table only where there is nothing else.
    return [table for table in tables if table.path.suffix != ".txt"] or tables


def _choose(found: Sequence[Unpacked], wanted: str | None, nested: Sequence[str]) -> Path:
    if wanted is not None and len(found) > 1:
        found = [table for table in found if wanted in (table.path.name, table.path.stem, table.shown)] or found
    if len(found) == 1:
        return found[0].path
    if not found and nested:
        raise ImportRefused(
            "压缩文件里还是压缩文件（{nested}）：请解压后，把数据文件直接压缩成一个 zip", "the zip file holds another archive ({nested}): unpack it, and zip the data files themselves", param="file", nested=nested[0],
        )  # fmt: skip
    if not found:
        raise ImportRefused(
            "压缩文件中没有可导入的数据文件",
            "the zip file holds no file that can be imported",
            allowed=sorted({*_TABLES, _FOLDER}),
        )
    raise ImportRefused(
        "压缩文件中有多个数据文件，请用 --file-layer 指定其一",
        "the zip file holds several data files: choose one by --file-layer",
        param="file-layer",
        allowed=sorted(table.shown for table in found),
    )


def member_name(member: zipfile.ZipInfo) -> PurePosixPath:
    """What a member is called. Names without the flag for UTF-8 are in what their maker's system uses: here mostly GBK, of
    whose characters some hold the byte of a backslash, so that names are cut into folders only when they are read."""
    name = member.orig_filename
    if not member.flag_bits & _UTF8_NAMES:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = name.encode()
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return PurePosixPath(name.partition("\0")[0].replace("\\", "/"))


def _extract_all(archive: zipfile.ZipFile, into: Path) -> list[Unpacked]:
    folders: dict[PurePosixPath, Path] = {}
    stems: dict[tuple[Path, str], str] = {}
    found: list[Unpacked] = []
    for member in archive.infolist():
        name = member_name(member)
        if not _is_data(member, name):
            continue
        if member.flag_bits & _ENCRYPTED:
            raise ImportRefused(
                "压缩文件有密码：请去掉密码后重新压缩", "the zip file has a password: pack it without one", param="file"
            )
        room = folders.setdefault(name.parent, into / str(len(folders)))
        if name.parent.suffix.lower() == _FOLDER:
            room = room / f"{name.parent.stem}{_FOLDER}"
        fresh = not room.exists()
        room.mkdir(parents=True, exist_ok=True)
        # GDAL finds side files by stem, in the same letters, and lower-case suffix; Windows by any letters.
        stem = stems.setdefault((room, name.stem.lower()), name.stem)
        target = room / f"{stem}{name.suffix.lower()}"
        _extract(archive, member, target)
        if room.suffix == _FOLDER:
            found += [Unpacked(room, str(name.parent))] if fresh else []
        elif target.suffix in _TABLES:
            found.append(Unpacked(target, str(name)))
    return found


def _is_data(member: zipfile.ZipInfo, name: PurePosixPath) -> bool:
    if name.suffix == "" and name.parent.suffix.lower() != _FOLDER:
        return False
    if member.filename.endswith(("/", "\\")) or stat.S_ISLNK(member.external_attr >> 16):
        return False
    if "__MACOSX" in name.parts or name.name.startswith((".", "~$")):
        return False
    return name.parent.suffix.lower() == _FOLDER or name.suffix.lower() in _TABLES | _SIDES


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    if target.exists():
        raise ImportRefused(
            "压缩文件中有重名文件 {name}", "the zip file holds {name!r} twice", allowed=None, name=target.name
        )
    with archive.open(member) as packed, target.open("wb") as out:
        # The size in the directory is the sender's word; what is written is counted.
        shutil.copyfileobj(_Bounded(packed, MAX_BYTES), out, 1 << 20)


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
