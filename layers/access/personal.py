"""WHAT is personal, as data beside the registry: whole datasets, and single fields of the others, each with its reason.

Every text of a dataset is in one of the three tables (tests/unit/test_personal.py walks them), so that no new one is
published without somebody having asked whose it is. Texts are what a register writes freely, codes of other objects and
links to them; terms, amounts, dates and division codes name nobody.
"""

from __future__ import annotations

from collections.abc import Mapping

TEXTS = ("text", "code", "links")  # the kinds of field that can name somebody

# Datasets whose every row is somebody's.
DATASETS: Mapping[str, str] = {
    "water_user": "a household, a shop, a firm: with its name, its place and what it uses water for",
    "meter": "stands at somebody's home or works; its code is on that person's bill",
    "usage": "records by meter tell a household's months, and one table holds them with the others",
}

# Fields that are not told while their rows are; ``dataset.field``, or ``layer.field`` where only that layer's are.
FIELDS: Mapping[str, str] = {
    "permit.holder_code": "leads to the holder in every other register",
    "permit.holder_name": "a person or an enterprise",
    "well.name": "written freely in registers, often as the owner's name",
    "surface_intake.name": "written freely in registers, often as the name of the enterprise that takes the water",
    "self_built.name": "an enterprise's or a person's own supply, named as its owner is",
    "supply_area.name": "the area of a self-built supply is named as its owner is",
    "sewage_plant.operator": "an enterprise; of a village station often a villager",
}

# Texts that may be told, and why.
PUBLIC: Mapping[str, str] = {
    "reporting_unit.code": "an authority",
    "reporting_unit.name": "an authority",
    "region.code": "a division",
    "region.name": "a division",
    "region.reporting_unit": "an authority",
    "region.boundary_source": "a publication or a survey",
    "permit.code": "a permit's number: permits are announced by it",
    "well.code": "the authority's number of a work in the ground",
    "well.permits": "numbers of permits",
    "surface_intake.code": "the authority's number of a work on a water body",
    "surface_intake.water_body": "a river, a lake, a canal",
    "surface_intake.permits": "numbers of permits",
    "facility.code": "the authority's number of a supply facility",
    "facility.name": "a public supply and who is bound to supply; of self-built ones see FIELDS",
    "supply_area.code": "the authority's number of an area",
    "supply_area.facility": "the number of its supply facility",
    "sewage_plant.code": "the authority's number of a public facility",
    "sewage_plant.name": "a public facility",
    "grid.code": "a square of the map",
    "grid.township_name": "a division",
}
