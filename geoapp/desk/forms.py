"""What a clerk sends, read: an upload, and how a file is to be read. Pure but for the registry; `Wrong` says what is wrong where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from geoapp.desk import targets
from geoapp.desk.models import ImportJob
from geoapp.desk.words import CRS, FREE
from layers.ingest.columns import normal
from layers.ingest.effective import TAKEN_BY
from layers.ingest.readers import FORMATS, TOGETHER, ZIPPED
from layers.ingest.spec import Spec, spec_for
from layers.words import Listed, Words

ENDINGS = (*ZIPPED, *(ending for ending in FORMATS if ending not in TOGETHER))
_DIVISION = re.compile(r"\d{2,12}")
_MONTH = re.compile(r"\d{4}-\d{2}|current")
LONGEST = 200


class Wrong(Exception):
    """What was sent cannot be; ``field`` is the input that it is about."""

    def __init__(self, field: str, zh: str, en: str, /, **values: object) -> None:
        self.field, self.said = field, Words(zh, en, **values)
        super().__init__(self.said.zh)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file and what was said of it; ``target`` is empty when the desk is to find out."""

    file: UploadedFile
    name: str  # as the browser called it; shown, never a path
    suffix: str
    target: str
    how: dict[str, Any]


def parse_upload(given: Mapping[str, str], files: Mapping[str, Any]) -> Upload:
    target = _target(given.get("target", ""))
    file = files.get("file")
    if not isinstance(file, UploadedFile):
        raise Wrong("file", "请选择文件", "choose a file")
    name = PurePosixPath(str(file.name).replace("\\", "/")).name[-255:]
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in ENDINGS:
        raise Wrong(
            "file",
            "不支持的文件类型“{suffix}”。可用：{endings}；Shapefile（.shp、.shx、.dbf、.prj）、MapInfo 表和 FileGDB 文件夹请压缩成 zip。",
            "files of the kind {suffix!r} cannot be read. Those that can: {endings}; send a shapefile (.shp, .shx, .dbf, .prj), a MapInfo table or a FileGDB folder as one zip.",
            suffix=suffix or name,
            endings=Listed(*ENDINGS),
        )
    if not file.size:
        raise Wrong("file", "文件是空的", "the file is empty")
    if file.size > settings.IMPORT_MAX_BYTES:
        raise too_large()
    return Upload(file, name, suffix, target, _options(given, spec_for(target) if target else None))


def too_large() -> Wrong:
    most = settings.IMPORT_MAX_BYTES >> 20
    return Wrong(
        "file",
        "文件超过 {most} MB 的上限；更大的文件请在服务器上用 manage.py import_layer 导入。",
        "the file is larger than {most} MB; import larger ones on the server by manage.py import_layer.",
        most=most,
    )


def too_many(most: int) -> Wrong:
    return Wrong(
        "file", "已有 {most} 个文件在等待，请稍后再传", "{most} files of yours are waiting: send it later", most=most
    )


def parse_reading(given: Mapping[str, str], job: ImportJob) -> tuple[str, dict[str, Any]]:
    """The target and the way to read a job's file, after a clerk's corrections."""
    target = _target(given.get("target", "")) or job.target
    if not target:
        raise Wrong("target", "请选择数据集", "choose a dataset")
    spec = spec_for(target)
    how = _options({"crs": job.how.get("crs", ""), "inner": job.how.get("inner", ""), **given}, spec)
    if target != job.target:  # its fields and decisions are others
        return target, how
    told = {**job.how.get("told", {}), **_told(given, job)}
    how |= {"told": told} if told else {}
    fields = _field_map(given, job, spec)
    return target, how | ({"field_map": fields} if fields else {})


def _target(given: str) -> str:
    if given and given not in targets.names():
        raise Wrong("target", "没有数据集“{given}”", "there is no dataset {given!r}", given=given[:40])
    return given


