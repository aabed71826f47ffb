"""What an import did, or would do: counts, columns, what was refused and why. Easy to render, in JSON and as text."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from layers import registry
from layers.history import said
from layers.ingest.columns import ColumnMap
from layers.ingest.places import RowPlace
from layers.ingest.reading import Choice, open_questions
from layers.ingest.refusal import IMPLAUSIBLE, REASONS, Faults, Verdicts
from layers.text import guarded
from layers.words import SOURCE, Worded, Words, in_language

IN_RELEASE = 1_000  # refusals kept with the release
SHOWN = 20  # refusals a person is shown at once
_WIDEST = 40  # characters of a table's cell


@dataclass(frozen=True, slots=True)
class Change:
    """One value of one object: what is there, and what the file says, as `layers.history.said` keeps them."""

    row: int
    code: str
    field: str
    old: str
    new: str

    def to_dict(self) -> dict[str, Any]:
        return {"row": self.row, "code": self.code, "field": self.field, "old": self.old, "new": self.new}


@dataclass(slots=True)
class Changes:
    """How often each field would change, how often be cleared, and the first changes one by one."""

    by_field: dict[str, int] = field(default_factory=dict)
    cleared: dict[str, int] = field(default_factory=dict)
    first: list[Change] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return {"by_field": self.by_field, "cleared": self.cleared, "first": [one.to_dict() for one in self.first]}


@dataclass(slots=True)
class ImportReport:
    """The report of one import.

    ``committed`` says whether the database was changed; a dry run counts the same by doing the same and undoing it.
    ``new + changed + unchanged + refused == read``, in rows of the file.
    """

    target: str  # what was asked for: a dataset or a layer
    dataset: str
    file_name: str
    file_sha256: str = ""
    actor: str = ""
    wanted_commit: bool = False
    committed: bool = False
    release_id: int | None = None
    version_raised: bool = False
    format: str = ""
    crs: str = ""
    columns: ColumnMap = field(default_factory=ColumnMap)
    absent: Sequence[str] = ()  # fields that the file has no column for
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    closed: int = 0
    gone: int = 0  # rows that a file which replaces them lacks
    gone_names: Sequence[str] = ()  # the first of these
    links_added: int = 0
    links_removed: int = 0
    verdicts: Verdicts = field(default_factory=Verdicts)
    notes: list[Worded] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    choices: list[Choice] = field(default_factory=list)  # how the file was read
    told: Mapping[str, str] = field(default_factory=dict)  # what its sender said of that
    places: list[RowPlace] = field(default_factory=list)  # of a dry run: where some of the rows lie
    placed: int = 0  # how many have a position
    months: list[date] = field(default_factory=list)  # whose sums were computed anew
    seconds: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)  # seconds by step

    @property
    def refusals(self) -> Faults:
        return self.verdicts.refused

    @property
    def warnings(self) -> Faults:
        return self.verdicts.warned

    @property
    def refused(self) -> int:
        return len(self.refusals.rows)

    @property
    def accepted(self) -> int:
        return self.new + self.changed + self.unchanged

    @property
    def refused_as_a_whole(self) -> bool:
        """No row was fit to be imported: nothing was changed."""
        return bool(self.refused) and not self.accepted

    @property
    def rows_per_second(self) -> int:
        return round(self.read / self.seconds) if self.seconds > 0 else 0

    def to_dict(self, refusals: int = IN_RELEASE) -> dict[str, Any]:
        """The report as JSON, with at most so many refusals, and warnings."""
        return {
            "target": self.target,
            "dataset": self.dataset,
            "file": {"name": self.file_name, "sha256": self.file_sha256, "format": self.format},
            "actor": self.actor,
            "dry_run": not self.wanted_commit,
            "committed": self.committed,
            "release": self.release_id if self.committed else None,
            "version_raised": self.version_raised,
            "crs": self.crs,
            "columns": self.columns.to_dict() | {"absent": list(self.absent)},
            "rows": {
                "read": self.read,
                "new": self.new,
                "changed": self.changed,
                "unchanged": self.unchanged,
                "refused": self.refused,
                "closed": self.closed,
                "gone": self.gone,
                "warned": len(self.warnings.rows),
            },
            "links": {"added": self.links_added, "removed": self.links_removed},
            "changes": self.changes.to_dict(),
            "months": [f"{month:%Y-%m}" for month in self.months],
            "gone": list(self.gone_names),
            "notes": [note.everywhere() for note in self.notes],
            "choices": [choice.to_dict() for choice in self.choices],
            "told": dict(self.told),
            "asks": [choice.name for choice in open_questions(self.choices, self.told)],
            "reasons": self.refusals.reasons(),
            "refusals": [refusal.to_dict() for refusal in self.refusals.first(refusals)],
            "warned": self.warnings.reasons(),
            "warnings": [warning.to_dict() for warning in self.warnings.first(refusals)],
            "seconds": round(self.seconds, 3),
            "rows_per_second": self.rows_per_second,
            "steps": {name: round(seconds, 3) for name, seconds in self.steps.items()},
        }


def plausible(report: ImportReport) -> Choice | None:
    """A question where volumes are larger than they can well be; whoever knows better says so, with the reason."""
    if "implausible" not in report.verdicts.used:
        return None
    count = sum(one["count"] for one in report.warnings.reasons() if one["reason"] in IMPLAUSIBLE)
    why = Words(
        "{count} 个数大得不合常理（见提醒）：核对单位；确实如此则说明理由",
        "{count} numbers are implausibly large: check the unit",
        count=count,
    )
    return Choice("plausible", "accepted", why, asks=True)


_REFUSALS = (
    Words("行号", "Row"), Words("字段", "Field"), Words("值", "Value"), Words("原因", "Reason"),
    Words("应为或说明", "Expected, or more of it"),
)  # fmt: skip


def write(report: ImportReport, path: Path, lang: str = SOURCE) -> None:
    """Write the whole report as JSON, or its refusals as CSV (with a mark, so that Excel reads the Chinese)."""
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            lines = csv.writer(file)
            lines.writerow([*(word.in_(lang) for word in _REFUSALS), "reason"])
            for refusal in report.refusals.first(len(report.refusals.kept)):
                why, right = REASONS[refusal.reason].in_(lang), str(in_language(refusal.expected, lang))
                told = (refusal.field, refusal.value, why, right, refusal.reason)
                lines.writerow([refusal.row, *map(guarded, told)])
        return
    text = json.dumps(report.to_dict(len(report.refusals.kept)), ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def lines(report: ImportReport) -> Iterator[str]:
    """The report as a person reads it in a terminal, in Chinese."""
    yield f"文件    {report.file_name}（{report.format}）→ {report.target}"
    if report.crs:
        yield f"坐标系  {report.crs}"
    for note in report.notes:
        yield f"说明    {note.zh}"
    for choice in report.choices:
        others = f"；也可读作 {'、'.join(choice.others)}" if choice.others else ""
        yield f"{'读法' if not choice.asks or choice.name in report.told else '待确认'}    {choice.name}={choice.value}：{choice.zh}{others}"
    if report.columns.ignored:
        yield f"忽略列  {'、'.join(report.columns.ignored)}"
    yield (
        f"行数    读取 {report.read:,}：新增 {report.new:,}，变更 {report.changed:,}，"
        f"未变 {report.unchanged:,}，拒收 {report.refused:,}"
    )
    yield from _besides(report)
    if report.months:
        yield f"汇总    {'、'.join(f'{month:%Y-%m}' for month in report.months)}"
    yield f"用时    {report.seconds:.1f} 秒，每秒 {report.rows_per_second:,} 行"
    yield from _changes(report)
    for what, faults in (("拒收原因", report.refusals), ("提醒（照常导入，请核对）", report.warnings)):
        if faults.rows:
            yield ""
            yield what
            yield from _reasons(faults)
            yield from _first(faults)
    yield ""
    yield _next(report)


def _besides(report: ImportReport) -> Iterator[str]:
    """What was done besides the file's own rows."""
    if report.closed:
        yield f"停用    {report.closed:,}"
    if report.gone:
        more = "……" if report.gone > SHOWN else ""
        yield f"删去    {report.gone:,}：{'、'.join(report.gone_names[:SHOWN])}{more}"
    if report.links_added or report.links_removed:
        yield f"关联    新增 {report.links_added:,}，删除 {report.links_removed:,}"


