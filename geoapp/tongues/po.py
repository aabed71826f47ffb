"""Catalogues of gettext: the text that translators edit (.po), and the file that programs look words up in (.mo).

Written here, in the parts of the format that a catalogue of ours uses, so that an installation needs none of gettext's programs.
"""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

_LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d+)\])?)\s+(".*")\s*')
_MAGIC = 0x950412DE
_GLUE = "\x04"  # between a context and its word, as gettext has it


class MalformedCatalogue(ValueError):
    """A line of a catalogue is none of the format."""


@dataclass(slots=True)
class Entry:
    """A word: ``context`` where one Chinese word is two in English, ``texts`` one, or one for each of the language's numbers."""

    word: str
    texts: list[str]
    context: str = ""
    plural: bool = False
    comments: list[str] = field(default_factory=list)
    fuzzy: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.word, self.context

    @property
    def done(self) -> bool:
        return bool(self.texts) and all(self.texts) and not self.fuzzy


def parse(text: str) -> tuple[dict[str, str], list[Entry]]:
    """The head of a catalogue and its entries; what is crossed out (``#~``) is left out."""
    entries = [_entry(block) for block in _blocks(text)]
    head = next((entry for entry in entries if not entry.word), None)
    named = dict(line.split(": ", 1) for line in head.texts[0].splitlines() if ": " in line) if head else {}
    return named, [entry for entry in entries if entry.word]


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    block: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            block.append((number, line.strip()))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _entry(block: list[tuple[int, str]]) -> Entry:
    found: dict[str, str] = {}
    comments = [line for _, line in block if line.startswith("#") and not line.startswith("#~")]
    last = ""
    for number, line in block:
        if line.startswith("#"):
            continue
        if match := _LINE.fullmatch(line):
            last = match[1]
            found[last] = _text(match[3], number)
        elif line.startswith('"') and last:
            found[last] += _text(line, number)
        else:
            raise MalformedCatalogue(f"line {number}: {line[:60]!r}")
    plural = "msgid_plural" in found
    texts = [value for name, value in sorted(found.items()) if name.startswith("msgstr")]
    return Entry(
        found.get("msgid", ""), texts, found.get("msgctxt", ""), plural,
        [line for line in comments if not line.startswith("#,")], any("fuzzy" in line for line in comments if line.startswith("#,")),
    )  # fmt: skip


def _text(quoted: str, number: int) -> str:
    try:
        found = ast.literal_eval(quoted)
    except (ValueError, SyntaxError):
        raise MalformedCatalogue(f"line {number}: {quoted[:60]}") from None
    return str(found)


def write(head: dict[str, str], entries: Iterable[Entry]) -> str:
    """The catalogue as a text."""
    parts = [
        'msgid ""\nmsgstr ""\n' + "".join(f"{_quoted(f'{name}: {value}' + chr(10))}\n" for name, value in head.items())
    ]
    for entry in entries:
        lines = [*entry.comments, *(["#, fuzzy"] if entry.fuzzy else [])]
        if entry.context:
            lines.append(f"msgctxt {_quoted(entry.context)}")
        lines.append(f"msgid {_quoted(entry.word)}")
        if entry.plural:
            lines.append(f"msgid_plural {_quoted(entry.word)}")
            lines += [f"msgstr[{n}] {_quoted(text)}" for n, text in enumerate(entry.texts)]
        else:
            lines.append(f"msgstr {_quoted(entry.texts[0] if entry.texts else '')}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def compiled(head: dict[str, str], entries: Sequence[Entry]) -> bytes:
    """The catalogue as gettext reads it: tables of lengths and places, sorted by word, then the texts. What is not done is left out."""
    pairs = {"": "".join(f"{name}: {value}\n" for name, value in head.items())}
    for entry in entries:
        if entry.done:
            word = f"{entry.word}\0{entry.word}" if entry.plural else entry.word
            pairs[f"{entry.context}{_GLUE}{word}" if entry.context else word] = "\0".join(entry.texts)
    texts = sorted((word.encode(), said.encode()) for word, said in pairs.items())
    count, start = len(texts), 28
    at = start + 16 * count
    tables: list[list[bytes]] = [[], []]
    body = b""
    for column in (0, 1):
        for pair in texts:
            tables[column].append(struct.pack("<II", len(pair[column]), at + len(body)))
            body += pair[column] + b"\0"
    return (
        struct.pack("<7I", _MAGIC, 0, count, start, start + 8 * count, 0, at) + b"".join(tables[0] + tables[1]) + body
    )
