"""`manage.py import_layer LAYER FILE`: import a file of an authority's own data. A dry run unless ``--commit``.

Exit code 0: done, or a dry run of it, also when single rows were refused (the report says so); 1: the file was refused
and nothing was changed; 2: the command was not understood.
"""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from layers import acts, registry
from layers.ingest import report as reports
from layers.ingest import returned
from layers.ingest.refusal import ImportRefused
from layers.ingest.run import Source, run
from layers.ingest.steps import STEPS
from layers.text import visible
from layers.words import SOURCE, Listed


class Command(BaseCommand):
    requires_system_checks = ()  # they would load every view and what it needs
    help = (
        "导入一个文件（表格 xlsx、xls、ods、csv、dbf；地图 gpkg、geojson、fgb、kml、gpx、parquet；zip 里的 Shapefile、MapInfo、FileGDB）；"
        "默认试运行，不改动数据"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        names = [d.name for d in registry.DATASETS] + [layer.id for layer in registry.IMPORTED]
        parser.add_argument("layer", metavar="LAYER", help="数据集或图层：" + "、".join(dict.fromkeys(names)))
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--crs", help="坐标系：EPSG:4490、EPSG:4548、GCJ-02 等；不填用文件自带的")
        parser.add_argument(
            "--map", action="append", default=[], metavar="FIELD=COLUMN", help="指定字段对应的列，可重复"
        )
        parser.add_argument("--sheet", "--file-layer", dest="inner", help="工作表名，或文件内的图层名")
        parser.add_argument(
            "--read",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="说明文件的读法，如 unit.volume_m3=万m³，可重复",
        )
        parser.add_argument("--closing", action="store_true", help="行政区划：停用文件中没有的同级区划")
        parser.add_argument(
            "--effective", default="", metavar="MONTH",
            help="行政区划，或水表、设施、用水户的位置：自哪个月起生效，如 2020-01；current 表示更正现行的；"
            "不填为最近一个有用水量的月份之后，原来没有位置的各月都按新位置",
        )  # fmt: skip
        parser.add_argument(
            "--replace", action="store_true", help="整体替换：删去文件中没有的（用水记录限文件中的月份，其他限该图层）"
        )
        parser.add_argument("--within", default="", metavar="CODE", help="整体替换时只限这个区划之内")
        parser.add_argument("--commit", action="store_true", help="正式导入；不加则试运行")
        parser.add_argument(
            "--refused",
            type=Path,
            metavar="OUT.csv",
            help="把被拒收的行原样写入 .csv，附原因和建议，改正后可直接再导入",
        )
        parser.add_argument("--report", type=Path, metavar="OUT", help="把报告写入 .json，或把拒收明细写入 .csv")

    def handle(self, *args: Any, **options: Any) -> None:
        source = Source(
            options["file"],
            layer=options["inner"],
            crs=options["crs"],
            field_map=_pairs("--map", options["map"], "字段=列名"),
            told=_pairs("--read", options["read"], "名称=读法"),
        )
        try:
            found = run(
                options["layer"], source, commit=options["commit"], actor=getpass.getuser(),
                progress=self._progress, closing=options["closing"], effective=options["effective"],
                replacing=options["replace"], within=options["within"],
            )  # fmt: skip
        except ImportRefused as error:
            self._tell(options, "refused", why=error.said)
            self._clear()
            allowed = [f"  可用：{Listed(*error.allowed).in_(SOURCE)}"] if error.allowed else []
            told = (f"未导入：{error.zh}。", f"  {error.en}", *allowed)
            raise CommandError("\n".join(map(visible, told)), returncode=1) from error
        self._clear()
        if not found.committed:  # else its release tells of it
            self._tell(options, "refused" if found.refused_as_a_whole else "done", rows=found.read)
        for line in reports.lines(found):
            self.stdout.write(visible(line))  # headings and values are another's: a terminal would obey them
        if options["report"]:
            reports.write(found, options["report"])
            self.stdout.write(f"报告已写入 {options['report']}")
        if options["refused"] and found.refused:
            count = returned.write_refused(source, found, {SOURCE: options["refused"]})
            self.stdout.write(f"{count:,} 行被拒收，已写入 {options['refused']}：改正后可直接再导入")
        if found.refused_as_a_whole:
            raise CommandError("未导入：没有一行可以接收。", returncode=1)

    def _tell(self, options: dict[str, Any], result: str, **told: Any) -> None:
        act = "import_refused" if options["commit"] else "import_checked"
        acts.tell(act, result=result, object=options["layer"], file=options["file"].name, **told)

    def _progress(self, step: str, done: int, of: int | None) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r\033[K{STEPS[step].zh} {done:,}", ending="")

    def _clear(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")


def _pairs(option: str, told: list[str], form: str) -> dict[str, str]:
    """``["code=井编号"]`` → ``{"code": "井编号"}``; `CommandError` (2) for anything without an equals sign."""
    pairs = [word.partition("=") for word in told]
    if wrong := next(
        (word for word, (name, sign, column) in zip(told, pairs, strict=True) if not (name and sign and column)), None
    ):
        raise CommandError(f"{option} {wrong}：应写作 {form}", returncode=2)
    return {name.strip(): column.strip() for name, _, column in pairs}
