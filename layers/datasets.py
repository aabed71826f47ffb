"""The datasets: every table that files are imported into, with its fields. Data, not behaviour.

The module names models by label and imports none, so that it can be read before Django is set up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from layers import vocab
from layers.errors import NotFound
from layers.fields import GRIDDED, NOWHERE, SUMS, Dataset, Field, Leap
from layers.ground import UNDERNEATH
from layers.more import more
from layers.shared import (
    CAPACITY,
    CODE,
    DECLARED_OPTIONAL,
    MOST_LITRES,
    NAME,
    NAME_REQUIRED,
    OF_PERMITS,
    PERMITS,
    PURPOSE,
    SOURCE,
    STANDS_SINCE,
    STATUS,
    UNUSUAL_LITRES,
    VOLUME,
    WELLS,
    placed,
)

REPORTING_UNIT = Dataset(
    "reporting_unit",
    "填报单位",
    "Reporting units",
    "layers.ReportingUnit",
    "none",
    (CODE.told("an authority"), NAME_REQUIRED.told("an authority")),
    counted=NOWHERE,
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
            "code",
            "区划代码",
            "Code",
            path="region__code",
            required=True,
            tile=True,
            filter=True,
            aliases=("编码",),
            public="a division",
        ),
        Field("name", "名称", "Name", path="region__name", required=True, tile=True, filter=True, public="a division"),
        Field("level", "级别", "Level", "term", path="region__level", vocab=vocab.LEVEL, required=True),
        Field("parent", "上级", "Parent", "region", path="region__parent__code", aliases=("parent_code", "上级代码")),
        Field(
            "reporting_unit",
            "填报单位",
            "Reporting unit",
            "code",
            path="region__reporting_unit__code",
            refers_to="reporting_unit",
            public="an authority",
        ),
        Field("area_m2", "面积", "Area", "number", unit="m²", imported=False, tile=True),
        Field("boundary_source", "边界来源", "Boundary source", path="source", public="a publication or a survey"),
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
POPULATION = Dataset(
    "population",
    "人口与户数",
    "Population",
    "layers.Population",
    "none",
    (
        Field(
            "region",
            "区划",
            "Region",
            "region",
            path="region__code",
            required=True,
            aliases=("区划代码", "区划名称", "地区"),
        ),
        Field(
            "day",
            "截至日期",
            "Counted on",
            "date",
            required=True,
            aliases=("日期", "时点", "普查时点", "统计日期"),
        ),
        Field(
            "residents",
            "常住人口",
            "Residents",
            "integer",
            unit="persons",
            low=0,
            high=1e8,
            unusual=5e7,
            aliases=("人口", "常住人口数", "人口数"),
        ),
        Field(
            "households",
            "户数",
            "Households",
            "integer",
            unit="households",
            low=0,
            high=1e8,
            unusual=2e7,
            aliases=("家庭户数",),
        ),
        Field("source", "出处", "Source", aliases=("来源", "资料来源"), public="a census or a yearbook"),
    ),
    counted="region",
)
PROVISIONAL = Dataset(
    "provisional",
    "暂定月份",
    "Provisional months",
    "layers.ProvisionalMonth",
    "none",
    (
        Field("month", "月份", "Month", "date", required=True, aliases=("暂定月份", "月", "年月", "统计月份")),
        Field("region", "区划", "Region", "region", path="region__code", aliases=("区划代码", "区划名称", "地区")),
        Field(
            "reporting_unit",
            "填报单位",
            "Reporting unit",
            "code",
            path="reporting_unit__code",
            refers_to="reporting_unit",
            public="an authority",
        ),
        Field("note", "说明", "Note", aliases=("备注",), public="a word of the authority on its figures"),
    ),
    counted="region",
)
PERMIT = Dataset(
    "permit",
    "取水许可",
    "Abstraction permits",
    "layers.AbstractionPermit",
    "none",
    (
        CODE.told("a permit's number: permits are announced by it"),
        Field("holder_code", "取水户编码", "Holder code", "code", path="holder__code").kept_back(
            "leads to the holder in every other register"
        ),
        Field("holder_name", "取水户", "Holder", path="holder__name", aliases=("取水户名称",)).kept_back(
            "a person or an enterprise"
        ),
        Field(
            "permitted_m3_per_year",
            "年许可水量",
            "Permitted volume",
            "number",
            path="permitted_l_per_year",
            unit="m³",
            per_unit=1000,
            low=0,
            high=1e12,
            unusual=1e9,
        ),
        Field("valid_from", "有效期起", "Valid from", "date"),
        Field("valid_to", "有效期止", "Valid to", "date"),
        DECLARED_OPTIONAL,
    ),
    reached=OF_PERMITS,
    search_order=8,
    litres_of="its_permits",
    makes_different=("holder",),  # they come with the permits that name them
)
WELL = Dataset(
    "well",
    "机井",
    "Wells",
    "layers.Well",
    "point",
    placed(
        CODE.told("the authority's number of a work in the ground"),
        NAME.kept_back("written freely in registers, often as the owner's name"),
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
        Field("depth_m", "井深", "Depth", "number", unit="m", filter=True, low=0.01, high=10_000, unusual=5_000),
        Field(
            "year_built",
            "成井年份",
            "Year built",
            "integer",
            filter=True,
            aliases=("成井时间",),
            low=1800,
            high=date.today().year + 1,
        ),
        STATUS,
        PERMITS,
    ),
    search_order=4,
    search_names=False,
    litres_of="its_meters",
)
SURFACE_INTAKE = Dataset(
    "surface_intake",
    "地表取水口",
    "Surface intakes",
    "layers.SurfaceIntake",
    "point",
    placed(
        CODE.told("the authority's number of a work on a water body"),
        NAME_REQUIRED.kept_back(
            "written freely in registers, often as the name of the enterprise that takes the water"
        ),
        Field("water_body", "水体", "Water body", tile=True, filter=True, public="a river, a lake, a canal"),
        PERMITS,
    ),
    search_order=3,
    spelt=True,
)
FACILITY = Dataset(
    "facility",
    "供水设施",
    "Supply facilities",
    "layers.SupplyFacility",
    "point",
    (
        *placed(
            CODE.told("the authority's number of a supply facility"),
            NAME_REQUIRED.told("a public supply and who is bound to supply; of self-built ones see their layer"),
            Field("kind", "类型", "Kind", "term", vocab=vocab.FACILITY_KIND, required=True, tile=True, filter=True),
            Field("managed_by", "管理主体", "Managed by", "term", vocab=vocab.MANAGER, filter=True),
            STATUS,
            replace(CAPACITY, zh="供水能力"),
        ),
        STANDS_SINCE,
    ),
    search_order=1,
    spelt=True,
    litres_of="facility",
    makes_different=(SUMS, GRIDDED),
)
SUPPLY_AREA = Dataset(
    "supply_area",
    "供水范围",
    "Supply areas",
    "layers.SupplyArea",
    "polygon",
    (
        CODE.told("the authority's number of an area"),
        NAME.kept_back("the area of a self-built supply is named as its owner is"),
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
            public="the number of its supply facility",
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
    placed(
        CODE.told("the authority's number of a public facility"),
        NAME_REQUIRED.told("a public facility"),
        Field("kind", "类型", "Kind", "term", vocab=vocab.SEWAGE_KIND, required=True, tile=True, filter=True),
        Field("operator", "运营单位", "Operator", filter=True).kept_back(
            "an enterprise; of a village station often a villager"
        ),
        replace(CAPACITY, zh="处理能力"),
        declared=DECLARED_OPTIONAL,
    ),
    search_order=2,
    spelt=True,
)
WATER_USER = Dataset(
    "water_user",
    "用水户",
    "Water users",
    "layers.WaterUser",
    "point",
    placed(
        CODE,
        NAME_REQUIRED,
        SOURCE,
        Field("industry", "国标行业", "Industry (GB/T 4754)", filter=True),
        PERMITS,
        WELLS,
    ),
    personal="a household, a shop, a firm: with its name, its place and what it uses water for",
    search_order=5,
    litres_of="its_meters",
    makes_different=("meter",),  # those without a position count at their user's
)
METER = Dataset(
    "meter",
    "水表",
    "Meters",
    "layers.Meter",
    "point",
    (
        *placed(
            CODE,
            NAME,
            Field("system", "所属系统", "System", "term", vocab=vocab.METER_SYSTEM, required=True, filter=True),
            SOURCE,
            PURPOSE,
            Field("users", "用水户", "Users", "links", refers_to="water_user"),
            WELLS,
        ),
        STANDS_SINCE,
    ),
    personal="stands at somebody's home or works; its code is on that person's bill",
    search_order=6,
    search_names=False,
    litres_of="meter",
    makes_different=(SUMS, GRIDDED),
)
USAGE = Dataset(
    "usage",
    "用水记录",
    "Usage records",
    "layers.UsageRecord",
    "none",
    (
        Field(
            "month",
            "月份",
            "Month",
            "date",
            required=True,
            filter=True,
            aliases=("用水时段", "月", "年月", "统计月份", "所属月份"),
        ),
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
        Field("correction_no", "更正次序", "Correction no.", "integer", low=0, high=32767),
        Field(
            "volume_l",
            "水量(升)",
            "Volume (litres)",
            "integer",
            unit="L",
            low=-MOST_LITRES,
            high=MOST_LITRES,
            unusual=UNUSUAL_LITRES,
        ),
        VOLUME,
    ),
    # A unit mistaken by a thousand or by ten thousand; small users do begin and end. A division's months are those of many.
    object_leap=Leap(times=100, least=10**8),
    region_leap=Leap(times=10, least=10**8, months=3),
    reached=("meter__counted_region", "facility__counted_region", "region"),
    personal="records by meter tell a household's months, and one table holds them with the others",
    makes_different=(SUMS, GRIDDED),
)

# Derived: cut and summed here, never read from a file. Its version rises with every month that is assigned again.
DATASETS: tuple[Dataset, ...] = (
    REPORTING_UNIT,
    REGION,
    POPULATION,
    PROVISIONAL,
    PERMIT,
    WELL,
    SURFACE_INTAKE,
    FACILITY,
    SUPPLY_AREA,
    SEWAGE_PLANT,
    WATER_USER,
    METER,
    USAGE,
    *UNDERNEATH,
    *more("DATASETS"),
)
_DATASETS = {dataset.name: dataset for dataset in DATASETS}


def dataset(name: str) -> Dataset:
    """The dataset of that name; `NotFound` names those there are."""
    try:
        return _DATASETS[name]
    except KeyError:
        raise NotFound(f"There is no dataset {name!r}.", param="dataset", allowed=[d.name for d in DATASETS]) from None
