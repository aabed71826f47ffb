"""How far a report is, as one word that its process, the queue and who waits hand on: the form that is begun, or the chapters of a volume."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PrintedChapters:
    """So many of a volume's chapters are printed, and which was the last."""

    done: int
    of: int
    name: str

    def __str__(self) -> str:
        return f"{self.done}/{self.of} {self.name}"

    @property
    def fraction(self) -> float:
        return self.done / self.of


def chapters(step: str) -> PrintedChapters | None:
    """What a step says of chapters; None of one that is a form."""
    counts, _, name = step.partition(" ")
    done, slash, of = counts.partition("/")
    return PrintedChapters(int(done), int(of), name) if slash else None
