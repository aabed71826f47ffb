"""Text from outside in files of ours: what XML cannot hold, what a spreadsheet would run, what a terminal would obey. Pure."""

from __future__ import annotations

import re

# What no XML can hold and no name means. Tab and line breaks are white space, and not among them.
CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]"
LINE_BREAK = "[\t\n\r\x85\u2028\u2029]"
# What is there and cannot be seen: zero-width spaces and joiners, marks of direction and of byte order, soft hyphens.
INVISIBLE = "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
# How a cell begins that a spreadsheet takes for a formula (OWASP, "CSV Injection"), in East Asian width too, behind
# white space, and behind guards of ours: then a text that came with an apostrophe is told from one that was given it.
# One pattern for Python, PostgreSQL and RE2.
_FORMULA = r"[ '\t\r\n]*[=+@＝＋＠－-]|'*[\t\r\n]"
FORMULA = f"^({_FORMULA})"
GUARD = "'"
GUARDED = f"^{GUARD}({_FORMULA})"

_control, _line_break, _invisible, _formula, _guarded = (
    re.compile(one) for one in (CONTROL, LINE_BREAK, INVISIBLE, FORMULA, GUARDED)
)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might run it, were it typed into a cell."""
    return _formula.match(text) is not None


def guarded(text: str) -> str:
    """A text as a cell of CSV says it: one that would be run begins with an apostrophe."""
    return GUARD + text if is_formula(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[len(GUARD) :] if _guarded.match(text) else text


def is_plain(text: str) -> bool:
    """Whether it is one line without control characters."""
    return _control.search(text) is None and _line_break.search(text) is None


def xml_text(text: str) -> str:
    """What XML can hold of a text: the replacement character stands for what it cannot."""
    return _control.sub("\ufffd", text)


def one_line(text: str) -> str:
    """As `xml_text`, with a space for each line break."""
    return _line_break.sub(" ", xml_text(text))


def without_invisible(text: str) -> str:
    """The text without what nobody sees of it."""
    return _invisible.sub("", text)


def visible(text: str) -> str:
    """For a terminal or a log: a dot for each character that is not printed, and would be obeyed."""
    return "".join(c if c.isprintable() else "·" for c in text)
