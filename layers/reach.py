"""How far something holds: the regions that some codes begin, since a region's code begins those of all that lies in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """The regions whose codes begin with one of some prefixes, none of which begins another; in order, so that equal reaches are one.

    The empty prefix is everything, what counts in no region included; no prefix at all is nothing.
    """

    prefixes: tuple[str, ...] = ()

    @classmethod
    def of(cls, codes: Iterable[str]) -> Reach:
        """What these codes, and all that lies in them, are."""
        kept: list[str] = []
        for code in sorted(set(codes)):  # a prefix comes before what it begins
            if not kept or not code.startswith(kept[-1]):
                kept.append(code)
        return cls(tuple(kept))

    @property
    def whole(self) -> bool:
        return self.prefixes == ("",)

    def __bool__(self) -> bool:
        return bool(self.prefixes)

    def holds(self, code: str) -> bool:
        """Whether a region lies inside; the empty code, of what counts in no region, only in everything."""
        return code.startswith(self.prefixes)

    def meets(self, code: str) -> bool:
        """Whether a region lies inside, or any of it does."""
        return bool(self & Reach((code,)))

    def covers(self, other: Reach) -> bool:
        """Whether all of another reach is inside this one."""
        return all(map(self.holds, other.prefixes))

    def __or__(self, other: Reach) -> Reach:
        return Reach.of((*self.prefixes, *other.prefixes))

    def __and__(self, other: Reach) -> Reach:
        return Reach.of(
            (
                *(code for code in self.prefixes if other.holds(code)),
                *(code for code in other.prefixes if self.holds(code)),
            )
        )


NOWHERE_AT_ALL = Reach()
WHOLE = Reach(("",))
