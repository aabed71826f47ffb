"""`manage.py undo_release NUMBER`: take a release back by a new one that applies the inverse. A dry run unless ``--commit``.

Exit code 0: done, or a dry run of it; 1: it cannot be taken back, and the words say why.
"""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from layers import acts
from layers.ingest.refusal import ImportRefused
from layers.ingest.undo import undo
from layers.text import visible


class Command(BaseCommand):
    requires_system_checks = ()
    help = "撤销一次发布：改动的恢复原样，删除的恢复，新增的删去；默认试运行，不改动数据"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("release", metavar="NUMBER", type=int, help="发布的编号")
        parser.add_argument("--commit", action="store_true", help="正式撤销；不加则试运行")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = undo(options["release"], commit=options["commit"], actor=getpass.getuser())
        except ImportRefused as error:
            if options["commit"]:
                acts.tell("import_undone", result="refused", why=error.said, of=options["release"])
            raise CommandError(f"{visible(error.zh)}。\n  {visible(error.en)}", returncode=1) from error
        self.stdout.write(f"删去 {done.removed:,}，恢复原样 {done.restored:,}，恢复删除的 {done.returned:,}")
        for note in done.notes:
            self.stdout.write(f"说明    {note.zh}")
        told = (
            f"已撤销（第 {done.new_release_id} 号发布）。"
            if done.committed
            else "这是试运行，数据未改动。加 --commit 正式撤销。"
        )
        self.stdout.write(told)
