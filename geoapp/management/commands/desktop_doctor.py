"""`manage.py desktop_doctor URL`: what QGIS, GDAL and a poller get from a running server."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from geoapp.desktop.doctor import examine


class Command(BaseCommand):
    help = "Ask a running server what QGIS and GDAL ask, and tell what each will get. Exit status 1 on a failure."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", help="the server's root, such as http://127.0.0.1:8000")
        parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")

    def handle(self, *args: Any, url: str, **options: Any) -> None:
        try:
            findings = list(examine(url))
        except ValueError as error:
            raise CommandError(str(error)) from None
        failed = [finding for finding in findings if not finding.ok]
        if options["json"]:
            told = {"url": url, "ok": not failed, "findings": [asdict(finding) for finding in findings]}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            self._table(findings)
        if failed:
            raise CommandError(f"{len(failed)} of {len(findings)} failed")
        if not options["json"]:
            self.stdout.write(f"all {len(findings)} are well")

    def _table(self, findings: list[Any]) -> None:
        client = ""
        for finding in findings:
            if finding.client != client:
                client = finding.client
                self.stdout.write(f"\n{client}")
            self.stdout.write(f"  {'ok  ' if finding.ok else 'FAIL'}  {finding.step:<36}  {finding.said}")
