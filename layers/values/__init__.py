"""How a value is said and asked for: the one codec of every declared field, read by all that speak or compare values.

A field (`layers.fields`) is stored in one way: the id of a term, whole litres, a day, a text. `columns` says of what kind
and unit it is when it is spoken, `spoken` turns what is stored into what is said (in Python, in SQL, in an expression of
the ORM, and in words for people), `asked` turns what somebody asks for into a condition on what is stored. What is said
of an object, given back as a question for that field, finds the object: in every channel (tests/http/test_one_voice.py).

Null is what nobody has said: it stays null in every channel, no comparison is true of it, and ``null`` asks for it. A text
that is there but empty is said as it is; ``null`` asks for it too, as nothing else could.
"""

from layers.values.asked import condition, missing, named
from layers.values.columns import ColumnKind, SpokenColumn, column_of
from layers.values.described import property_schema, value_schema
from layers.values.spoken import Lang, exact, expression, spoken, spoken_sql, stored, term_word, words, words_sql

__all__ = [
    "ColumnKind",
    "Lang",
    "SpokenColumn",
    "column_of",
    "condition",
    "exact",
    "expression",
    "missing",
    "named",
    "property_schema",
    "spoken",
    "spoken_sql",
    "stored",
    "term_word",
    "value_schema",
    "words",
    "words_sql",
]
