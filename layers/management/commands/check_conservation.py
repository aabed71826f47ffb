"""`manage.py check_conservation`: recorded = assigned + unassigned + outside, at every grid size and region level.

Prints a table; exit code 1 on any difference. With ``--all`` a line for every month, source and purpose, otherwise one
for every size or level and month, which balances only if all its sources and purposes do.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from layers import vocab
from layers.grid import assign, conservation
from layers.grid.conservation import Balance
from layers.grid.within import Every
from layers.recorded import all_months

HEAD = ("级别", "月份", "水源", "用途", "记录(升)", "已落格(升)", "未分配(升)", "市域之外(升)", "差额(升)")


class Command(BaseCommand):
    requires_system_checks = ()
    help = "逐月、逐水源、逐用途核对：记录 = 已落格 + 未分配 + 市域之外；有差额则退出码为 1"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="列出每个月份、水源和用途")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = checked = 0
        self.stdout.write(" | ".join(HEAD))
        for what, lines in self._balances():
            checked += len(lines)
            wrong += sum(line.difference_l != 0 for line in lines)
            for month, of_month in groupby(lines, key=lambda line: line.month):
                self._show(what, f"{month:%Y-%m}", list(of_month), options["all"])
        wrong += self._between_editions()
        self.stdout.write(f"核对 {checked} 项，差额 {wrong} 项")
        if wrong:
            raise CommandError(f"{wrong} 项不守恒", returncode=1)

    def _balances(self) -> Iterator[tuple[str, list[Balance]]]:
        with connection.cursor() as cursor:
            months = all_months(cursor)
            for size in assign.sizes(cursor):
                yield f"{size} m", conservation.of_grid(cursor, size, months)
            for level in vocab.LEVEL:
                yield level.zh, conservation.of_level(cursor, level.id, months)

    def _between_editions(self) -> int:
        """A month has as many litres in the divisions of any edition as in its own."""
        with connection.cursor() as cursor:
            every, months = Every(cursor), all_months(cursor)
            found = [
                (size, *line)
                for size in assign.sizes(cursor)
                for line in conservation.differences(cursor, size, months, every)
            ]
        for size, edition, month, source, purpose, litres in found:
            words = (vocab.SOURCE.by_id[source].zh, vocab.PURPOSE.by_id[purpose].zh)
            self.stdout.write(
                " | ".join([f"{size} m", f"{month:%Y-%m}", *words, f"区划版次 {edition} 多出 {litres} 升"])
            )
        return len(found)

    def _show(self, what: str, month: str, lines: list[Balance], every: bool) -> None:
        for line in lines:
            if every or line.difference_l:
                self._line(
                    what, month, vocab.SOURCE.by_id[line.source].zh, vocab.PURPOSE.by_id[line.purpose].zh, [line]
                )
        if not every:
            self._line(what, month, "全部", "全部", lines)

    def _line(self, what: str, month: str, source: str, purpose: str, lines: list[Balance]) -> None:
        sums = [
            sum(getattr(line, name) for line in lines)
            for name in ("recorded_l", "assigned_l", "unassigned_l", "outside_l", "difference_l")
        ]
        self.stdout.write(" | ".join([what, month, source, purpose, *(str(litres) for litres in sums)]))
