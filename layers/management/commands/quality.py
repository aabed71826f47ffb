"""`manage.py quality`: run the rules of quality, try a changed one first, or tell what is open; for people and for schedulers."""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils import timezone

from layers import vocab
from layers.findings import touched, verdicts
from layers.findings.checks import CHECKS, Check
from layers.findings.run import due, tried
from layers.ingest.guards import alone
from layers.ingest.refusal import ImportRefused
from layers.models import Finding, Region, Release
from layers.quality import BY_CODE, BY_ID

WAIT_S = 60.0
OPEN_FOUND, WRONG_QUESTION = 1, 2  # exit codes; 0: nothing open


class Command(BaseCommand):
    requires_system_checks = ()
    help = "检查数据质量：列出待处理的问题（有则退出码为 1），或重新检查、试算规则"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="对全部对象重新检查")
        parser.add_argument("--due", action="store_true", help="只检查尚未按现行规则检查过的")
        parser.add_argument("--try", dest="trial", action="store_true", help="试算：会新增、消除多少，不写入")
        parser.add_argument("--rule", nargs="*", choices=sorted(BY_CODE), metavar="规则", help="只是这些规则")
        parser.add_argument("--region", default="", help="只列这个区划（代码）以内的")
        parser.add_argument("--since", default="", help="只列此后出现的：发布编号，或日期（2026-11-01）")
        parser.add_argument("--severity", choices=vocab.SEVERITY.codes, help="只列至少这样严重的")
        parser.add_argument("--quiet", action="store_true", help="只说结果，没有要做的就不说")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [check for check in CHECKS if not options["rule"] or check.rule.code in options["rule"]]
        if options["trial"]:
            self._try(chosen)
        elif options["check"] or options["due"]:
            self._check(chosen, only_due=options["due"], quiet=options["quiet"])
        else:
            self._tell(chosen, options)

    def _check(self, chosen: list[Check], *, only_due: bool, quiet: bool) -> None:
        began = time.monotonic()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
                alone(cursor, WAIT_S)
                wanted = due(cursor) if only_due else chosen
                if not wanted:
                    if not quiet:
                        self.stdout.write("数据质量：已按现行规则检查")
                    return
                found = touched.check_all(cursor, wanted)
        except ImportRefused as error:
            raise CommandError(f"{error.zh}。{error.en}") from error
        verdicts.lapse()
        self.stdout.write(
            f"数据质量：检查 {len({check.rule for check in wanted})} 条规则，新发现 {found.new:,} 个问题，依据有变 {found.changed:,} 个，"
            f"消除 {found.gone:,} 个，{time.monotonic() - began:.1f} 秒"
        )
        if quiet:
            return
        for code, seconds in sorted(found.seconds.items(), key=lambda one: -one[1]):
            new, changed, gone = found.by_rule[code]
            self.stdout.write(f"  {seconds:6.2f} 秒  {code}  +{new:,} ~{changed:,} -{gone:,}")

    def _try(self, chosen: list[Check]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            for one in tried(cursor, chosen):
                self.stdout.write(f"{one.rule}：会新增 {one.would_add:,} 个，消除 {one.would_remove:,} 个")

    def _tell(self, chosen: list[Check], options: dict[str, Any]) -> None:
        which = Q(standing=True, state=vocab.OPEN, rule__in={check.rule.id for check in chosen})
        if options["severity"]:
            which &= Q(severity__lte=vocab.SEVERITY.id_of(options["severity"]))
        if code := options["region"]:
            if not Region.objects.filter(code=code).exists():
                raise CommandError(f"没有区划 {code}：请用 2、4、6、9 或 12 位的区划代码", returncode=WRONG_QUESTION)
            which &= Q(region__code__startswith=code)
        if options["since"]:
            which &= self._since(options["since"])
        counted = Finding.objects.filter(which).values("severity", "rule").annotate(n=Count("pk"))
        total = 0
        for one in counted.order_by("severity", "-n"):
            total += one["n"]
            severity = vocab.SEVERITY.by_id[one["severity"]]
            self.stdout.write(
                f"{severity.zh}  {one['n']:>8,}  {BY_ID[one['rule']].in_('zh')}（{BY_ID[one['rule']].code}）"
            )
        self.stdout.write(f"待处理的问题共 {total:,} 个" if total else "没有待处理的问题")
        if total:
            raise SystemExit(OPEN_FOUND)

    def _since(self, text: str) -> Q:
        if text.isascii() and text.isdigit():
            if not Release.objects.filter(pk=int(text)).exists():
                raise CommandError(f"没有第 {text} 号发布", returncode=WRONG_QUESTION)
            return Q(first_release__gt=int(text))
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise CommandError(
                f"--since {text}：应为发布编号，或 2026-11-01 这样的日期", returncode=WRONG_QUESTION
            ) from error
        return Q(first_seen__gte=timezone.make_aware(datetime(day.year, day.month, day.day)))
