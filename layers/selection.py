"""What is summed: sources and purposes as asked, and the stored selections that answer them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from layers import vocab
from layers.errors import BadParameter
from layers.vocab import Vocab

ALL = 0  # the selection of all sources, or of all purposes, as it is stored
Signed = list[tuple[int, int]]  # (stored selection, +1 or -1)


@dataclass(frozen=True, slots=True)
class Selection:
    """Sets of source and purpose ids; the default is everything."""

    sources: frozenset[int] = frozenset(vocab.SOURCE.by_id)
    purposes: frozenset[int] = frozenset(vocab.PURPOSE.by_id)

    @property
    def source_sels(self) -> Signed:
        """The ``source_sel`` values of `UsageSum`, with their signs, whose sum is this selection."""
        return _stored(self.sources, frozenset(vocab.SOURCE.by_id))

    @property
    def purpose_sels(self) -> Signed:
        return _stored(self.purposes, frozenset(vocab.PURPOSE.by_id))

    def to_dict(self) -> dict[str, list[str]]:
        """The slugs selected, in vocabulary order."""
        return {
            "source": [term.code for term in vocab.SOURCE if term.id in self.sources],
            "purpose": [term.code for term in vocab.PURPOSE if term.id in self.purposes],
        }


EVERYTHING = Selection()


def _stored(chosen: frozenset[int], everything: frozenset[int]) -> Signed:
    """As few stored sums as can be: the chosen ones, or all without the others."""
    others = everything - chosen
    if len(chosen) <= 1 + len(others):
        return [(term, 1) for term in sorted(chosen)]
    return [(ALL, 1), *((term, -1) for term in sorted(others))]


def parse_terms(
    text: str | None, vocabulary: Vocab, param: str, named: dict[str, Iterable[int]] | None = None
) -> frozenset[int]:
    """Slugs joined by commas → ids; nothing → all. Aggregates such as ``new_water`` count as their members."""
    named = named or {}
    if text is None or not text.strip():
        return frozenset(vocabulary.by_id)
    chosen: set[int] = set()
    for word in (part.strip() for part in text.split(",")):
        if word in named:
            chosen.update(named[word])
        elif word in vocabulary.by_code:
            chosen.add(vocabulary.id_of(word))
        else:
            raise BadParameter(
                f"{word!r} is not a {vocabulary.en.lower()}.",
                param=param,
                allowed=[*vocabulary.codes, *named],
            )
    return frozenset(chosen)


def parse_selection(source: str | None, purpose: str | None, resident: str | None) -> Selection:
    """The selection that three query parameters describe; they narrow each other."""
    sources = parse_terms(source, vocab.SOURCE, "source", {vocab.NEW_WATER: vocab.NEW_WATER_IDS})
    purposes = parse_terms(purpose, vocab.PURPOSE, "purpose")
    if resident:
        by_answer = {"yes": frozenset({vocab.RESIDENTIAL}), "no": vocab.NON_RESIDENTIAL_IDS}
        if resident not in by_answer:
            raise BadParameter(f"{resident!r} is neither yes nor no.", param="resident", allowed=["yes", "no"])
        purposes &= by_answer[resident]
        if not purposes:
            raise BadParameter(
                f"No purpose is left: purpose={purpose} and resident={resident} exclude each other.",
                param="resident",
            )
    return Selection(sources, purposes)
