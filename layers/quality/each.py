"""Statements that many rules are written with: a fault of each object by a condition, and whose objects another dataset's rows concern."""

from __future__ import annotations

# The rows of other datasets that change, by what they lead to: of `Rule.reads`.
CHANGED = "(SELECT id FROM quality_changed)"
METERS_OF_RECORDS = f"SELECT meter_id FROM layers_usagerecord WHERE id IN {CHANGED} AND meter_id IS NOT NULL"
METERS_OF_USERS = f"SELECT meter_id FROM layers_meter_users WHERE wateruser_id IN {CHANGED}"
USERS_OF_METERS = f"SELECT wateruser_id FROM layers_meter_users WHERE meter_id IN {CHANGED}"
WELLS_OF_METERS = f"SELECT well_id FROM layers_meter_wells WHERE meter_id IN {CHANGED}"
WELLS_OF_PERMITS = f"SELECT well_id FROM layers_well_permits WHERE abstractionpermit_id IN {CHANGED}"
PERMITS_OF_WELLS = f"SELECT abstractionpermit_id FROM layers_well_permits WHERE well_id IN {CHANGED}"
PERMITS_OF_INTAKES = (
    f"SELECT abstractionpermit_id FROM layers_surfaceintake_permits WHERE surfaceintake_id IN {CHANGED}"
)
PERMITS_OF_USERS = f"SELECT abstractionpermit_id FROM layers_wateruser_permits WHERE wateruser_id IN {CHANGED}"


def each(condition: str, *, evidence: str = "'{}'::jsonb", fixes: str = "[]") -> str:
    """The statement of a fault that an object `o` of a `Placed` table has by itself, in the division where it is."""
    return f"""
SELECT ARRAY[o.id] AS ids, '' AS subkey, o.geom, COALESCE(o.found_region_id, o.declared_region_id) AS region,
       {evidence} AS evidence, '{fixes}'::jsonb AS fixes
FROM :table o WHERE ({condition}) AND :only(o.id)
"""


def fill(*fields: str) -> str:
    """The fix of fields that are empty: one alternative, in which somebody finds out all of them."""
    return "[[" + ", ".join(f'{{"do": "fill", "field": "{field}"}}' for field in fields) + "]]"
