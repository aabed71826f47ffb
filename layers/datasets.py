"""The datasets: every table that files are imported into, with its fields. Data, not behaviour.

The module names models by label and imports none, so that it can be read before Django is set up.
"""

from __future__ import annotations

from layers import vocab
from layers.errors import NotFound
from layers.fields import GRIDDED, SUMS, Dataset, Field

CODE = Field("code", "编码", "Code", required=True, tile=True, filter=True, aliases=("水务码", "id"))
NAME = Field("name", "名称", "Name", tile=True, filter=True)
NAME_REQUIRED = Field("name", "名称", "Name", required=True, tile=True, filter=True)
DECLARED = Field(
    "region",
    "登记所在区划",
    "Declared region",
    "region",
    path="declared_region__code",
    required=True,
    aliases=("所在区", "区划代码", "所在社区（村庄）"),
)
DECLARED_OPTIONAL = Field(
    "region",
    "登记所在区划",
    "Declared region",
    "region",
    path="declared_region__code",
    aliases=("所在区", "区划代码"),
)
FOUND = Field("found_region", "位置所在区划", "Found region", "region", path="found_region__code", imported=False)
POSITION = Field(
    "position_quality",
    "位置质量",
    "Position quality",
    "term",
    vocab=vocab.POSITION_QUALITY,
    tile=True,
    filter=True,
)
STATUS = Field("status", "状态", "Status", "term", vocab=vocab.STATUS, filter=True)
PERMITS = Field("permits", "取水许可", "Permits", "links", refers_to="permit", aliases=("许可证编号",))
WELLS = Field("wells", "机井", "Wells", "links", refers_to="well", aliases=("水井编号",))
SOURCE = Field("source", "水源类型", "Source", "term", vocab=vocab.SOURCE, required=True, tile=True, filter=True)
PURPOSE = Field("purpose", "取水用途", "Purpose", "term", vocab=vocab.PURPOSE, required=True, tile=True, filter=True)
# Litres as people read and write them: of usage, and in forms of everything that is kept in litres.
VOLUME = Field(
    "volume_m3", "水量", "Volume", "number", path="volume_l", unit="m³", per_unit=1000, aliases=("本月用水量", "用水量")
)


def _placed(*fields: Field, name: Field = NAME, declared: Field = DECLARED) -> tuple[Field, ...]:
    """The fields of a dataset of points: identity first, then its own, then where it is said and found to be."""
    return (CODE, name, *fields, declared, FOUND, POSITION)


