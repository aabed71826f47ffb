"""Who may see what: until there are accounts, everybody or nobody but the administration.

`personal` says what is personal and why, `posture` whether it is open, `seen` gives out layers as they may be seen. Here
alone it is decided. With accounts the question becomes "for whom", and conditions on rows join those on fields.
"""

from layers.access.posture import (
    DEMO,
    SETTING,
    WORD,
    Moment,
    Posture,
    concerned,
    made_up,
    may_show,
    now,
    one_moment,
    read,
    still_synthetic,
)
from layers.access.seen import depends, is_closed, layers_of, name_of, of_object, seen, shown, tells, with_names

__all__ = [
    "DEMO",
    "SETTING",
    "WORD",
    "Moment",
    "Posture",
    "concerned",
    "depends",
    "is_closed",
    "layers_of",
    "made_up",
    "may_show",
    "name_of",
    "now",
    "of_object",
    "one_moment",
    "read",
    "seen",
    "shown",
    "still_synthetic",
    "tells",
    "with_names",
]
