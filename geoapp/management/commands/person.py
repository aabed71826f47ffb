"""`manage.py person --code …`: what is held about one water user or permit holder, as JSON and CSV; with `--delete` make them nameless."""

from __future__ import annotations

import csv
import getpass
import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from geoapp.people import found as people
from geoapp.people import nameless
from layers import access


class Command(BaseCommand):
    help = (
        "一个用水户或取水户的全部数据：导出为 JSON 与 CSV 并列出存放位置；--delete 试算匿名化，加 --commit 才执行"
        " / All that is held about one water user or permit holder"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--code", required=True, help="用水户或取水户的编码 / its code")
        parser.add_argument("--out", help="导出到此文件夹（新建，仅本人可读）/ folder to write to, made anew")
        parser.add_argument("--delete", action="store_true", help="匿名化：先试算 / make nameless: a rehearsal")
        parser.add_argument("--commit", action="store_true", help="与 --delete 一起：真正执行 / really do it")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["commit"] and not options["delete"]:
            raise CommandError("--commit 只与 --delete 一起使用 / goes with --delete")
        found = people.person(options["code"])
        if not found.is_known:
            raise CommandError(f"没有编码为 {options['code']} 的用水户或取水户 / nobody has that code")
        held = people.held(found)
        for table, rows in held.items():
            if rows:
                self.stdout.write(f"{table}: {len(rows)}")
        named, packed = people.files(found)
        for path in named:
            self.stdout.write(f"文件 / file: {path}")
        if packed:
            self.stdout.write(f"未查看的压缩文件（表格、PDF 等）/ packed files not looked into: {packed}")
        if options["out"]:
            self._write(Path(options["out"]), found.code, held, named, packed)
        if options["delete"]:
            self._delete(found, really=options["commit"])

    def _write(self, folder: Path, code: str, held: dict[str, Any], named: list[str], packed: int) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True)
        except FileExistsError:
            raise CommandError(f"{folder} 已存在 / is there already") from None
        told = {"code": code, "open_to_all": access.read().open, "held": held, "files": named, "packed_files": packed}
        _private(folder / "person.json", json.dumps(told, ensure_ascii=False, indent=1, default=str))
        for table, rows in held.items():
            if rows:
                lines = StringIO()
                writer = csv.DictWriter(lines, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
                _private(folder / f"{table}.csv", f"\ufeff{lines.getvalue()}")  # so that Excel reads it as what it is
        self.stdout.write(f"已写入 / written: {folder}")

    def _delete(self, found: people.Subject, *, really: bool) -> None:
        for line in nameless.stays(found):
            self.stdout.write(f"保留 / stays: {line}")
        if not really:
            self.stdout.write("试算：没有改动；加 --commit 才执行 / a rehearsal: nothing was changed")
            return
        for table, rows in nameless.make(found, f"command:{getpass.getuser()}").items():
            self.stdout.write(f"已匿名 / nameless: {table} {rows}")
        self.stdout.write("备份与上面列出的文件请另行处理 / see to backups and the files named above yourself")


def _private(path: Path, text: str) -> None:
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline=""
    ) as file:
        file.write(text)