REPORTING_UNIT = Dataset(
    "reporting_unit",
    "填报单位",
    "Reporting units",
    "layers.ReportingUnit",
    "none",
    (CODE, NAME_REQUIRED),
    makes_different=(SUMS,),
)
REGION = Dataset(
    "region",
    "行政区划",
    "Regions",
    "layers.Boundary",
    "polygon",
    (
        Field(
            "code", "区划代码", "Code", path="region__code", required=True, tile=True, filter=True, aliases=("编码",)
        ),
        Field("name", "名称", "Name", path="region__name", required=True, tile=True, filter=True),
        Field("level", "级别", "Level", "term", path="region__level", vocab=vocab.LEVEL, required=True),
        Field("parent", "上级", "Parent", "region", path="region__parent__code", aliases=("parent_code", "上级代码")),
        Field(
            "reporting_unit",
            "填报单位",
            "Reporting unit",
            "code",
            path="region__reporting_unit__code",
            refers_to="reporting_unit",
        ),
        Field("area_m2", "面积", "Area", "number", unit="m²", imported=False, tile=True),
        Field("boundary_source", "边界来源", "Boundary source", path="source"),
        Field(
            "boundary_quality",
            "边界质量",
            "Boundary quality",
            "term",
            path="quality",
            vocab=vocab.BOUNDARY_QUALITY,
            tile=True,
            filter=True,
        ),
    ),
    counted="region",
    makes_different=(SUMS, GRIDDED, "grid"),  # and what is looked up in its outlines: see `dependencies`
)
PERMIT = Dataset(
    "permit",
    "取水许可",
    "Abstraction permits",
    "layers.AbstractionPermit",
    "none",
    (
        CODE,
        Field("holder_code", "取水户编码", "Holder code", "code", path="holder__code"),
        Field("holder_name", "取水户", "Holder", path="holder__name", aliases=("取水户名称",)),
        Field(
            "permitted_m3_per_year",
            "年许可水量",
            "Permitted volume",
            "number",
            path="permitted_l_per_year",
            unit="m³",
            per_unit=1000,
        ),
        Field("valid_from", "有效期起", "Valid from", "date"),
        Field("valid_to", "有效期止", "Valid to", "date"),
        DECLARED_OPTIONAL,
    ),
)
WELL = Dataset(
    "well",
    "机井",
    "Wells",
    "layers.Well",
    "point",
    _placed(
        Field(
            "use",
            "用途",
            "Use",
            "term",
            vocab=vocab.WELL_USE,
            required=True,
            tile=True,
            filter=True,
            aliases=("机井用途", "主要取水用途"),
        ),
        Field(
            "metering",
            "计量方式",
            "Metering",
            "term",
            vocab=vocab.METERING,
            required=True,
            tile=True,
            filter=True,
            aliases=("计量",),
        ),
        Field("depth_m", "井深", "Depth", "number", unit="m", filter=True),
        Field("year_built", "成井年份", "Year built", "integer", filter=True, aliases=("成井时间",)),
        STATUS,
        PERMITS,
    ),
)
SURFACE_INTAKE = Dataset(
    "surface_intake",
    "地表取水口",
    "Surface intakes",
    "layers.SurfaceIntake",
    "point",
    _placed(Field("water_body", "水体", "Water body", tile=True, filter=True), PERMITS, name=NAME_REQUIRED),
)
FACILITY = Dataset(
    "facility",
    "供水设施",
    "Supply facilities",
    "layers.SupplyFacility",
    "point",
    _placed(
        Field("kind", "类型", "Kind", "term", vocab=vocab.FACILITY_KIND, required=True, tile=True, filter=True),
        Field("managed_by", "管理主体", "Managed by", "term", vocab=vocab.MANAGER, filter=True),
        STATUS,
        Field("capacity_m3_d", "供水能力", "Capacity", "integer", unit="m³/d", tile=True, filter=True),
        name=NAME_REQUIRED,
    ),
    makes_different=(SUMS, GRIDDED),
)
SUPPLY_AREA = Dataset(
    "supply_area",
    "供水范围",
    "Supply areas",
    "layers.SupplyArea",
    "polygon",
    (
        CODE,
        NAME,
        Field(
            "facility",
            "供水设施",
            "Facility",
            "code",
            path="facility__code",
            refers_to="facility",
            required=True,
            tile=True,
            filter=True,
        ),
        Field(
            "facility_kind",
            "设施类型",
            "Facility kind",
            "term",
            path="facility__kind",
            vocab=vocab.FACILITY_KIND,
            imported=False,
            tile=True,
            filter=True,
        ),
        Field("area_m2", "面积", "Area", "number", unit="m²", imported=False),
        Field(
            "boundary_quality",
            "边界质量",
            "Boundary quality",
            "term",
            vocab=vocab.BOUNDARY_QUALITY,
            tile=True,
            filter=True,
        ),
    ),
    counted="facility__counted_region",
    makes_different=(GRIDDED,),
)
SEWAGE_PLANT = Dataset(
    "sewage_plant",
    "污水处理设施",
    "Sewage plants",
    "layers.SewagePlant",
    "point",
    _placed(
        Field("kind", "类型", "Kind", "term", vocab=vocab.SEWAGE_KIND, required=True, tile=True, filter=True),
        Field("operator", "运营单位", "Operator", filter=True),
        Field("capacity_m3_d", "处理能力", "Capacity", "integer", unit="m³/d", tile=True, filter=True),
        name=NAME_REQUIRED,
        declared=DECLARED_OPTIONAL,
    ),
)
WATER_USER = Dataset(
    "water_user",
    "用水户",
    "Water users",
    "layers.WaterUser",
    "point",
    _placed(
        SOURCE,
        Field("industry", "国标行业", "Industry (GB/T 4754)", filter=True),
        PERMITS,
        WELLS,
        name=NAME_REQUIRED,
    ),
    makes_different=("meter",),  # those without a position count at their user's
)
METER = Dataset(
    "meter",
    "水表",
    "Meters",
    "layers.Meter",
    "point",
    _placed(
        Field("system", "所属系统", "System", "term", vocab=vocab.METER_SYSTEM, required=True, filter=True),
        SOURCE,
        PURPOSE,
        Field("users", "用水户", "Users", "links", refers_to="water_user"),
        WELLS,
    ),
    makes_different=(SUMS, GRIDDED),
)
USAGE = Dataset(
    "usage",
    "用水记录",
    "Usage records",
    "layers.UsageRecord",
    "none",
    (
        Field("month", "月份", "Month", "date", required=True, filter=True, aliases=("用水时段",)),
        Field(
            "meter",
            "水表",
            "Meter",
            "code",
            path="meter__code",
            refers_to="meter",
            filter=True,
            aliases=("水表计算机编码", "表号"),
        ),
        Field("facility", "供水设施", "Facility", "code", path="facility__code", refers_to="facility", filter=True),
        Field("region", "区划", "Region", "region", path="region__code"),
        Field("source", "水源类型", "Source", "term", vocab=vocab.SOURCE, required=True, filter=True),
        Field("purpose", "取水用途", "Purpose", "term", vocab=vocab.PURPOSE, required=True, filter=True),
        Field("correction_no", "更正次序", "Correction no.", "integer"),
        Field("volume_l", "水量(升)", "Volume (litres)", "integer", unit="L"),
        VOLUME,
    ),
    makes_different=(SUMS, GRIDDED),
)

# Derived: cut and summed here, never read from a file. Its version rises with every month that is assigned again.
GRID = Dataset(
    "grid",
    "街道级网格",
    "Street-level grid",
    "layers.GridUnit",
    "polygon",
    (
        Field("code", "编码", "Code", imported=False, tile=True, filter=True, capitals=True),
        Field("township", "街道(乡镇)", "Township", "region", path="region__code", imported=False, filter=True),
        Field("township_name", "街道(乡镇)名称", "Township name", path="region__name", imported=False, tile=True),
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

# In the order in which they can be loaded: each refers only to those before it.
DATASETS: tuple[Dataset, ...] = (
    REPORTING_UNIT,
    REGION,
    PERMIT,
    WELL,
    SURFACE_INTAKE,
    FACILITY,
    SUPPLY_AREA,
    SEWAGE_PLANT,
    WATER_USER,
    METER,
    USAGE,
)
DERIVED: tuple[Dataset, ...] = (GRID,)


_DATASETS = {dataset.name: dataset for dataset in DATASETS}


def dataset(name: str) -> Dataset:
    """The dataset of that name; `NotFound` names those there are."""
    try:
        return _DATASETS[name]
    except KeyError:
        raise NotFound(f"There is no dataset {name!r}.", param="dataset", allowed=[d.name for d in DATASETS]) from None
