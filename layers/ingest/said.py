"""What the reading process has to say, as plain JSON and back: the words as written and their values, so that who asked can say
them in any language, and neither text can do more than be shown (`layers.words.fill`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from layers.words import Listed, Small, Worded, Words

_DEEPEST, _MOST = 4, 50  # words within words, and how many


def packed(thing: object) -> Any:
    """A word as a mapping of JSON; any other value as a number or a text."""
    if isinstance(thing, Listed):
        told = {"list": [packed(one) for one in thing.things], "by": packed(thing.by)}
        return told | ({"more": packed(thing.more)} if thing.more else {})
    if isinstance(thing, Small):
        return {"small": packed(thing.word)}
    if isinstance(thing, Worded):
        zh, en, values = thing.written()
        return {"zh": zh, "en": en, "values": {name: packed(value) for name, value in values.items()}}
    return thing if isinstance(thing, int | float) else str(thing)


def unpacked(told: Any, plain: Callable[[object], str], depth: int = 0) -> Any:
    """The word or value of what came; `ValueError` or `KeyError` for what no reader of ours sends."""
    if not isinstance(told, Mapping):
        return told if isinstance(told, int | float) else plain(told)
    if depth > _DEEPEST:
        raise ValueError("words within words")
    if "list" in told:
        things = [unpacked(one, plain, depth + 1) for one in told["list"][:_MOST]]
        more = words(told["more"], plain, depth + 1) if "more" in told else None
        return Listed(*things, by=words(told["by"], plain, depth + 1), more=more)
    if "small" in told:
        return Small(words(told["small"], plain, depth + 1))
    return words(told, plain, depth)


def words(told: Mapping[str, Any], plain: Callable[[object], str], depth: int = 0) -> Words:
    """The words of a mapping."""
    values = {
        str(name): unpacked(value, plain, depth + 1)
        for name, value in list(dict(told.get("values", {})).items())[:_MOST]
    }
    return Words(plain(told["zh"]), plain(told["en"]), **values)
