"""In which encoding a text is, by what its characters would be in each: what a file says of it is often wrong.

GB18030 takes nearly any bytes for some rare characters, and so may UTF-8 a few of GBK's: what decodes is not yet what is meant. So
of those that decode without an error the one is taken whose characters are in common use; where none is, somebody has to say it.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from layers.ingest.reading import Choice
from layers.ingest.refusal import ImportRefused
from layers.words import Worded, Words

NAME = "encoding"
CANDIDATES = ("UTF-8", "GB18030", "BIG5")
TOLD = ("UTF-8", "GB18030", "BIG5", "UTF-16LE", "UTF-16BE", "ISO-8859-1")
SAMPLED = 200_000  # characters beyond ASCII that are looked at
_COMMON = 0.6  # so many of a hundred characters of a real text are common ones, names of places and people too
_CLOSE = 0.15  # a difference of common ones that means nothing
_ENOUGH = 2_000  # characters that leave no doubt
_FEW = 4  # characters, of which nothing can be told
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_HALF = 0.5
_DAMAGED = re.compile("\ufffd+|锟斤拷")  # what stands for characters that were lost, and the same read as GBK
_MARKS = frozenset("—…“”‘’·×÷°±²³㎡℃№ⅠⅡⅢⅣ①②③④⑤⑥⑦⑧⑨￥")
_LEVELS = {"GB18030": ("gb2312", 0xB0, 0xD7), "BIG5": ("big5", 0xA4, 0xC6)}  # whose first level leads with which bytes
# What files call the encodings: of a .cpg, of a code page, of Python.
_ALIASES = {
    **dict.fromkeys(("utf8", "65001"), "UTF-8"),
    **dict.fromkeys(("gbk", "gb2312", "gb18030", "936", "cp936", "54936", "ansi936", "oem936", "euccn", "windowssimpchinese"), "GB18030"),
    **dict.fromkeys(("big5", "950", "cp950", "ansi950", "oem950", "windowstradchinese"), "BIG5"),
    **dict.fromkeys(("utf16", "utf16le"), "UTF-16LE"),
    "utf16be": "UTF-16BE",
    **dict.fromkeys(("iso88591", "88591", "latin1", "1252", "cp1252", "windowslatin1", "ansi1252"), "ISO-8859-1"),
}  # fmt: skip
_PYTHON = {"BIG5": "cp950"}


def codec(encoding: str) -> str:
    """Python's and Arrow's name for one of `TOLD`."""
    return _PYTHON.get(encoding, encoding.lower())


def known(word: str) -> str | None:
    """One of `TOLD` for what a file or a person calls an encoding; None for what is not known."""
    return _ALIASES.get(re.sub(r"[^a-z0-9]", "", word.lower()))


def told_encoding(told: Mapping[str, str]) -> str | None:
    """What was told of the encoding, if anything; `ImportRefused` for one that is not known."""
    if NAME not in told:
        return None
    if found := known(told[NAME]):
        return found
    raise ImportRefused(
        "没有“{told}”这种编码",
        "{told!r} is no encoding that can be read",
        param=NAME,
        allowed=list(TOLD),
        told=told[NAME],
    )


def share(text: str, encoding: str = "UTF-8") -> tuple[float, int]:
    """(How many of the characters beyond ASCII are in common use, from 0 to 1; how many there are.)

    Common are the 3,755 characters of the first level of GB 2312 and the 5,401 of Big5's, which their makers ordered by use, and
    the punctuation of both; of a text read as one of the two its own only. The second level counts half: names are written with it.
    """
    counts = Counter("".join(_FOREIGN.findall(text))[:SAMPLED])
    levels = [level for name, level in _LEVELS.items() if encoding in (name, "UTF-8")]
    count = counts.total()
    return (sum(_worth(one, levels) * n for one, n in counts.items()) / count if count else 1.0), count


def _worth(character: str, levels: Sequence[tuple[str, int, int]]) -> float:
    # Of punctuation only the usual ranges: GB 2312 has Greek, Cyrillic and Japanese letters and boxes too, which wrongly read
    # text is full of.
    if "\u3000" <= character <= "\u3015" or "\uff01" <= character <= "\uff5e" or character in _MARKS:
        return 1.0
    for encoding, low, high in levels:
        try:
            lead = character.encode(encoding)[0]
        except UnicodeEncodeError:
            continue
        if low <= lead <= high:
            return 1.0
        if lead > high:
            return _HALF
    return 0.0


@dataclass(slots=True)
class Weighing:
    """The candidates that decode all that was fed, and how common their characters are. ``pieces`` are texts that each decode for
    themselves (cells), or blocks of one text."""

    texts: dict[str, str] = field(default_factory=dict)

    def weights(self) -> dict[str, tuple[float, int]]:
        return {name: share(text, name) for name, text in self.texts.items()}


def of_cells(cells: Iterable[bytes], candidates: Sequence[str] = CANDIDATES) -> Weighing:
    """Weigh single values: a candidate falls with the first that it cannot decode. A value that fills its room may have been cut
    within its last character: see `decode_cut`."""
    texts: dict[str, list[str]] = {name: [] for name in candidates}
    for cell in cells:
        for name in list(texts):
            text = decode_cut(cell, name)
            if text is None:
                del texts[name]
            elif len(texts[name]) < SAMPLED:
                texts[name].append(text)
    return Weighing({name: "".join(found) for name, found in texts.items()})


def of_blocks(blocks: Iterator[bytes], candidates: Sequence[str] = CANDIDATES) -> Weighing:
    """Weigh one text that comes in blocks."""
    decoders = {name: codecs.getincrementaldecoder(codec(name))("strict") for name in candidates}
    kept: dict[str, list[str]] = {name: [] for name in candidates}
    sizes = dict.fromkeys(candidates, 0)
    last = False
    while decoders and not last:
        block = next(blocks, b"")
        last = not block
        for name in list(decoders):
            try:
                text = decoders[name].decode(block, final=last)
            except UnicodeDecodeError:
                del decoders[name]
                continue
            if sizes[name] < SAMPLED and not text.isascii():
                kept[name].append("".join(_FOREIGN.findall(text))[:SAMPLED])
                sizes[name] += len(kept[name][-1])
        if len(decoders) > 1 and "UTF-8" in decoders and _is_plain(kept["UTF-8"], sizes["UTF-8"]):
            decoders = {"UTF-8": decoders["UTF-8"]}  # it is UTF-8 to its end, or nothing
    return Weighing({name: "".join(kept[name]) for name in decoders})


def _is_plain(texts: Sequence[str], count: int) -> bool:
    """Whether so many characters leave no doubt that they are what is meant."""
    return count > _ENOUGH and share("".join(texts))[0] >= _COMMON


def decode_cut(cell: bytes, encoding: str) -> str | None:
    """The text of a value that may end within a character, without that; None where it cannot be decoded."""
    name = codec(encoding)
    try:
        return cell.decode(name)
    except UnicodeDecodeError:
        pass
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        return decoder.decode(cell)  # what is left behind is the beginning of one character
    except UnicodeDecodeError:
        return None


@dataclass(frozen=True, slots=True)
class FoundEncoding:
    """The encoding that is taken, and the decision on it, None where there is nothing to say of it."""

    encoding: str
    choice: Choice | None = None


_THE_FILE = Words("文件", "the file")


def judge(weighing: Weighing, declared: str = "", source: Worded = _THE_FILE) -> FoundEncoding | None:
    """What the text is in; ``declared`` is what ``source`` says of it. None when nothing decodes it.

    What is declared is taken where it decodes and its characters are common, UTF-8 before the others. Where the best is not common
    either, the decision asks.
    """
    weights = weighing.weights()
    if not weights:
        return None
    said = known(declared) if declared else None
    order = [name for name in (said, *CANDIDATES) if name in weights]
    most = max(common for common, _ in weights.values())
    good = [name for name in order if weights[name][0] >= max(_COMMON, most - _CLOSE)]
    best = good[0] if good else max(order, key=lambda name: weights[name][0])
    common, count = weights[best]
    others = [name for name in TOLD if name != best]
    if not count:  # plain ASCII
        return FoundEncoding(best)
    if common < _COMMON and count > _FEW:
        return FoundEncoding(best, _unsure(best, others, weighing.texts[best]))
    if damaged := _DAMAGED.search(weighing.texts[best]):
        return FoundEncoding(best, Choice(
            NAME, best, Words("文字在来源处已损坏（含“{damaged}”，是转换编码时丢失的字）：请重新导出原始数据", "texts were damaged where they came from ({damaged!r} stands for lost characters): export them anew", damaged=damaged[0]), others, asks=True,
        ))  # fmt: skip
    if declared and said != best:
        sample = weighing.texts[best][:12]
        return FoundEncoding(best, Choice(
            NAME, best, Words("{source}声明的编码是 {declared}，与内容不符；按 {best} 读取（如“{sample}”）", "{source} says {declared}, which does not fit; read as {best} ({sample!r})", source=source, declared=declared, best=best, sample=sample), others,
        ))  # fmt: skip
    if best == "UTF-8" or (said == best and best == "GB18030"):
        return FoundEncoding(best)
    asks = best == "BIG5" and said != best
    return FoundEncoding(
        best, Choice(NAME, best, Words("文件编码按 {best} 读取", "read as {best}", best=best), others, asks)
    )


def _unsure(best: str, others: Sequence[str], text: str) -> Choice:
    return Choice(
        NAME, best, Words("无法确定文件的编码：按 {best} 读出的文字多为罕用字（如“{text}”）", "the encoding is not certain: as {best} most characters are rare ones ({text!r})", best=best, text=text[:12]), others, asks=True,
    )  # fmt: skip


def of_table(
    cells: Iterable[bytes], declared: str, source: Worded, name: str, told: Mapping[str, str]
) -> FoundEncoding:
    """The encoding of a table whose values beyond ASCII are ``cells``: what was told, or what they show; ``declared`` is what
    ``source`` says of it. `ImportRefused` when nothing decodes them."""
    wanted = told_encoding(told)
    weighing = of_cells(cells, [wanted] if wanted else CANDIDATES)
    if wanted and wanted in weighing.texts:
        return FoundEncoding(
            wanted,
            Choice(NAME, wanted, Words("按指定的编码 {wanted} 读取", "read as {wanted}, as told", wanted=wanted), TOLD),
        )
    found = None if wanted else judge(weighing, declared, source)
    if found is None:
        raise undecodable(name, wanted or declared)
    return found


def undecodable(name: str, said: str) -> ImportRefused:
    """The refusal of a file that is in no known encoding, or not in the one that was told."""
    shown = Words("（声明为 {said}）", "", said=said) if said else ""
    return ImportRefused(
        "{name} 的文字编码无法识别{shown}：既不是 UTF-8，也不是 GB18030 或 Big5，请以 UTF-8 重新导出", "the encoding of {name!r} is not known: neither UTF-8 nor GB18030 nor Big5; export it as UTF-8",
        param=NAME, allowed=list(TOLD), name=name, shown=shown,
    )  # fmt: skip
