"""`manage.py place show|propose|set`: which city this is, and in which plane its areas and grids are measured.

A change writes what is stored anew in one transaction, then builds the grid again; one that is interrupted there goes on with
`manage.py grid --due`.
"""

from __future__ import annotations

import getpass
import sys
from dataclasses import replace
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from layers import declare, place, plane, vocab
from layers.ingest.guards import alone, alone_in
from layers.ingest.refusal import ImportRefused
from layers.place import Place
from layers.sql import load

WAIT_S = 60.0
_STEPS = {"cells": "清除旧网格", "sums": "重算各级用水量"}
_TEXTS = {
    "zh": ("name_zh", "城市的中文名称，如 成都市"), "en": ("name_en", "城市的英文名称"),
    "authority_zh": ("authority_zh", "主管单位"), "authority_en": ("authority_en", "主管单位的英文名称"),
    "credit_zh": ("credit_zh", "数据来源说明"), "credit_en": ("credit_en", "数据来源的英文说明"),
}  # fmt: skip


class Command(BaseCommand):
    requires_system_checks = ()
    help = "本系统是哪个城市：查看（show）、按现有边界建议平面坐标系（propose）、声明或更改（set）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="?", choices=("show", "propose", "set"), default="show")
        parser.add_argument("--root", help="根区划代码：省级市 2 位、地级市 4 位、县（或不设区的市）6 位")
        for name, (_, told) in _TEXTS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", dest=name, help=told)
        parser.add_argument(
            "--plane", type=int, choices=plane.PLANES, metavar=f"{plane.FIRST}…{plane.LAST}", help="平面坐标系的 EPSG 代号"
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "set":
            self._set(options)
        self._show()
        if options["what"] == "propose":
            self._propose()

    def _show(self) -> None:
        here = place.read()
        if not here.root:
            self.stdout.write(
                "城市尚未声明：导入第一份区划边界时按文件建议，确认后生效；也可先声明："
                "./shuitu manage place set --root 5101 --zh 成都市 --plane 4544"
            )
            return
        levels = "、".join(vocab.LEVEL.by_id[level].zh for level in here.levels)
        named = " ".join(filter(None, (here.zh, here.en, here.root)))
        self.stdout.write(f"城市：{named}（{levels}）" + ("" if here.declared else "（取自现有边界，未另行声明）"))
        self.stdout.write(f"平面坐标系：{plane.name_of(here.plane).zh}")
        for label, zh, en in (
            ("主管单位", here.authority_zh, here.authority_en), ("数据来源", here.credit_zh, here.credit_en),
        ):  # fmt: skip
            if zh or en:
                self.stdout.write(f"{label}：{' / '.join(filter(None, (zh, en)))}")
        for word, term in vocab.worded().items():
            self.stdout.write(f"词汇（WORDS）：{word} = {term.zh} / {term.en}")

    def _propose(self) -> None:
        """What the outlines that are there say of the plane: what is measured now, and in which it would be best."""
        here, found = place.read(), _extent()
        if found is None:
            self.stdout.write("还没有区划边界，无从建议平面坐标系")
            return
        bounds, ppm = found
        west, south, east, north = bounds
        self.stdout.write(f"范围：{west:.3f}–{east:.3f}°E，{south:.3f}–{north:.3f}°N")
        self.stdout.write(f"现用：{plane.fit(here.plane, bounds).told.zh}；现有面积与椭球面积相差 {ppm:+,.0f} ppm")
        best = plane.plane_of(bounds)
        if best == here.plane:
            self.stdout.write("现用的平面坐标系最合适")
            return
        self.stdout.write(f"建议：{plane.fit(best, bounds).told.zh}")
        self.stdout.write(f"更改：./shuitu manage place set --plane {best}")

    def _set(self, options: dict[str, Any]) -> None:
        here = place.read()
        wanted = self._wanted(here, options)
        found = _extent()
        if found and not plane.reaches(wanted.plane, found[0]):
            best = plane.plane_of(found[0])
            raise CommandError(f"--plane {wanted.plane}：现有边界离它的中央经线太远，应为 {best}", returncode=2)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
                alone_in("region", cursor, WAIT_S)
                alone(cursor, WAIT_S)
                if wanted != here or not here.declared:
                    declare.change(cursor, wanted, getpass.getuser(), self._tell)
        except declare.NotThisPlace as error:
            raise CommandError(f"未更改：{error.why.zh}。\n  {error.why.en}", returncode=1) from error
        except ImportRefused as error:
            raise CommandError(f"未更改：{error.zh}。\n  {error.en}", returncode=1) from error
        self._tell("")
        # Also of a run that was interrupted: what is not due is left alone.
        call_command("grid", due=True, stdout=self.stdout, stderr=self.stderr)

    def _wanted(self, here: Place, options: dict[str, Any]) -> Place:
        told = {name: options[name] for name in ("root", "plane", *_TEXTS) if options[name] is not None}
        wanted = replace(here, **told, declared=True)
        if len(wanted.root) not in vocab.ROOT_DIGITS or not (wanted.root.isascii() and wanted.root.isdigit()):
            raise CommandError(f"--root {wanted.root or '（未填）'}：应为 2、4 或 6 位数字的区划代码", returncode=2)
        if not wanted.zh:
            raise CommandError("城市的中文名称未填：--zh 成都市", returncode=2)
        return wanted

    def _tell(self, text: str) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r\033[K{_STEPS.get(text, f'重新量算 {text} …' if text else '')}", ending="")


def _extent() -> tuple[plane.Bounds, float] | None:
    """Where the city lies, and by how many millionths its area is off the ellipsoid's; None without outlines."""
    with connection.cursor() as cursor:
        cursor.execute(load("plane_extent"))
        west, south, east, north, ppm = cursor.fetchone()
    return None if west is None else ((west, south, east, north), ppm)
