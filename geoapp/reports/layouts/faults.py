"""What is wrong in a template: file, line and reason, in any language. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from layers.errors import ShuituError
from layers.words import SEMICOLON, Composed, Listed, Worded, Words


@dataclass(frozen=True, slots=True)
class TemplateFault(Composed):
    """Line 0 is the file as a whole."""

    file: str
    line: int
    reason: Worded

    def in_(self, lang: str, **values: object) -> str:
        if not self.line:
            return Words("{file}：{reason}", "{file}: {reason}", file=self.file, reason=self.reason).in_(lang)
        return Words(
            "{file} 第 {line} 行：{reason}", "{file}, line {line}: {reason}",
            file=self.file, line=self.line, reason=self.reason,
        ).in_(lang)  # fmt: skip


class BadTemplates(ShuituError):
    """The templates of reports cannot be used: nothing is computed."""

    title = "The templates of reports are wrong"

    def __init__(self, faults: Sequence[TemplateFault], lang: str) -> None:
        super().__init__(Listed(*faults, by=SEMICOLON).in_(lang))
        self.faults, self.lang = tuple(faults), lang
