"""`manage.py report_worker`: makes the reports that wait, as the service's user, then ends. The site starts it by itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from geoapp.background.process import become_service
from geoapp.reports import worker
from geoapp.reports.worker import IDLE_S


class Command(BaseCommand):
    requires_system_checks = ()
    help = "生成等待中的报告，做完即退出（网站会自行启动它）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--idle", type=float, default=IDLE_S, help="无事可做多少秒后退出")

    def handle(self, *args: Any, **options: Any) -> None:
        become_service()
        taken = worker.work(options["idle"])
        self.stdout.write(f"{taken} 份报告")
        if taken >= worker.REPORTS and worker.needed(1):
            worker.start()  # its memory goes with this process
