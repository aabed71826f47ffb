"""`manage.py provisional`: say which months are provisional, or no longer; without a month, list them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from layers.admin import journal
from layers.errors import BadParameter
from layers.ingest.refusal import ImportRefused
from layers.models import ProvisionalMonth, Region, ReportingUnit
from layers.periods import parse_period
from layers.registry import PROVISIONAL

ACTOR = "manage provisional"


class Command(BaseCommand):
    help = "登记暂定月份（--clear 取消；不带月份时列出）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", nargs="?", help="月份或时段，如 2019-12、2019-Q4、2019-10..2019-12")
        parser.add_argument("--region", default="", help="只是这个区划（代码）")
        parser.add_argument("--unit", default="", help="只是这个填报单位（编码）")
        parser.add_argument("--note", default="", help="说明，随数字显示，如“待年终核定”")
        parser.add_argument("--clear", action="store_true", help="不再是暂定")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["period"]:
            self._list()
            return
        place = self._place(options["region"], options["unit"])
        try:
            months = [month.first_day for month in parse_period(options["period"]).months]
            with transaction.atomic():
                journal.claim()
                done = self._clear(months, place) if options["clear"] else self._say(months, place, options["note"])
        except BadParameter as error:
            raise CommandError(f"{error.detail}（如 {'、'.join(map(str, error.allowed or ()))}）") from error
        except ImportRefused as error:
            raise CommandError(f"{error.zh}。{error.en}") from error
        self.stdout.write(f"{'取消' if options['clear'] else '登记'} {done} 个月")

    def _list(self) -> None:
        for one in ProvisionalMonth.objects.select_related("region", "reporting_unit"):
            where = one.region or one.reporting_unit or "全部"
            self.stdout.write(f"{one.month:%Y-%m}  {where}  {one.note}".rstrip())

    def _place(self, region: str, unit: str) -> dict[str, Any]:
        if region and unit:
            raise CommandError("--region 与 --unit 只用一个。")
        found: dict[str, Any] = {"region": None, "reporting_unit": None}
        if region:
            found["region"] = Region.objects.filter(code=region, valid_to=None).first()
            if found["region"] is None:
                raise CommandError(f"没有现行的区划 {region}：请用 2、4、6、9 或 12 位的区划代码。")
        if unit:
            found["reporting_unit"] = ReportingUnit.objects.filter(code=unit).first()
            if found["reporting_unit"] is None:
                known = "、".join(ReportingUnit.objects.order_by("code").values_list("code", flat=True)[:30])
                raise CommandError(f"没有填报单位 {unit}；有 {known or '（尚未导入）'}。")
        return found

    def _say(self, months: list[Any], place: dict[str, Any], note: str) -> int:
        there = {one.month: one for one in ProvisionalMonth.objects.filter(month__in=months, **place)}
        changed = [one for one in there.values() if one.note != note]
        if changed:
            change = journal.ChangeByHand(
                PROVISIONAL.name, ACTOR, "change", [one.pk for one in changed], map(str, changed)
            )
            for one in changed:
                one.note, one.release = note, change.release
                one.save()
            change.settle([one.pk for one in changed])
        new = [ProvisionalMonth(month=month, note=note, **place) for month in months if month not in there]
        if new:
            change = journal.ChangeByHand(PROVISIONAL.name, ACTOR, "add", names=map(str, new))
            for one in new:
                one.release = change.release
            made = ProvisionalMonth.objects.bulk_create(new)
            change.settle([one.pk for one in made])
        return len(changed) + len(new)

    def _clear(self, months: list[Any], place: dict[str, Any]) -> int:
        there = list(ProvisionalMonth.objects.filter(month__in=months, **place))
        if there:
            ids = [one.pk for one in there]
            change = journal.ChangeByHand(PROVISIONAL.name, ACTOR, "delete", ids, map(str, there))
            ProvisionalMonth.objects.filter(pk__in=ids).delete()
            change.settle()
        return len(there)
