"""The closed vocabularies of the domain: one table for storage, API, import and interface.

A term is stored as a small integer, spoken as a slug in URLs, tiles and files, and shown in Chinese or
English. Files from the districts carry the Chinese words, so an import accepts slug and Chinese alike.
This module is pure (no Django) so that the demo recipe and the tests can use it without a database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from layers.words import Worded, shown_word


@dataclass(frozen=True, slots=True)
class Term(Worded):
    """One word of a vocabulary: ``id`` is stored, ``code`` is spoken, ``zh`` and ``en`` are shown."""

    id: int
    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocab(Worded):
    """An ordered, closed set of terms with look-ups by id, by code and by any spelling found in files."""

    name: str
    zh: str
    en: str
    terms: tuple[Term, ...]

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    @cached_property
    def by_id(self) -> dict[int, Term]:
        return {term.id: term for term in self.terms}

    @cached_property
    def by_code(self) -> dict[str, Term]:
        return {term.code: term for term in self.terms}

    @cached_property
    def spellings(self) -> dict[str, int]:
        """Every accepted spelling (slug, Chinese, English, alias; lower case) → stored id."""
        found: dict[str, int] = {}
        for term in self.terms:
            for word in (term.code, term.zh, term.en, *term.aliases):
                found[word.lower()] = term.id
        return found

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(term.code for term in self.terms)

    def id_of(self, code: str) -> int:
        """The stored id of a slug; KeyError when it is not of this vocabulary."""
        return self.by_code[code].id

    def choices(self) -> list[tuple[int, Any]]:
        """As Django wants them for a model field: each in the language of who looks; its migrations know the words of no place."""
        return [(term.id, shown_word(_written.get((self.name, term.code), term))) for term in self.terms]


# The terms that a place says otherwise, as they are written here.
_written: dict[tuple[str, str], Term] = {}


def word(said: Mapping[str, tuple[str, str]]) -> None:
    """Say terms as a place does, ``vocabulary.term`` → Chinese and English; files may write either. KeyError for no term.

    Once, before anything else reads a vocabulary: ids and slugs stay what they are.
    """
    by_name = {vocabulary.name: vocabulary for vocabulary in ALL}
    for name, (zh, en) in said.items():
        vocabulary = by_name[name.partition(".")[0]]
        old = vocabulary.by_code[name.partition(".")[2]]
        new = replace(old, zh=zh, en=en, aliases=(old.zh, old.en, *old.aliases))
        object.__setattr__(vocabulary, "terms", tuple(new if term is old else term for term in vocabulary.terms))
        _written[vocabulary.name, old.code] = old
        for kept in ("by_id", "by_code", "spellings", "codes"):
            vocabulary.__dict__.pop(kept, None)


def worded() -> dict[str, Term]:
    """The terms that `word` was told of, by vocabulary and term, as they are said now."""
    by_name = {vocabulary.name: vocabulary for vocabulary in ALL}
    return {f"{vocabulary}.{code}": by_name[vocabulary].by_code[code] for vocabulary, code in _written}


# Water sources of the annex's table of 2019, in its order, and reclaimed water. "New water" is all but reclaimed.
SOURCE = Vocab(
    "source",
    "水源类型",
    "Source",
    (
        Term(1, "group_tap", "自来水集团", "Group tap water", ("集团自来水",)),
        Term(2, "district_tap", "区自来水", "District tap water"),
        Term(3, "township_supply", "集中供水", "Township supply", ("乡镇集中供水",)),
        Term(4, "self_built_well", "自备井", "Self-built wells", ("自建设施",)),
        Term(5, "village_supply", "村级供水", "Village supply"),
        Term(6, "surface_water", "地表水", "Surface water"),
        Term(7, "reclaimed", "再生水", "Reclaimed water"),
    ),
)
RECLAIMED = SOURCE.id_of("reclaimed")
NEW_WATER = "new_water"
NEW_WATER_IDS = frozenset(term.id for term in SOURCE if term.id != RECLAIMED)

PURPOSE = Vocab(
    "purpose",
    "取水用途",
    "Purpose",
    (
        Term(1, "residential", "居民生活", "Residential", ("居民",)),
        Term(2, "public_service", "公共服务", "Public service"),
        Term(3, "industrial", "工业", "Industrial"),
        Term(4, "agricultural", "农业", "Agricultural"),
        Term(5, "environmental", "生态环境", "Environmental", ("环境",)),
        Term(6, "construction", "建筑", "Construction"),
        Term(7, "special_trades", "特殊行业", "Special trades"),
    ),
)
RESIDENTIAL = PURPOSE.id_of("residential")
NON_RESIDENTIAL_IDS = frozenset(term.id for term in PURPOSE if term.id != RESIDENTIAL)

LEVEL = Vocab(
    "level",
    "统计级别",
    "Level",
    (
        Term(1, "city", "市", "City"),
        Term(2, "district", "区", "District"),
        Term(3, "township", "街道(乡镇)", "Township", ("街道", "乡镇", "镇", "乡")),
        Term(4, "village", "社区(村)", "Village", ("社区", "村")),
        Term(5, "reporting_unit", "填报单位", "Reporting unit"),
    ),
)
CITY, DISTRICT, TOWNSHIP, VILLAGE, REPORTING_UNIT = (term.id for term in LEVEL)
UNIT = LEVEL.by_id[REPORTING_UNIT].code  # which a unit's code is told by, as a district has it too
# Digits of a division code at each level (National Bureau of Statistics); a code starts with its parent's. The city is what an
# authority looks after as a whole: a city that is a province (2), a prefecture (4), a county or a city without districts (6:
# then it has townships, and no districts).
ROOT_DIGITS = (2, 4, 6)
CODE_DIGITS = {DISTRICT: 6, TOWNSHIP: 9, VILLAGE: 12}
DIVISIONS = (CITY, *CODE_DIGITS)

# Why a volume stands under no region of a level; 0 is a volume that does.
GAP = Vocab(
    "gap",
    "未落到本级的原因",
    "Why it is under no region",
    (
        Term(0, "placed", "已落图", "Placed"),
        Term(1, "coarser", "仅计到上级", "Measured at a higher level"),
        Term(2, "unassigned", "未分配", "Unassigned"),
        Term(3, "outside", "市域之外", "Outside the city"),
    ),
)
PLACED, COARSER, UNASSIGNED, OUTSIDE = (term.id for term in GAP)

WELL_USE = Vocab(
    "well_use",
    "机井用途",
    "Well use",
    (
        Term(1, "supply", "水源井", "Supply"),
        Term(2, "irrigation", "农业", "Irrigation", ("农业机井", "农业井")),
        Term(3, "greening", "园林绿化", "Greening", ("园林绿化井",)),
        Term(4, "monitoring", "监测", "Monitoring", ("监测井",)),
        Term(5, "heat_pump", "水源热泵", "Heat pump", ("水源热泵井",)),
        Term(6, "mineral", "矿泉", "Mineral water", ("矿泉水井",)),
        Term(7, "geothermal", "地热", "Geothermal", ("地热井",)),
    ),
)
METERING = Vocab(
    "metering",
    "计量方式",
    "Metering",
    (
        Term(1, "water_meter", "水表", "Water meter"),
        Term(2, "electricity", "以电折水", "Electricity-derived"),
        Term(3, "none", "无计量", "None", ("无",)),
    ),
)
FACILITY_KIND = Vocab(
    "facility_kind",
    "供水设施类型",
    "Facility kind",
    (
        Term(1, "urban_plant", "城镇公共供水厂", "Urban plant"),
        Term(2, "township_plant", "乡镇集中供水厂", "Township plant"),
        Term(3, "village_station", "村庄供水站", "Village station", ("村级供水站",)),
        Term(4, "self_built", "自建设施", "Self-built supply", ("城市自建供水设施",)),
    ),
)
# The finest level a facility's water can be counted at before it is shared out by supply area: a plant that serves
# a district says nothing of the village it happens to stand in.
FACILITY_SERVES_LEVEL = {1: DISTRICT, 2: TOWNSHIP, 3: VILLAGE, 4: VILLAGE}

STATUS = Vocab(
    "status",
    "状态",
    "Status",
    (
        Term(1, "in_service", "在用", "In service"),
        Term(2, "standby", "备用", "Standby"),
        Term(3, "stopped", "停用", "Stopped"),
    ),
)
MANAGER = Vocab(
    "manager",
    "管理主体",
    "Managed by",
    (
        Term(1, "group", "自来水集团", "Waterworks group"),
        Term(2, "district", "区管", "District"),
        Term(3, "city", "市管", "City"),
        Term(4, "township", "乡镇", "Township"),
        Term(5, "village", "村", "Village"),
        Term(6, "company", "企业", "Company"),
    ),
)
SEWAGE_KIND = Vocab(
    "sewage_kind",
    "污水设施类型",
    "Sewage facility kind",
    (
        Term(1, "urban", "城镇污水处理厂", "Sewage plant"),
        Term(2, "village", "村级污水处理站", "Village sewage station"),
    ),
)
METER_SYSTEM = Vocab(
    "meter_system",
    "水表所属系统",
    "Meter system",
    (
        Term(1, "conservation", "节水管理信息系统", "Conservation system"),
        Term(2, "group", "自来水集团", "Waterworks group"),
    ),
)
BOUNDARY_QUALITY = Vocab(
    "boundary_quality",
    "边界质量",
    "Boundary quality",
    (
        Term(1, "surveyed", "实测", "Surveyed"),
        Term(2, "simplified", "简化", "Simplified"),
        Term(3, "synthetic", "合成", "Synthetic"),
    ),
)
POSITION_QUALITY = Vocab(
    "position_quality",
    "位置质量",
    "Position quality",
    (
        Term(1, "surveyed", "实测", "Surveyed"),
        Term(2, "geocoded", "地址匹配", "Geocoded"),
        Term(3, "synthetic", "合成", "Synthetic"),
    ),
)
SYNTHETIC = 3  # the same id in both quality vocabularies, so that one filter marks all synthetic things

# Which rule put water into a grid unit, most exact first (docs/grid.md). A weight's basis is the rule it serves.
GRID_RULE = Vocab(
    "grid_rule",
    "落格规则",
    "Rule of assignment",
    (
        Term(1, "meter_position", "水表位置", "Meter's position"),
        Term(2, "user_position", "用水户位置", "User's position"),
        Term(3, "facility_users", "供水范围内用户", "Users in the supply area"),
        Term(4, "facility_area", "供水范围面积", "Area of the supply area"),
        Term(5, "facility_position", "设施位置", "Facility's position"),
        Term(6, "region_positions", "区划内水表与用户", "Meters and users in the region"),
        Term(7, "region_area", "区划面积", "Area of the region"),
        Term(8, "none", "无规则可用", "No rule applies"),
        Term(9, "declared", "登记区划", "Declared region"),  # of a region's figure: counted where a register says
    ),
)
(
    BY_METER, BY_USER, BY_FACILITY_USERS, BY_FACILITY_AREA, BY_FACILITY_POSITION,
    BY_REGION_POSITIONS, BY_REGION_AREA, BY_NOTHING, BY_DECLARED,
) = (term.id for term in GRID_RULE)  # fmt: skip
# Water that lies where it does by area alone: the uncertain share of a cell.
AREA_RULES = frozenset({BY_FACILITY_AREA, BY_REGION_AREA})

# Why water is in no grid unit; 0 is water that is. All but "outside" are the unassigned.
GRID_GAP = Vocab(
    "grid_gap",
    "未落格的原因",
    "Why it is in no grid unit",
    (
        Term(0, "assigned", "已落格", "Assigned"),
        Term(1, "coarse", "仅计到区或市", "Known by district or city only"),
        Term(2, "no_place", "位置与区划均不明", "Neither position nor region known"),
        Term(3, "no_units", "区划没有边界", "The region has no outline"),
        Term(4, "outside", "市域之外", "Outside the city"),
    ),
)
GRID_ASSIGNED, GRID_COARSE, GRID_NO_PLACE, GRID_NO_UNITS, GRID_OUTSIDE = (term.id for term in GRID_GAP)

GRID_PLACE = Vocab(
    "grid_place",
    "计量对象",
    "Place of measurement",
    (
        Term(1, "region", "区划", "Region"),
        Term(2, "facility", "供水设施", "Supply facility"),
        Term(3, "meter", "水表", "Meter"),
    ),
)
PLACE_REGION, PLACE_FACILITY, PLACE_METER = (term.id for term in GRID_PLACE)
PLACE_PAST = 5  # where one of them stood before it was moved (`PastStanding`); in no answer, so not a term

# What the map shows underneath: waters, roads and railways, as registers and open maps call them.
WATER_KIND = Vocab(
    "water_kind",
    "水体类型",
    "Kind of water body",
    (
        Term(1, "lake", "湖泊", "Lake", ("湖",)),
        Term(2, "reservoir", "水库", "Reservoir"),
        Term(3, "river", "河道水面", "River surface", ("河流水面", "河道", "riverbank")),
        Term(4, "canal", "渠道水面", "Canal surface", ("人工渠",)),
        Term(5, "pond", "坑塘", "Pond", ("坑塘水面", "池塘", "水塘")),
        Term(6, "unknown", "未分类", "Not classified", ("water", "其他")),
    ),
)
WATERCOURSE_KIND = Vocab(
    "watercourse_kind",
    "河渠类型",
    "Kind of watercourse",
    (
        Term(1, "river", "河流", "River", ("河",)),
        Term(2, "canal", "渠道", "Canal", ("渠", "人工渠")),
        Term(3, "stream", "溪沟", "Stream", ("沟", "溪")),
        Term(4, "ditch", "排水沟", "Ditch", ("drain", "沟渠")),
        Term(5, "unknown", "未分类", "Not classified", ("其他",)),
    ),
)
ROAD_CLASS = Vocab(
    "road_class",
    "道路等级",
    "Class of road",
    (
        Term(1, "motorway", "高速公路", "Motorway", ("高速", "motorway_link")),
        Term(2, "trunk", "国道、快速路", "Trunk road", ("国道", "快速路", "trunk_link")),
        Term(3, "primary", "省道、主干路", "Primary road", ("省道", "主干路", "primary_link")),
        Term(4, "secondary", "县道、次干路", "Secondary road", ("县道", "次干路", "secondary_link")),
        Term(5, "tertiary", "乡道、支路", "Tertiary road", ("乡道", "支路", "tertiary_link")),
        Term(6, "other", "其他道路", "Other road", ("其他", "村道", "unclassified", "residential")),
    ),
)
RAIL_KIND = Vocab(
    "rail_kind",
    "铁路类型",
    "Kind of railway",
    (
        Term(1, "rail", "铁路", "Railway", ("普速铁路",)),
        Term(2, "high_speed", "高速铁路", "High-speed railway", ("高铁", "客运专线")),
        Term(3, "metro", "城市轨道", "Metro", ("地铁", "subway", "light_rail", "城市轨道交通")),
        Term(4, "other", "其他轨道", "Other railway", ("其他", "专用线")),
    ),
)
# What is taken where a file does not say.
WATER_UNKNOWN, WATERCOURSE_UNKNOWN, ROAD_OTHER, RAIL_OTHER = (
    each.terms[-1].id for each in (WATER_KIND, WATERCOURSE_KIND, ROAD_CLASS, RAIL_KIND)
)

# What is wrong with the data (`layers.quality`): how much it matters, where its finding stands, and how one went away.
SEVERITY = Vocab(
    "severity",
    "严重程度",
    "Severity",
    (
        Term(1, "grave", "严重", "Grave"),  # figures, or who is answerable, are wrong by it
        Term(2, "notable", "一般", "Notable"),
        Term(3, "slight", "轻微", "Slight"),
    ),
)
GRAVE, NOTABLE, SLIGHT = (term.id for term in SEVERITY)
FINDING_STATE = Vocab(
    "finding_state",
    "问题状态",
    "State of a finding",
    (
        Term(1, "open", "待处理", "Open"),
        Term(2, "accepted", "已认可", "Accepted"),
        Term(3, "fixed", "已改正，待核", "Said to be mended"),
        Term(4, "wrong_rule", "规则有误", "The rule is wrong"),
    ),
)
OPEN, ACCEPTED, SAID_FIXED, WRONG_RULE = (term.id for term in FINDING_STATE)
FINDING_END = Vocab(
    "finding_end",
    "消除方式",
    "How a finding went away",
    (
        Term(1, "edit", "人工修改", "An edit by hand"),
        Term(2, "data", "新导入的数据", "New data"),
        Term(3, "rule", "规则变更", "A changed rule"),
    ),
)
BY_EDIT, BY_DATA, BY_RULE = (term.id for term in FINDING_END)

ALL: tuple[Vocab, ...] = (
    SOURCE, PURPOSE, LEVEL, GAP, WELL_USE, METERING, FACILITY_KIND, STATUS, MANAGER, SEWAGE_KIND,
    METER_SYSTEM, BOUNDARY_QUALITY, POSITION_QUALITY, GRID_RULE, GRID_GAP, GRID_PLACE,
    WATER_KIND, WATERCOURSE_KIND, ROAD_CLASS, RAIL_KIND, SEVERITY, FINDING_STATE, FINDING_END,
)  # fmt: skip
