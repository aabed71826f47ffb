"""`manage.py grid`: build the street-level grid and assign the months, all unless told; shows how far it is."""

from __future__ import annotations

import re
import sys
import time
from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from layers.grid import assign
from layers.grid.cells import DEFAULT_SIZE, SIZES
from layers.recorded import all_months

WEIGHTS = {"positions": True, "area": False}
_AT_ONCE = 6  # months a transaction: what is done stays done when a long run is interrupted


def month(text: str) -> date:
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text)
    if not found:
        raise ArgumentTypeError(f"{text}：应写作 2019-07")
    return date(int(found[1]), int(found[2]), 1)


class Command(BaseCommand):
    requires_system_checks = ()
    help = "把用水量落到街道级网格：构建网格单元与权重，分配各月水量"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", type=int, choices=SIZES, default=DEFAULT_SIZE, help="网格边长（米）")
        parser.add_argument("--due", action="store_true", help="只补尚缺的：默认边长及已启用边长中未完成的月份")
        parser.add_argument("--months", nargs="*", type=month, metavar="2019-07", help="只做这些月份；不填为全部")
        parser.add_argument(
            "--weights", choices=WEIGHTS, help="村、街乡和供水范围的分配依据：先按位置（默认），或只按面积"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            held = all_months(cursor)
            if missing := [f"{m:%Y-%m}" for m in options["months"] or () if m not in held]:
                raise CommandError(f"没有这些月份的用水记录：{'、'.join(missing)}", returncode=2)
            if options["due"]:
                self._due(cursor, held)
            else:
                self._build(cursor, options["size"], options["months"] or held, options["weights"])

    def _due(self, cursor: Any, held: list[date]) -> None:
        due = assign.due(cursor)
        for size in assign.sizes(cursor) or ([DEFAULT_SIZE] if held else []):
            months = assign.unassigned_months(cursor, size, held)
            if months or size in due:
                self._build(cursor, size, months)
            else:
                self.stdout.write(f"{size} 米网格：已是最新")

    def _build(self, cursor: Any, size: int, months: list[date], weights: str | None = None) -> None:
        began = time.monotonic()
        self._tell(f"构建 {size} 米网格单元与权重 …")
        with transaction.atomic():
            if weights:
                assign.weigh_by(cursor, size, positions=WEIGHTS[weights])
            # Whatever the asker wants: months that the new weights change may not keep the old litres.
            months = sorted({*months, *assign.prepare(cursor, size)})
            # Nor may those that come later in a run that is interrupted: without any, they are still due.
            assign.clear(cursor, months[_AT_ONCE:], size)
            self._assign(cursor, months[:_AT_ONCE], size, 0, len(months))
        for first in range(_AT_ONCE, len(months), _AT_ONCE):
            with transaction.atomic():
                self._assign(cursor, months[first : first + _AT_ONCE], size, first, len(months))
        self._tell("")
        self.stdout.write(f"{size} 米网格：{len(months)} 个月，用时 {time.monotonic() - began:.0f} 秒，逐升守恒")

    def _assign(self, cursor: Any, months: list[date], size: int, before: int, of: int) -> None:
        assign.rebuild(
            cursor, months, size, lambda m, done, _: self._tell(f"分配水量 {before + done}/{of} 个月（{m:%Y-%m}）")
        )

    def _tell(self, text: str) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r\033[K{text}", ending="")
