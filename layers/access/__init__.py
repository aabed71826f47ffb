"""Who may see what: the one place where it is decided.

`personal` says what is personal and why, `posture` what is open to all; `rights` are capabilities with how far each reaches, `roles` what an
account was given of them; `sight` is what one asker sees in one answer, and the class of rights in every stamp; `rows` makes a condition
of a reach, and `seen` gives out layers as they may be seen. `policies` and `behind` are the same once more, in the database.
"""

from layers.access.permissions import divides, note_staff, reach_of, reaches, rights_of
from layers.access.posture import (
    DEMO,
    SETTING,
    WORD,
    Posture,
    concerned,
    made_up,
    read,
    still_synthetic,
)
from layers.access.rights import CAPABILITIES, DUTIES, Capability, Rights
from layers.access.roles import Asker, gone_codes, granted
from layers.access.rows import begins, counting_in, rows_in
from layers.access.seen import (
    counts_within,
    depends,
    is_closed,
    layers_of,
    name_of,
    objects,
    objects_of,
    of_object,
    rows_of,
    seen,
    shown,
    tells,
    tells_of,
    varies,
    with_names,
)
from layers.access.sight import (
    Found,
    Moment,
    Sight,
    keep_class,
    may,
    may_show,
    note_personal,
    now,
    one_moment,
    require,
    require_fine,
)

__all__ = [
    "CAPABILITIES",
    "DEMO",
    "DUTIES",
    "SETTING",
    "WORD",
    "Asker",
    "Capability",
    "Found",
    "Moment",
    "Posture",
    "Rights",
    "Sight",
    "begins",
    "concerned",
    "counting_in",
    "counts_within",
    "depends",
    "divides",
    "gone_codes",
    "granted",
    "is_closed",
    "keep_class",
    "layers_of",
    "made_up",
    "may",
    "may_show",
    "name_of",
    "note_personal",
    "note_staff",
    "now",
    "objects",
    "objects_of",
    "of_object",
    "one_moment",
    "reach_of",
    "reaches",
    "read",
    "require",
    "require_fine",
    "rights_of",
    "rows_in",
    "rows_of",
    "seen",
    "shown",
    "still_synthetic",
    "tells",
    "tells_of",
    "varies",
    "with_names",
]
