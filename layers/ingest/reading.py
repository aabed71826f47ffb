"""How a file is read: every decision with its evidence, what else it could be, and whether somebody has to say so first.

A reader proposes and the sender confirms or corrects. What was said is a plain mapping, name of the decision → value, so that it
can be kept and used again for the next file of the kind. The names: ``encoding``, ``heading``, ``unit.FIELD``, ``year``,
``coordinates`` and others that the rooms below give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from layers.ingest.refusal import ImportRefused


@dataclass(frozen=True, slots=True)
class Hints:
    """What a reader may know before it opens a file: what was ``told`` of how to read it, and the ``words``, in the form of
    `layers.ingest.columns.normal`, by which headings of the wanted dataset are known."""

    told: Mapping[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()


NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision on how a file is read.

    ``value`` is what was taken, ``zh`` and ``en`` the evidence for it, ``others`` what can be told instead. Where ``asks`` is
    set the evidence does not do: nothing is written before somebody has told the value, be it the one proposed.
    """

    name: str
    value: str
    zh: str
    en: str
    others: Sequence[str] = ()
    asks: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name, "value": self.value, "zh": self.zh, "en": self.en, "others": list(self.others), "asks": self.asks,
        }  # fmt: skip


def open_questions(choices: Sequence[Choice], told: Mapping[str, str]) -> list[Choice]:
    """The decisions that wait for somebody."""
    return [choice for choice in choices if choice.asks and choice.name not in told]


def require_answers(choices: Sequence[Choice], told: Mapping[str, str]) -> None:
    """Raise `ImportRefused` for the first decision that waits for somebody."""
    for choice in open_questions(choices, told):
        raise ImportRefused(
            f"{choice.zh}；须先确认：--read {choice.name}={choice.value}，或改为其他读法",
            f"{choice.en}; confirm it first: --read {choice.name}={choice.value}, or say another way to read it",
            param=choice.name, allowed=[choice.value, *choice.others],
        )  # fmt: skip


def told_value(told: Mapping[str, str], name: str, allowed: Sequence[str]) -> str | None:
    """What was told of a decision, None where nothing was; `ImportRefused` where it is none of the ``allowed``."""
    value = told.get(name)
    if value is not None and value not in allowed:
        raise ImportRefused(
            f"读法 {name} 没有“{value}”这一种", f"{value!r} is no way to read {name}", param=name, allowed=list(allowed)
        )
    return value
