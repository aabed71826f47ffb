"""`manage.py reports --check-templates`: everything that is wrong in the templates of reports, before one is asked for."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from geoapp.reports.layouts import store
from layers import languages
from layers.words import Listed, Words


class Command(BaseCommand):
    requires_system_checks = ()
    help = "检查报告版式（REPORT_TEMPLATES）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check-templates", action="store_true", required=True, help="检查版式文件，列出全部问题")
        parser.add_argument("--lang", choices=languages.codes(), default=languages.FIRST)

    def handle(self, *args: Any, **options: Any) -> None:
        lang, where = options["lang"], store.folder()
        told = store.templates(where)
        for fault in told.faults:
            self.stdout.write(fault.in_(lang))
        if told.faults:
            count = len(told.faults)
            raise CommandError(Words("{count} 处要改", "{count} to be mended", count=count).in_(lang), returncode=1)
        for each in told.found:
            said = Words("{file}：{regions}", "{file}: {regions}", file=each.file, regions=Listed(*each.regions))
            self.stdout.write(said.in_(lang))
        self.stdout.write(Words("{where}：版式可用", "{where}: fit for use", where=str(where)).in_(lang))
