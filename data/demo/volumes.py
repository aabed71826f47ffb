"""The printed volumes of 2019 in litres, and the part of each purpose in them."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from layers.vocab import SOURCE

from . import profiles, reference
from .amounts import share_out

L_PER_10K_M3 = 10_000_000
# Printed in the text beside the table, which has new water only.
RECLAIMED_10K_M3 = "115009"


def litres(cell: str) -> int:
    """×10⁴ m³ as printed → litres, exact."""
    amount = Decimal(cell) * L_PER_10K_M3
    return int(amount)


def printed_volumes() -> dict[tuple[str, bool], int]:
    """(source, resident?) → litres of 2019.

    Source totals and residents are as printed; non-residents are the difference. For village supply and surface water
    the printed non-resident cells are 0.1 ×10⁴ m³ off that difference; with the difference, both printed column totals
    hold as well.
    """
    found: dict[tuple[str, bool], int] = {}
    for row in reference.table("usage_2019_by_source").itertuples():
        if row.source == "total":
            continue
        residents = litres(row.residential_10k_m3)
        found[row.source, True] = residents
        found[row.source, False] = litres(row.new_water_10k_m3) - residents
    found["reclaimed", True] = 0
    found["reclaimed", False] = litres(RECLAIMED_10K_M3)
    return found


def volumes_by_purpose() -> dict[tuple[str, str], int]:
    """(source, purpose) → litres of 2019; the split of non-residents by purpose is an assumption (profiles)."""
    found: dict[tuple[str, str], int] = {}
    printed = printed_volumes()
    for term in SOURCE:
        shares = profiles.non_resident_shares(term.code)
        amounts = share_out(printed[term.code, False], np.array(list(shares.values())))
        found.update({(term.code, purpose): int(n) for purpose, n in zip(shares, amounts, strict=True)})
        found[term.code, "residential"] = printed[term.code, True]
    return found
