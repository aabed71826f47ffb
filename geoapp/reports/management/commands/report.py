"""`manage.py report`: reports of regions into a folder; what is whole and of the same data version is kept."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from geoapp import audit
from geoapp.reports import ask, bulk, record, worker
from geoapp.reports.atlas.plan import count, regions
from geoapp.reports.layouts import store as layouts
from geoapp.reports.official.letterhead import dressed
from geoapp.reports.official.models import IssuedReport
from geoapp.reports.official.reach import Signing
from geoapp.reports.official.states import SignRefused, issue, person
from geoapp.reports.official.words import WITHDRAWN
from geoapp.reports.progress import chapters
from layers import access, languages, vocab
from layers.errors import ShuituError
from layers.periods import Month, Period, parse_period
from layers.stats.answer import coverage
from layers.stats.query import available_months, newest_months
from layers.stats.regions import RegionIndex, region_index
from layers.words import Listed, Words

LATEST = "latest"
NO_PERIOD = Period(Month(2000, 1), Month(2000, 1))  # where only the region is looked at
WHERE = Words("要哪里的报告？用 --district 110108 或 --all", "Of where? Say --district 110108 or --all")
ONE_PERIOD = Words(
    "合订本只有一个统计期，也不编发：--atlas 不与 --period latest、--issue 同用",
    "A bound volume is of one period, and not issued: --atlas goes with neither --period latest nor --issue",
)
SPOILED = Words(
    "{name} 读不懂，已改名为 {aside}；其中所列文件重新生成",
    "{name} cannot be read and is now called {aside}; the files that it lists are made again",
)
KEPT = Words("{count} 份已有且数据版本相同，保留", "{count} are there, of the same data version: kept")
FAILED = Words(" 失败：{error}", " failed: {error}")
STOPPED = Words(
    "已停止：{count} 份在 {out}，完整；再次运行只补做缺的",
    "Stopped: {count} are in {out}, whole; another run makes what is missing",
)
WRITTEN = Words("{count} 份写入 {out}，用时 {seconds} 秒", "{count} written to {out} in {seconds} s")
PEAK = Words("一个进程最多占内存 {peak} MB", "no process above {peak} MB")
AGAIN = Words("{count} 份没有做成；再次运行只补做缺的", "{count} were not made; another run makes what is missing")
MAY_BE = Words("（可以是：{hints}）", " (may be: {hints})")


class Command(BaseCommand):
    requires_system_checks = ()
    help = "生成区划用水报告：PDF、DOCX、XLSX、离线地图（html）、各图的 SVG 与 PNG"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--district", nargs="+", default=[], metavar="110108", help="市、区、街道（乡镇）代码，可多个"
        )
        parser.add_argument("--all", action="store_true", help="全部区；加上 --unit 则为全部填报单位")
        told = f"2019、2019-07、2019-Q3、2019-01..2019-06；{LATEST} 为各自有数据的最近一个月"
        parser.add_argument("--period", required=True, metavar="2019", help=told)
        parser.add_argument("--out", type=Path, default=Path("reports"), metavar="目录", help="写到哪里，默认 reports")
        parser.add_argument("--formats", default="pdf", help="用逗号连接：" + ",".join(ask.FORMATS))
        parser.add_argument("--lang", choices=languages.codes(), default=languages.FIRST)
        parser.add_argument("--atlas", action="store_true", help="合成一册 PDF：统一目录、页码与书签，每个区划一章")
        parser.add_argument("--unit", action="store_true", help="代码指填报单位而不是行政区")
        parser.add_argument(
            "--issue", metavar="帐号", help="不写文件，而是逐份编发有编号的草稿，编制人为这个帐号；文件由后台生成"
        )
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="进程数，默认每核一个")

    def handle(self, *args: Any, **options: Any) -> None:
        self.lang = options["lang"]
        try:
            asks = self._asks(options)
            forms = ask.parse_formats(options["formats"], ask.ATLAS_FORMATS if options["atlas"] else ask.FORMATS)
            if options["issue"]:
                self._issue(asks, options["issue"], latest=options["period"] == LATEST)
                return
            stamp, kept = ask.data_stamp(), record.Record(options["out"])
            tasks = bulk.outstanding(asks, forms, kept, stamp)
            needed = [form for task in tasks for form in task.forms * count(task.ask, region_index())]
            record.refuse_unfit(options["out"], needed)
        except ShuituError as error:
            raise CommandError(_told(error, self.lang), returncode=2) from error
        if kept.spoiled:
            self._say(SPOILED, name=record.RECORD, aside=kept.spoiled.name)
        with _stopped_by_signals():
            self._make(asks, tasks, stamp, max(0, options["processes"]), options["out"])

    def _say(self, words: Words, **values: object) -> None:
        self.stdout.write(words.in_(self.lang, **values))
        self.stdout.flush()

    def _asks(self, options: dict[str, Any]) -> list[ask.Ask]:
        codes = list(dict.fromkeys(options["district"]))
        index = region_index()
        if options["all"]:
            level = vocab.REPORTING_UNIT if options["unit"] else index.below[0]
            codes += [region.code for region in index.levels[level] if region.code not in codes]
        if not codes:
            raise CommandError(WHERE.in_(options["lang"]), returncode=2)
        if options["atlas"]:
            return [dressed(self._volume(options, codes, index))]
        for code in codes:
            ask.Ask(code, NO_PERIOD, unit=options["unit"]).of_kind(index).parts_level(index)
        layouts.usable(options["lang"])
        if options["period"] == LATEST:
            periods = self._newest(codes, index, unit=options["unit"])
        else:
            period = parse_period(options["period"])
            coverage(period, available_months())
            periods = dict.fromkeys(codes, period)
        asks = (ask.Ask(code, each, options["lang"], options["unit"]).of_kind(index) for code, each in periods.items())
        return [dressed(each) for each in asks]

    def _volume(self, options: dict[str, Any], codes: list[str], index: RegionIndex) -> ask.Ask:
        """The one that has them all."""
        if options["period"] == LATEST or options["issue"]:
            raise CommandError(ONE_PERIOD.in_(options["lang"]), returncode=2)
        period = parse_period(options["period"])
        coverage(period, available_months())
        layouts.usable(options["lang"])
        chapters = ask.EVERY if options["all"] and not options["district"] else ",".join(codes)
        volume = ask.Ask("", period, options["lang"], options["unit"], atlas=chapters)
        regions(volume, index)
        return volume

    def _newest(self, codes: list[str], index: RegionIndex, *, unit: bool) -> dict[str, Period]:
        """Each region's last month that has figures: a bureau's report is made when its month is in, whoever else is late."""
        by_level: dict[int, list[str]] = {}
        for code in codes:
            level = vocab.REPORTING_UNIT if unit or code not in index.by_code else index.by_code[code].level
            by_level.setdefault(level, []).append(code)
        months = {code: month for level, own in by_level.items() for code, month in newest_months(level, own).items()}
        for code in codes:
            if code not in months:
                self.stdout.write(f"{code} 还没有用水数据，略过")
        return {code: Period(months[code], months[code]) for code in codes if code in months}

    def _issue(self, asks: list[ask.Ask], account: str, *, latest: bool) -> None:
        """A draft with a number for each; one that is refused does not stop the others. Of the latest month one that was issued
        is not issued again, so that a scheduler may ask each day."""
        user = get_user_model().objects.filter(username=account, is_active=True, is_staff=True).first()
        if user is None or not user.has_perm(access.COMPILE):
            raise CommandError(f"帐号 {account} 不存在，或没有编制报告的权限", returncode=2)
        by, signing, failed, kept = person(user), Signing(user), 0, 0
        for each in asks:
            if latest and IssuedReport.of(each).exclude(state=WITHDRAWN).exists():
                kept += 1
                continue
            if not signing.may(access.COMPILE, each):
                failed += 1
                self.stdout.write(f"{each.region} 没有编发：帐号 {account} 的权限不及这里")
                continue
            try:
                self.stdout.write(f"{each.region} {issue(each, by).told}")
            except SignRefused as refusal:
                failed += 1
                self.stdout.write(f"{each.region} 没有编发：{refusal.said.in_(languages.FIRST)}")
        if settings.REPORT_WORKERS:
            worker.start()
        if kept:
            self.stdout.write(f"{kept} 份已经编发，略过")
        self.stdout.write(f"编发 {len(asks) - failed - kept} 份草稿，文件由后台生成，见 /reports/issued/")
        if failed:
            raise CommandError(f"{failed} 份没有编发")

    def _make(self, asks: list[ask.Ask], tasks: list[bulk.Task], stamp: str, processes: int, out: Path) -> None:
        began, failed, peak, number = time.monotonic(), 0, 0.0, 0
        if kept := len(asks) - len(tasks):
            self._say(KEPT, count=kept)
        try:
            for number, made in enumerate(bulk.run(tasks, stamp, processes, self._step), 1):
                names = Listed(*(f"{name} ({told['bytes'] / 1e6:.1f} MB)" for name, told in made.files.items()))
                head = f"[{number:2}/{len(tasks)}] {made.ask.region} {names.in_(self.lang)}"
                error = made.said.in_(self.lang) if made.said is not None else made.error
                audit.write(
                    "report_made", result="failed" if made.error else "done", object=made.ask.region,
                    detail={"period": str(made.ask.period), "files": list(made.files), "error": made.error},
                )  # fmt: skip
                self.stdout.write(f"{head}{FAILED.in_(self.lang, error=error) if error else ''}")
                self.stdout.flush()
                failed, peak = failed + bool(made.error), max(peak, made.peak_mb)
        except KeyboardInterrupt as stop:
            self._say(STOPPED, count=number - failed, out=str(out))
            raise SystemExit(128 + (stop.args[0] if stop.args else signal.SIGINT)) from None
        self._say(WRITTEN, count=len(tasks) - failed, out=str(out), seconds=f"{time.monotonic() - began:.0f}")
        if tasks:
            self._say(PEAK, peak=f"{peak:.0f}")
        if failed:
            raise CommandError(AGAIN.in_(self.lang, count=failed))

    def _step(self, step: str) -> None:
        """How far a volume is."""
        if chapters(step):
            self.stdout.write(f"  {step}")
            self.stdout.flush()


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM is as Ctrl-C: whoever makes something for us is ended, and what is made is kept."""

    def stop(number: int, _: object) -> None:
        raise KeyboardInterrupt(number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _told(error: ShuituError, lang: str) -> str:
    """What is wrong, and what may be given: of hints in English those alone that are no prose, unless all is."""
    hints = [str(each) for each in error.allowed or () if lang != languages.FIRST or " " not in str(each)]
    return error.told(lang) + (MAY_BE.in_(lang, hints=Listed(*hints)) if hints else "")