def _options(given: Mapping[str, str], spec: Spec | None) -> dict[str, Any]:
    crs, inner, effective = (given.get(name, "").strip() for name in ("crs", "inner", "effective"))
    if crs and crs not in dict(CRS):
        raise Wrong("crs", "没有坐标系“{crs}”", "there is no CRS {crs!r}", crs=crs[:40])
    if len(inner) > LONGEST:
        raise Wrong("inner", "工作表或图层名过长", "the name of the sheet or layer is too long")
    if effective and not _MONTH.fullmatch(effective):
        raise Wrong("effective", "生效月份应写作 2020-01 或 current", "write the month as 2020-01, or current")
    name = spec.name if spec else ""
    if given.get("closing") and name not in ("", "region"):
        raise Wrong("closing", "只有行政区划可以停用文件中没有的部分", "only divisions can be closed")
    if effective and name not in ("", *TAKEN_BY):
        raise Wrong(
            "effective",
            "只有行政区划和水表、供水设施、用水户的位置有生效月份",
            "only divisions, and positions of meters, facilities and water users, hold from a month on",
        )
    within = given.get("within", "").strip()
    if within and not _DIVISION.fullmatch(within):
        raise Wrong("within", "区划代码应为数字", "the code of a division is of digits")
    if given.get("replacing") and spec is not None and spec.name == "region":
        raise Wrong("replacing", "行政区划不能整体替换", "divisions are not replaced")
    how = {
        "crs": crs, "inner": inner, "effective": effective, "closing": bool(given.get("closing")),
        "replacing": bool(given.get("replacing")), "within": within if given.get("replacing") else "",
    }  # fmt: skip
    return {name: value for name, value in how.items() if value}


def _told(given: Mapping[str, str], job: ImportJob) -> dict[str, str]:
    """The decisions that are other than they were taken, or were asked for."""
    told = {}
    for choice in job.report.get("choices", ()):
        value = given.get(f"told.{choice['name']}")
        if choice["name"] in FREE:  # whoever knows better says why
            if value and value.strip():
                told[choice["name"]] = value.strip()[:LONGEST]
            continue
        if value is None or value not in (choice["value"], *choice["others"]):
            continue
        if choice["asks"] or value != choice["value"]:
            told[choice["name"]] = value
    if shift := given.get("told.datum.shift", "").strip():
        told["datum.shift"] = shift[:LONGEST]
    name = str(job.error.get("param", ""))
    value = given.get(f"told.{name}") if name else None
    if value and value in job.error.get("allowed", ()):
        told[name] = value
    return told


def columns_of(job: ImportJob, spec: Spec) -> dict[str, str]:
    """Field → heading, as the file was read; of one that was refused before that, as it would have been."""
    if "columns" in job.report:
        return dict(job.report["columns"]["fields"])
    return targets.matched(spec, job.headings, job.how.get("field_map", {}))


def _field_map(given: Mapping[str, str], job: ImportJob, spec: Spec) -> dict[str, str]:
    """Field → heading as told by hand: what was told before, and what is other than it was matched; "" for no heading."""
    before = columns_of(job, spec)
    told: dict[str, str] = dict(job.how.get("field_map", {}))
    chosen: dict[str, str] = {}
    names = {*(f.name for f in targets.fields_of(spec)), *targets.positions_of(spec)}
    sent = [(heading, given.get(f"column.{at}")) for at, heading in enumerate(job.headings)]
    if all(name is None for _, name in sent):
        return told
    for heading, name in sent:
        if not name or not normal(heading):
            continue
        if name not in names:
            raise Wrong("columns", "没有字段“{name}”", "there is no field {name!r}", name=name[:40])
        if name in chosen:
            raise Wrong(
                "columns",
                "“{field}”选了两列：{columns}",
                "two columns were chosen for {field}: {columns}",
                field=targets.field_word(spec, name),
                columns=Listed(chosen[name], heading),
            )
        chosen[name] = heading
    told |= {name: heading for name, heading in chosen.items() if before.get(name) != heading}
    told |= {name: "" for name in before if name in names and name not in chosen}
    return {name: heading for name, heading in told.items() if chosen.get(name, "") == heading}
