"""Datasets that no file brings: made from the others, versioned like them. Data, not behaviour."""

from __future__ import annotations

from layers import vocab
from layers.fields import Dataset, Field
from layers.quality import RULE
from layers.shared import OF_PERMITS

GRID = Dataset(
    "grid",
    "街道级网格",
    "Street-level grid",
    "layers.GridUnit",
    "polygon",
    (
        Field(
            "code", "编码", "Code", imported=False, tile=True, filter=True, capitals=True, public="a square of the map"
        ),
        Field("township", "街道(乡镇)", "Township", "region", path="region__code", imported=False, filter=True),
        Field("township_name", "街道(乡镇)名称", "Township name", path="region__name", imported=False, tile=True).told(
            "a division"
        ),
        Field("area_m2", "面积", "Area", "number", unit="m²", imported=False, tile=True),
        Field(
            "boundary_quality",
            "边界质量",
            "Boundary quality",
            "term",
            path="boundary__quality",
            vocab=vocab.BOUNDARY_QUALITY,
            imported=False,
            filter=True,
        ),
    ),
    counted="region",
    finest=vocab.TOWNSHIP,
    builds="layers.GridBuild",
)

# Holders come with the permits that name them (see `layers.ingest.holders`).
HOLDER = Dataset(
    "holder",
    "取水户",
    "Abstraction holders",
    "layers.AbstractionHolder",
    "none",
    (
        Field("code", "编码", "Code", imported=False, filter=True, aliases=("水务码",)),
        Field("name", "名称", "Name", imported=False, filter=True),
    ),
    reached=tuple(f"permits__{path}" for path in OF_PERMITS),
    personal="a person or an enterprise, with all that it may take",
    search_order=7,
    litres_of="its_permits",
)

# What rules find wrong with the others' rows (`layers.findings`).
FINDING = Dataset(
    "finding",
    "数据问题",
    "Findings",
    "layers.Finding",
    "point",
    (
        Field(
            "code", "编号", "Code", imported=False, tile=True, filter=True, capitals=True, public="a number made here"
        ),
        Field("name", "对象", "Objects", imported=False, tile=True).told("codes of objects, told to who sees them"),
        Field("rule", "规则", "Rule", "term", vocab=RULE, imported=False, tile=True, filter=True),
        Field("severity", "严重程度", "Severity", "term", vocab=vocab.SEVERITY, imported=False, tile=True, filter=True),
        Field("state", "状态", "State", "term", vocab=vocab.FINDING_STATE, imported=False, tile=True, filter=True),
        Field("dataset", "数据集", "Dataset", imported=False, filter=True, public="which register it is in"),
        Field("region", "所在区划", "Division", "region", path="region__code", imported=False, filter=True),
        Field(
            "position_quality",
            "位置质量",
            "Position quality",
            "term",
            vocab=vocab.POSITION_QUALITY,
            imported=False,
            tile=True,
            filter=True,
        ),
    ),
    counted="region",
    search_order=90,
    search_names=False,
)

# In the order in which they can be loaded: each refers only to those before it.

DERIVED: tuple[Dataset, ...] = (GRID, HOLDER, FINDING)
