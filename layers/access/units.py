"""How far a reporting unit reaches: the divisions whose bureau it is, by the rule of figures (a region's own unit, else that of what it lies
in). The development zone's townships lie in districts that have bureaux of their own: those bureaux do not reach into them.
"""

from __future__ import annotations

from layers.access.rows import begins
from layers.models import Region
from layers.reach import Reach


def reach_of_unit(unit: str) -> Reach:
    """The largest divisions that are the unit's with all that lies in them; none of one that there is no more.

    What counts in a district as a whole, of which another unit has a part, is neither's: a role for the district's code reaches it.
    """
    told = Region.objects.filter(valid_to=None, reporting_unit__isnull=False).order_by()
    own: set[str] = set()
    others: set[str] = set()
    for code, of in told.values_list("code", "reporting_unit__code"):
        (own if of == unit else others).add(code)
    split = {code for code in own if any(other.startswith(code) for other in others)}
    return Reach.of({*(own - split), *_parts(split, others)})


def _parts(split: set[str], others: set[str]) -> set[str]:
    """Of divisions that other units have a part of: what lies in them and is no other's, nor holds anything that is."""
    if not split:
        return set()
    within = Region.objects.filter(begins("code", split), valid_to=None).order_by().values_list("code", flat=True)
    return {
        code
        for code in within
        if not code.startswith(tuple(others)) and not any(one.startswith(code) for one in others)
    }