def _changes(report: ImportReport) -> Iterator[str]:
    if report.changes.by_field:
        of = registry.dataset(report.dataset)
        yield ""
        yield "变更的值：" + "，".join(
            f"{said.label(of, name).zh} {count:,}" for name, count in report.changes.by_field.items()
        )
        for one in report.changes.first[:SHOWN]:
            old, new = (said.shown(of, one.field, told).zh or "（空）" for told in (one.old, one.new))
            yield f"  第 {one.row} 行  {one.code}  {said.label(of, one.field).zh}：{old} → {new}"


def _reasons(faults: Faults) -> Iterator[str]:
    for reason in faults.reasons():
        yield f"  {reason['count']:>8,}  {reason['field'] or '（整行）'}：{reason['zh']}"


def _first(faults: Faults) -> Iterator[str]:
    first = faults.first(SHOWN)
    rows = [("行号", "字段", "值", "原因")]
    rows += [(str(r.row), f"{r.field} {r.column}".rstrip(), r.value, r.zh) for r in first]
    widths = [min(max(_width(row[i]) for row in rows), _WIDEST) for i in range(3)]
    for row in rows:
        cells = [_padded(_cut(cell, _WIDEST), width) for cell, width in zip(row[:3], widths, strict=True)]
        yield f"  {'  '.join(cells)}  {row[3]}"
    if len(faults.rows) > SHOWN:
        yield "  …… 其余用 --report 文件.csv 查看"


def _width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int) -> str:
    return text + " " * max(width - _width(text), 0)


def _cut(text: str, width: int) -> str:
    while _width(text) > width:
        text = text[:-2] + "…"
    return text


def _next(report: ImportReport) -> str:
    if report.refused_as_a_whole:
        return "所有行均被拒收，数据未改动。请按上表改正后重新导入。"
    rest = "；被拒收的行可改正后单独再次导入" if report.refused else ""
    if open_questions(report.choices, report.told):
        return "这是试运行，数据未改动。有读法待确认：用 --read 名称=读法 说明后才能正式导入。"
    if not report.committed:
        return f"这是试运行，数据未改动。确认无误后加 --commit 正式导入{rest}。"
    if not report.version_raised:
        return f"已登记（第 {report.release_id} 号发布），没有任何变化，版本未变{rest}。"
    return f"已导入（第 {report.release_id} 号发布）{rest}。"
