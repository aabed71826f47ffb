"""Texts without their accents, in Python and in SQL alike.

PostgreSQL's own `normalize` does it (Unicode's decomposition, without the marks), and not its extension `unaccent`: an
authority's server may not have it, or not let us make it, and it takes only what its rules list.
"""

from __future__ import annotations

import re
import unicodedata

from django.db.models import Func, TextField

# Letters that Unicode does not decompose, though people read them as another with a stroke.
_STROKES = ("øØđĐłŁħĦŧŦı", "oOdDlLhHtTi")
# Blocks of combining marks of letters. Marks of kana and other scripts outside these tell letters apart.
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_TRANSLATED, _MARK = str.maketrans(*_STROKES), re.compile(f"[{_MARKS}]")


def without_accents(text: str) -> str:
    bare = _MARK.sub("", unicodedata.normalize("NFD", text.translate(_TRANSLATED)))
    return unicodedata.normalize("NFC", bare)


class WithoutAccents(Func):
    """`without_accents` of a text of the database."""

    template = (
        f"normalize(regexp_replace(normalize(translate(%(expressions)s, '{_STROKES[0]}', '{_STROKES[1]}'), NFD),"
        f" '[{_MARKS}]', '', 'g'), NFC)"
    )
    arity = 1
    output_field = TextField()
