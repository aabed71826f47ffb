"""`manage.py words`: the words of the interface, and how far each language says them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from geoapp.tongues import catalogues, source
from layers import languages


class Command(BaseCommand):
    requires_system_checks = ()
    help = "界面用语：各语言还缺哪些；为一种语言写出或更新词表（locale/<语言>/LC_MESSAGES/django.po）；编译词表"

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--missing", metavar="语言", help="列出这种语言缺少的词")
        what.add_argument("--update", metavar="语言", help="写出或更新这种语言的词表")
        what.add_argument("--compile", action="store_true", help="把词表编译成程序查用的文件（up 会自动做）")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["compile"]:
            for path in catalogues.compile_all(Path(settings.LOCALE_PATHS[0])):
                self.stdout.write(str(path))
            return
        found = source.every_word()
        if found.unreadable:
            raise CommandError("这些地方的用语不是写死的文字，无法翻译：\n" + "\n".join(found.unreadable), returncode=1)
        if options["missing"] or options["update"]:
            self._one(options["missing"] or options["update"], found.words, write=bool(options["update"]))
            return
        for each in languages.LANGUAGES:
            state = catalogues.state(each.code, found.words)
            self.stdout.write(
                f"{each.code}  {each.name}：共 {state.words:,} 条，缺 {len(state.missing):,}，占位不符 {len(state.wrong):,}，多余 {len(state.unknown):,}"
            )

    def _one(self, code: str, words: list[source.Said], *, write: bool) -> None:
        if code not in languages.codes():
            raise CommandError(
                f"没有语言 {code}；先在 layers/languages.py 登记。现有：{'、'.join(languages.codes())}", returncode=1
            )
        if write:
            self.stdout.write(str(catalogues.update(code, words)))
        state = catalogues.state(code, words)
        for word in state.missing if not write else ():
            self.stdout.write(word)
        for word in state.wrong:
            self.stderr.write(f"占位不符：{word}")
        self.stderr.write(f"共 {state.words:,} 条，缺 {len(state.missing):,}")
