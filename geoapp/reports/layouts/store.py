"""The folder of templates: read whenever a report is asked for, so that a change needs no restart, and nothing is made of a bad one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from geoapp.reports.layouts.check import ReportTemplate, read
from geoapp.reports.layouts.faults import BadTemplates, TemplateFault
from geoapp.reports.layouts.layout import ReportLayout
from layers.words import Words

OWN = Path(__file__).parent / "own"
MOST_FILES, MOST_BYTES = 50, 100_000


@dataclass(frozen=True, slots=True)
class Templates:
    """What a folder holds: the templates, what is wrong in them, and a fingerprint of all of their bytes."""

    found: tuple[ReportTemplate, ...]
    faults: tuple[TemplateFault, ...]
    fingerprint: str

    def layout_of(self, level: str) -> ReportLayout:
        """The layout for a kind of region; our own where there is none of it."""
        return next((each.layout for each in self.found if level in each.regions), ReportLayout())


def folder() -> Path:
    """The authority's, else our own."""
    return Path(settings.REPORT_TEMPLATES) if settings.REPORT_TEMPLATES else OWN


def usable(lang: str) -> Templates:
    """The templates as they are now; `BadTemplates`, said in the language, if anything is wrong in any. To be asked before anything
    is computed."""
    found = templates(folder())
    if found.faults:
        raise BadTemplates(found.faults, lang)
    return found


def fingerprint() -> str:
    """Of the bytes of all templates; every key of a report has it, so that nothing is taken apart for it."""
    return _held(folder()).fingerprint


def templates(where: Path) -> Templates:
    """Every ``*.toml`` of a folder."""
    held = _held(where)
    found, faults = [], list(held.faults)
    for name, data in held.files.items():
        template, wrong = read(name, data.decode("utf-8-sig"))
        faults += wrong
        found += [template] if template else []
    return Templates(tuple(found), (*faults, *_twice(found)), held.fingerprint)


@dataclass(frozen=True, slots=True)
class HeldFiles:
    """The files of a folder that can be read, what is wrong with the others, and a fingerprint of them all."""

    files: dict[str, bytes]
    faults: tuple[TemplateFault, ...]
    fingerprint: str


def _held(where: Path) -> HeldFiles:
    try:
        paths = sorted(path for path in where.iterdir() if path.suffix == ".toml")
    except OSError as error:
        return HeldFiles({}, (TemplateFault(str(where), 0, _unreadable(error)),), "")
    faults, files, seen = [], {}, hashlib.sha256()
    if not paths:
        faults.append(
            TemplateFault(str(where), 0, Words("目录里没有 .toml 文件", "there is no .toml file in the folder"))
        )
    if len(paths) > MOST_FILES:
        more = Words("文件多于 {most} 个", "there are more than {most} files", most=MOST_FILES)
        faults.append(TemplateFault(str(where), 0, more))
    for path in paths[:MOST_FILES]:
        data, fault = _bytes(path)
        seen.update(f"{path.name}\0{len(data)}\0".encode() + data)
        if fault:
            faults.append(fault)
        else:
            files[path.name] = data
    return HeldFiles(files, tuple(faults), seen.hexdigest()[:12])


def _bytes(path: Path) -> tuple[bytes, TemplateFault | None]:
    """What a file holds, or why it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        return b"", TemplateFault(path.name, 0, _unreadable(error))
    if len(data) > MOST_BYTES:
        return b"", TemplateFault(
            path.name, 0, Words("大于 {most} 字节", "has more than {most} bytes", most=MOST_BYTES)
        )
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return data, TemplateFault(path.name, line, Words("不是 UTF-8 文字", "is not text in UTF-8"))
    return data, None


def _unreadable(error: OSError) -> Words:
    return Words("读不了：{why}", "cannot be read: {why}", why=error.strerror or str(error))


def _twice(found: Sequence[ReportTemplate]) -> list[TemplateFault]:
    """Kinds of regions of which two templates are."""
    seen: dict[str, str] = {}
    faults = []
    for template in found:
        for kind in template.regions:
            if kind in seen:
                reason = Words(
                    "{kind} 已由 {file} 规定", "{kind} is laid out by {file} already", kind=kind, file=seen[kind]
                )
                faults.append(TemplateFault(template.file, template.line, reason))
            seen.setdefault(kind, template.file)
    return faults
