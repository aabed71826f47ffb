"""`manage.py desk_worker`: checks and imports the files that wait, as the service's user, then ends. The site starts it by itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from geoapp.background.process import become_service
from geoapp.desk import queue, worker


class Command(BaseCommand):
    requires_system_checks = ()
    help = "检查并导入等待中的文件，做完即退出（网站会自行启动它）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--idle", type=float, default=worker.IDLE_S, help="无事可做多少秒后退出")

    def handle(self, *args: Any, **options: Any) -> None:
        become_service()
        queue.sweep()
        taken = worker.work(options["idle"])
        self.stdout.write(f"{taken} 个文件")
        if taken >= worker.JOBS:
            worker.ensure()  # its memory goes with this process
