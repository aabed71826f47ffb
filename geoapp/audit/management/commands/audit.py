"""`manage.py audit`: what only the operator does with the audit: seal days, look whether anything was changed, let go of what is old.

Exit code 0: done, nothing wrong; 1: something was changed, or cannot be done; 2: the command was not understood.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from geoapp.audit import seals
from geoapp.audit.models import Line, Seal
from geoapp.audit.writing import write

LEAST_MONTHS = 6


class Command(BaseCommand):
    requires_system_checks = ()
    help = "审计：封存已结束的日子（--seal），核对有无改动（--verify），删去过期的行（--sweep），给网页进程的数据库角色授权（--grant）"

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--seal", action="store_true", help="封存已结束的日子（服务每小时自己做一次）；把输出另行保存"
        )
        what.add_argument("--verify", action="store_true", help="核对已封存的日子：改动、删除、补写的行都会指出")
        what.add_argument("--sweep", action="store_true", help="删去早于 --keep-months 个月的行")
        what.add_argument(
            "--grant", metavar="ROLE", help="给一个数据库角色它所需的权限：写入一行、封存、读取，别无其他"
        )
        parser.add_argument(
            "--keep-months", type=int, default=12, metavar="N", help=f"保留的月数，至少 {LEAST_MONTHS}；默认 12"
        )
        parser.add_argument(
            "--known", action="append", default=[], metavar="DAY=SHA256", help="核对时与另行保存的封存值比较，可重复"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["seal"]:
            self._seal()
        elif options["verify"]:
            self._verify(dict(map(_known, options["known"])))
        elif options["sweep"]:
            self._sweep(options["keep_months"])
        else:
            with connection.cursor() as cursor:
                cursor.execute("SELECT audit_grant(%s)", [options["grant"]])
            self.stdout.write(f"已授权 {options['grant']}")

    def _seal(self) -> None:
        for day, told in seals.seal():
            self.stdout.write(f"{day} {told}")

    def _verify(self, known: dict[date, str]) -> None:
        found = list(seals.verify(known))
        for fault in found:
            self.stdout.write(f"{fault.day} {fault.why.zh} / {fault.why.en}")
        last = Seal.objects.order_by("-id").first()
        if last is not None:
            self.stdout.write(f"核对到 {timezone.localtime(last.begins):%Y-%m-%d}，最后的封存值 {last.chained}")
        if found:
            raise CommandError(f"{len(found)} 处与封存时不同", returncode=1)
        self.stdout.write(f"{Seal.objects.count()} 天的封存无误")

    def _sweep(self, months: int) -> None:
        """What goes is sealed first; that it went is a line, in the same transaction."""
        if months < LEAST_MONTHS:
            raise CommandError(f"至少保留 {LEAST_MONTHS} 个月", returncode=2)
        seals.seal()
        before = _months_before(timezone.localdate(), months)
        if not Line.objects.filter(at__lt=seals.midnight(before)).exists():
            self.stdout.write(f"没有早于 {before} 的行")
            return
        with transaction.atomic():
            removed = seals.sweep(before)
            write("audit_swept", rows=removed, detail={"before": f"{before}", "months": months})
        self.stdout.write(f"删去 {before} 之前的 {removed:,} 行")


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or its last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def _known(text: str) -> tuple[date, str]:
    day, _, told = text.partition("=")
    try:
        return date.fromisoformat(day), told.strip().lower()
    except ValueError:
        raise CommandError(f"--known {text}：应写作 2026-01-31=摘要", returncode=2) from None
