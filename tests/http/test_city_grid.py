"""The street-level grid of the demo city: every litre in it, and each township's units its figure of the statistics."""

from __future__ import annotations

from layers import vocab
from tests.city import City

BY_DISTRICT = [kind for kind, level in vocab.FACILITY_SERVES_LEVEL.items() if level < vocab.TOWNSHIP]

# By township, month, source and purpose: what its units hold beside what the statistics say. Only what differs.
DIFFERENCES = """
WITH units AS (
    SELECT r.code, u.month, u.source, u.purpose, sum(u.volume_l) AS volume_l
    FROM layers_gridusage u
    JOIN layers_gridunit n ON n.id = u.unit_id
    JOIN layers_region r ON r.id = n.region_id
    WHERE u.size = 500
    GROUP BY 1, 2, 3, 4
), figures AS (
    SELECT code, month, source_sel AS source, purpose_sel AS purpose, volume_l
    FROM layers_usagesum
    WHERE level = 3 AND gap = 0 AND source_sel > 0 AND purpose_sel > 0
)
SELECT month, source, purpose, sum(COALESCE(u.volume_l, 0) - COALESCE(f.volume_l, 0))
FROM units u
FULL JOIN figures f USING (code, month, source, purpose)
WHERE COALESCE(u.volume_l, 0) <> COALESCE(f.volume_l, 0)
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
"""


def test_every_month_source_and_purpose_holds_every_litre(city: City) -> None:
    recorded = city.sql(
        "SELECT month, source, purpose, sum(volume_l) FROM layers_usagerecord GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    held = city.sql(
        "SELECT month, source, purpose, sum(volume_l) FROM layers_gridusage WHERE size = 500 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    assert held == recorded
    assert len({row[0] for row in recorded}) == 12


def test_townships_differ_from_the_statistics_by_what_those_know_by_district_only(city: City) -> None:
    """Urban plants serve a district: the sums count their water there, the grid where their areas are."""
    by_district = city.sql(
        "SELECT u.month, u.source, u.purpose, sum(u.volume_l) FROM layers_usagerecord u"
        " JOIN layers_supplyfacility f ON f.id = u.facility_id WHERE f.kind = ANY(%s)"
        " GROUP BY 1, 2, 3 HAVING sum(u.volume_l) <> 0 ORDER BY 1, 2, 3",
        [BY_DISTRICT],
    )
    assert by_district
    assert city.sql(DIFFERENCES) == by_district
