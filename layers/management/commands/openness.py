"""`manage.py openness`: how open the site is to whoever reaches it; with a word, choose it."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from layers import access
from layers.models import Openness
from layers.models.access import CLOSED, FIGURES, OPEN


class Command(BaseCommand):
    requires_system_checks = ()
    help = (
        "对外开放的程度：open 全部（个人信息除外）、figures 只有统计数字与公共设施、closed 登录后可见；不带参数时查看"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("posture", nargs="?", choices=(OPEN, FIGURES, CLOSED))
        parser.add_argument("--first", action="store_true", help="只在还没有选择时生效（首次启动用）")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = Openness.objects.first()
        if options["posture"] and not (options["first"] and chosen):
            told = {"posture": options["posture"], "changed_by": f"command:{getpass.getuser()}"[:150]}
            chosen, _ = Openness.objects.update_or_create(id=1, defaults=told)
        self.stdout.write(f"{chosen.posture if chosen else '-'}: {access.read().told['zh']}")
