"""What a rule of quality is: words, weight, and one statement that finds every fault of its kind. Data, not behaviour.

The statement selects, of each fault, ``ids`` (of the objects that it is of, in order), ``subkey`` (what tells two faults of the same
objects apart and never changes while the fault stays: '' where there is one), ``geom`` (a point on the spot of the fault, or nothing),
``region`` (the id of the division whose fault it is), ``evidence`` (the values that make it one) and ``fixes`` (alternatives, each
a list of changes). Marks in it are replaced when it is run:

- ``:table`` by the table of the dataset that is checked;
- ``:only(o.id)`` by a condition that limits an object to those that a change has touched, or by TRUE where all are looked at; ``:touched(f.ids)``
  the same of several objects, one of which was touched, and ``:any`` by whether all are looked at.

Limited to some objects it must find every fault that one of them is in, with all objects of it: what it says of one depends on nothing else
but what `Rule.reads` names.

A change in ``fixes`` is an object: ``do`` is ``set`` (``field`` to ``value``), ``fill`` (``field``, with what somebody has to find out),
``move`` (``lon`` and ``lat``), ``link`` (``field`` to the object ``value``), ``unlink`` or ``close``; ``code`` is the object's, where it is not the
only one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from layers import vocab
from layers.words import Worded, Words

# What a statement may ask of the data as they stand: the newest month with records.
CONTEXT = ("newest",)

# Of a rule that reads another dataset: the objects that a change of its rows concerns may be any.
ANY = ""


@dataclass(frozen=True, slots=True, eq=False)  # one object a rule: compared and hashed as itself
class Rule(Worded):
    """``zh`` and ``en`` are its title."""

    id: int  # kept in findings: never used again for another rule
    code: str
    zh: str
    en: str
    datasets: tuple[str, ...]  # whose objects it looks at, one dataset after the other
    severity: int  # of `vocab.SEVERITY`
    meaning: Words  # what it means
    why: Words  # why it matters
    remedy: Words  # how to mend it
    told: Words  # the evidence as a sentence, with its values in their places
    sql: str
    version: int = 1  # raised when another fault is found by it than before
    # Other datasets that it reads: the query of the ids that are concerned when rows of theirs change, whose ids are in
    # ``quality_changed``; `ANY` where all may be.
    reads: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    uses: tuple[str, ...] = ()  # of `CONTEXT`
    given: Mapping[str, object] = field(
        default_factory=lambda: MappingProxyType({})
    )  # its bounds, by the names in the statement
    of_person: bool = False  # its objects are somebody's: told to who sees personal data
    incomplete: bool = False  # something is missing: counts towards completeness
    of: Words | None = None  # whose, where several rules share a title: it stands at ``{of}`` in theirs (`FOR_ALL` …)

    def written(self) -> tuple[str, str, Mapping[str, object]]:
        return self.zh, self.en, {} if self.of is None else {"of": self.of}

    @property
    def term(self) -> vocab.Term:
        return vocab.Term(self.id, self.code, self.in_("zh"), self.in_("en"))


FOR_ALL = Words("", "")
FOR_PERSONS = Words("（用水户和水表）", " (users and meters)")
FOR_PERMITS = Words("（取水许可）", " (permits)")
FOR_SELF_BUILT = Words("（自建设施）", " (self-built)")


def reads(**queries: str) -> Mapping[str, str]:
    return MappingProxyType(queries)


def given(**bounds: object) -> Mapping[str, object]:
    return MappingProxyType(bounds)
