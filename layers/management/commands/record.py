"""`manage.py record verify|integrate|key|forget`: the record of permits, releases and signed reports (`layers.record`).

`verify` ends with 0 when everything is as it was recorded, 1 when something was changed, added or deleted (each is named), 2 when it
cannot be told: there is no record, or its files cannot be read.
"""

from __future__ import annotations

from argparse import SUPPRESS
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from layers import languages
from layers.record import append, integrate, kinds
from layers.record.compared import called
from layers.record.files import Folder
from layers.record.kept import KeptLog
from layers.record.notes import BadNote
from layers.record.verify import Verification, verify
from layers.text import visible
from layers.words import Worded, Words

FOUND, UNKNOWN = 1, 2


class Command(BaseCommand):
    requires_system_checks = ()
    help = "存证：verify 核对，integrate 公布，key 公钥，forget 删去个人信息的盐值"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lang", choices=languages.codes(), default=languages.FIRST, help="所用语言")
        each = parser.add_subparsers(dest="word", required=True)
        looks = each.add_parser("verify", help="全部重新计算，并与现有数据、已公布的文件和他处保存的检查点核对")
        looks.add_argument("--checkpoint", metavar="FILE", action="append", default=[], help="在他处保存的检查点")
        looks.add_argument("--witness", metavar="FOLDER", action="append", default=[], help="见证人的文件夹")
        each.add_parser("integrate", help="把已提交的条目编入树，签署新的检查点；首次运行时收入已有的全部内容")
        each.add_parser("key", help="公钥，交给见证人")
        gone = each.add_parser("forget", help="删去一个对象各条目的盐值：其中个人信息从此无法核对")
        gone.add_argument("kind", choices=[kind.name for kind in kinds.every()], help="类别")
        gone.add_argument("subject", help="对象，如许可证编号")
        for one in each.choices.values():  # behind the word too
            one.add_argument("--lang", choices=languages.codes(), default=SUPPRESS, help="所用语言")

    def handle(self, *args: Any, **options: Any) -> None:
        self.lang = str(options["lang"])
        try:
            getattr(self, f"_{options['word']}")(options)
        except integrate.Altered as error:
            raise CommandError(error.said.in_(self.lang), returncode=FOUND) from error
        except (OSError, BadNote) as error:
            raise CommandError(
                Words("无法读取：{error}", "It cannot be read: {error}", error=str(error)).in_(self.lang),
                returncode=UNKNOWN,
            ) from error

    def _say(self, words: Worded) -> None:
        self.stdout.write(visible(words.in_(self.lang)))

    def _verify(self, options: dict[str, Any]) -> None:
        kept = [KeptLog.file(Path(name)) for name in options["checkpoint"]]
        kept += [KeptLog.folder(Path(name)) for name in options["witness"]]
        found = verify(kept=kept)
        if not (found.size or found.checkpoint or found.wrong):
            raise CommandError(
                Words("还没有存证（record integrate）", "There is no record yet (record integrate)").in_(self.lang),
                returncode=UNKNOWN,
            )
        self._tell(found)
        if found.wrong:
            raise CommandError(
                Words(
                    "与存证不符：{count} 处", "Not as it was recorded: {count}", count=len(found.wrong) + found.left_out
                ).in_(self.lang),
                returncode=FOUND,
            )
        self._say(Words("全部与存证一致", "Everything is as it was recorded"))

    def _tell(self, found: Verification) -> None:
        self._say(Words("条目    {size}", "Entries {size}", size=found.size))
        for name, count in found.counts.items():
            self._say(Words("    {kind} {count}", "    {kind}: {count}", kind=called(name), count=count))
        self._say(Words("树根    {root}", "Root    {root}", root=found.root.hex()))
        if found.checkpoint:
            self._say(Words("检查点  {size} 条", "Checkpoint of {size} entries", size=found.checkpoint.size))
        for one in found.notes:
            self._say(Words("说明    {what}", "Note    {what}", what=one))
        for one in found.wrong:
            self._say(Words("不符    {what}", "Wrong   {what}", what=one))
        if found.left_out:
            self._say(Words("……另有 {count} 处", "… and {count} more", count=found.left_out))

    def _integrate(self, options: dict[str, Any]) -> None:
        if taken := append.take_in():
            self._say(Words("收入已有内容 {count} 条", "{count} entries of what there was", count=taken))
        checkpoint = integrate.run()
        if checkpoint is None:
            self._say(Words("还没有可存证的内容", "There is nothing to record yet"))
        else:
            self._say(
                Words(
                    "{origin}：{size} 条，树根 {root}",
                    "{origin}: {size} entries, root {root}",
                    origin=checkpoint.origin,
                    size=checkpoint.size,
                    root=checkpoint.root.hex(),
                )
            )

    def _key(self, options: dict[str, Any]) -> None:
        folder = Folder()
        with folder.alone():
            self.stdout.write(str(folder.key().public))

    def _forget(self, options: dict[str, Any]) -> None:
        count = append.forget(options["kind"], options["subject"])
        self._say(
            Words(
                "删去 {count} 条的盐值：其中个人信息从此无法核对",
                "The salts of {count} entries are deleted: what they commit to can be shown no more",
                count=count,
            )
        )
