"""What drf-spectacular is told of the views of figures: parameters and answers, built from the registry and vocabularies."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
)

from layers.compare import COMPARED, DIRECTIONS, GRIDS
from layers.feeds.described import (
    ACCESS,
    AREA_PARAM,
    BOUNDARIES_PARAM,
    CLASSES,
    COUNT,
    COUNTED,
    DAY,
    DIVISIONS,
    FORMER,
    LEVEL,
    LITRES,
    METHOD,
    NOTES,
    NUMBER_OR_NULL,
    PARENT,
    PER,
    PERIOD,
    PROVISIONAL,
    REDRAWN,
    SELECTION,
    STANDING,
    SYNTHETIC,
    VERSUS_PARAM,
    Described,
    answer,
    path,
    query,
)
from layers.stats import measures
from layers.stats.answer import MEASURES
from layers.stats.cells import MEASURES as CELL_MEASURES
from layers.stats.series import PARTS

MEASURE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "zh": {"type": "string"},
        "en": {"type": "string"},
        "unit": {"type": "string"},
        "of_cells": {"type": "boolean", "description": "Whether cells of the grid have it too"},
        "of_month": {"type": "boolean", "description": "Whether it is of single months alone"},
        "why_not": {"type": "object", "nullable": True, "description": "Why nothing can be told by it yet, in words"},
    },
}
META: Described = {
    "operation_id": "meta",
    "responses": answer(
        "What there is to see",
        access=ACCESS,
        measures={"type": "array", "items": MEASURE},
        layers={"type": "array", "items": {"type": "object"}},
        tables={"type": "array", "items": {"type": "object"}},
    ),
}
LAYERS: Described = {
    "operation_id": "layers",
    "responses": answer("Layers", layers={"type": "array", "items": {"type": "object"}}),
}
ROW: dict[str, Any] = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "name": {"type": "string"},
        "volume_l": LITRES,
        "share": NUMBER_OR_NULL,
        "area_km2": {"type": "number"},
        "residents": COUNT,
        "residents_day": DAY,
        "households": COUNT,
        "households_day": DAY,
        **{
            measure.field: {**NUMBER_OR_NULL, "description": f"{measure.en}, {measure.unit}"}
            for measure in measures.DIVIDED
        },
        "previous_l": LITRES,
        "change": NUMBER_OR_NULL,
        "standing": STANDING,
        "provisional": PROVISIONAL,
    },
}
STATS: Described = {
    "operation_id": "stats",
    "parameters": [
        LEVEL,
        PARENT,
        query("period", PERIOD, required=True),
        *SELECTION,
        VERSUS_PARAM,
        query(
            "measure",
            "What the classes are of; percentile is of single months, and gives each row its standing",
            enum=list(MEASURES),
        ),
        METHOD,
        CLASSES,
        BOUNDARIES_PARAM,
    ],
    "responses": answer(
        "rows + gaps = total, to the litre",
        synthetic=SYNTHETIC,
        level={"type": "string"},
        boundaries=DIVISIONS,
        redrawn=REDRAWN,
        former=FORMER,
        provisional=PROVISIONAL,
        provisional_notes={"type": "array", "items": {"type": "string"}},
        total_l=LITRES,
        notes=NOTES,
        rows={"type": "array", "items": ROW},
        gaps={"type": "array", "items": {"type": "object"}},
        classes={"type": "object"},
    ),
}
SERIES: Described = {
    "operation_id": "series",
    "parameters": [
        LEVEL,
        PARENT,
        query("period", f"All months unless told. {PERIOD}"),
        *SELECTION,
        METHOD,
        CLASSES,
        query(
            "part",
            "All of it unless told, or without the figures: the classes, or the regions' names",
            enum=list(PARTS),
        ),
        BOUNDARIES_PARAM,
    ],
    "responses": answer(
        "Litres by region and month",
        synthetic=SYNTHETIC,
        boundaries=DIVISIONS,
        optional={
            "months": {"type": "array", "items": {"type": "string"}},
            "codes": {"type": "array", "items": {"type": "string"}},
            "names": {"type": "array", "items": {"type": "string"}},
            "provisional": {
                "type": "array",
                "description": "Months that the authority calls provisional, with the codes of the divisions that it says so of (null:"
                " of all) and what it says",
                "items": {
                    "type": "object",
                    "properties": {
                        "month": {"type": "string"},
                        "regions": {"type": "array", "nullable": True, "items": {"type": "string"}},
                        "note": {"type": "string"},
                    },
                },
            },
            "population": {
                "type": "object",
                "description": "Residents and households: the days of which there are counts, and by day the number of each region and"
                " of what they are parts of",
            },
            "volume_l": {"type": "array", "items": {"type": "array", "items": LITRES}},
            "gaps": {"type": "object"},
            "total_l": {"type": "array", "items": LITRES},
            "classes": {"type": "object"},
            "notes": NOTES,
        },
    ),
}
CELLS: Described = {
    "operation_id": "stats_cells",
    "parameters": [
        query("level", "A grid layer that is built", enum=list(GRIDS)),
        query("period", PERIOD, required=True),
        *SELECTION,
        query("measure", "What the classes are of", enum=list(CELL_MEASURES)),
        METHOD,
        CLASSES,
        BOUNDARIES_PARAM,
    ],
    "responses": answer(
        "recorded = assigned + unassigned + outside, to the litre, in sum and month by month",
        synthetic=SYNTHETIC,
        level={"type": "string"},
        boundaries=DIVISIONS,
        provisional=PROVISIONAL,
        recorded_l=LITRES,
        assigned_l=LITRES,
        unassigned_l=LITRES,
        outside_l=LITRES,
        share_by_area=NUMBER_OR_NULL,
        months={"type": "array", "items": {"type": "object"}},
        classes={"type": "object"},
    ),
}
COMPARE: Described = {
    "operation_id": "stats_compare",
    "parameters": [
        query("level", "District unless told otherwise", enum=list(COMPARED)),
        query("period", PERIOD, required=True),
        query(
            "versus",
            "The period to compare with, of as many months; the months that both have are compared, and named in the answer",
            required=True,
        ),
        query(
            "region",
            "Only features inside this division or reporting unit (its code; reporting_unit/CODE where a district has it too)",
        ),
        *SELECTION,
        query("direction", "Which movers are listed: those that used more, or less", enum=list(DIRECTIONS)),
        OpenApiParameter("limit", OpenApiTypes.INT, description="1..1000 movers a page, 20 unless told"),
        OpenApiParameter("offset", OpenApiTypes.INT, description="Movers to leave out"),
        BOUNDARIES_PARAM,
    ],
    "responses": answer(
        "Two periods feature by feature: diverging classes around 0, and the largest movers",
        synthetic=SYNTHETIC,
        level={"type": "string"},
        boundaries=DIVISIONS,
        provisional=PROVISIONAL,
        features={"type": "integer"},
        placed={"type": "object"},
        classes={"type": "object"},
        count={"type": "integer"},
        movers={"type": "array", "items": {"type": "object"}},
    ),
}
REGION: Described = {
    "operation_id": "region",
    "parameters": [
        path("code", "Code of a division or reporting unit; one that both share means the division"),
        query("level", "The reporting unit of that code", enum=["reporting_unit"]),
        query("period", PERIOD),
        VERSUS_PARAM,
        *SELECTION,
        BOUNDARIES_PARAM,
    ],
    "responses": answer(
        "One region",
        synthetic=SYNTHETIC,
        boundaries=DIVISIONS,
        redrawn=REDRAWN,
        code={"type": "string"},
        name={"type": "string"},
        volume_l=LITRES,
        population={"type": "object", "properties": {"residents": COUNTED, "households": COUNTED}},
        standing=STANDING,
        former=FORMER,
        provisional=PROVISIONAL,
        provisional_notes={"type": "array", "items": {"type": "string"}},
        notes=NOTES,
        provisional_months={**PROVISIONAL, "description": "The provisional ones among the months of its chart"},
        children={"type": "array", "items": ROW},
        optional={measure.field: NUMBER_OR_NULL for measure in measures.DIVIDED},
        facilities={"type": "array", "items": {"type": "object"}},
    ),
}
COMPARED_AREA: dict[str, Any] = {
    "type": "object",
    "description": "The same area before, like with like; nulls where there is nothing like it",
    "properties": {
        "period": {"type": "string", "nullable": True},
        "compared": {"type": "string", "nullable": True},
        "volume_l": LITRES,
        "difference_l": LITRES,
        "change": NUMBER_OR_NULL,
    },
}
AREA: Described = {
    "operation_id": "stats_area",
    "parameters": [
        query("area", AREA_PARAM, required=True),
        query("period", f"The last year that has data unless told. {PERIOD}"),
        *SELECTION,
        BOUNDARIES_PARAM,
    ],
    "responses": answer(
        "in the area + elsewhere + unassigned + outside = recorded, to the litre. Regions are summed from their own figures; a drawn"
        " shape from the cells of the grid whose middle lies in it, with the litres of those that its line cuts",
        synthetic=SYNTHETIC,
        area={"type": "object"},
        boundaries=DIVISIONS,
        redrawn=REDRAWN,
        volume_l=LITRES,
        share_of_city=NUMBER_OR_NULL,
        m3_per_km2=NUMBER_OR_NULL,
        previous=COMPARED_AREA,
        year=COMPARED_AREA,
        by_source={"type": "array", "items": {"type": "object"}},
        by_purpose={"type": "array", "items": {"type": "object"}},
        months={"type": "array", "items": {"type": "string"}},
        volume_by_month_l={"type": "array", "items": LITRES},
        by_source_month={"type": "array", "items": {"type": "object"}},
        provisional=PROVISIONAL,
        provisional_notes={"type": "array", "items": {"type": "string"}},
        provisional_months={**PROVISIONAL, "description": "The provisional ones among the months of its chart"},
        balance={
            "type": "object",
            "properties": {f"{part}_l": LITRES for part in ("area", "elsewhere", "unassigned", "outside", "recorded")},
        },
        rule={"type": "object"},
        parts={"type": "array", "items": {"type": "object"}},
        meets={"type": "array", "items": {"type": "object"}},
        facilities={"type": "array", "items": {"type": "object"}},
    ),
}
EDITIONS: Described = {
    "operation_id": "divisions",
    "responses": answer(
        "Every edition of the divisions but the first, the newest first, with what it changed of the one before",
        synthetic=SYNTHETIC,
        changes={"type": "array", "items": {"type": "object"}},
    ),
}
EXPLAIN: Described = {
    "operation_id": "explain",
    "parameters": [
        query("unit", "Code of a grid unit, or unassigned or outside"),
        query("region", "Code of a division or reporting unit; one of unit and region is needed"),
        query("level", "The reporting unit of that code", enum=["reporting_unit"]),
        query("period", PERIOD, required=True),
        *SELECTION,
        OpenApiParameter("size", OpenApiTypes.INT, description="Grid size of unassigned and outside: 500 unless told"),
        OpenApiParameter("limit", OpenApiTypes.INT, description="1..1000 parts a page, 100 unless told"),
        OpenApiParameter("offset", OpenApiTypes.INT, description="Parts to leave out"),
        BOUNDARIES_PARAM,
    ],
    "responses": answer(
        "What a figure is made of; the parts of all pages add up to it. Places that may not be seen are summed, with count;"
        " null and no parts where nothing is recorded",
        synthetic=SYNTHETIC,
        volume_l=LITRES,
        parts_l=LITRES,
        missing={"type": "array", "items": {"type": "string"}},
        provisional=PROVISIONAL,
        count={"type": "integer"},
        parts={"type": "array", "items": {"type": "object"}},
        optional={"per": {"type": "array", "items": PER}},
    ),
}
