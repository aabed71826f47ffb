"""Every text of a report in Chinese and English. Names of layers and terms come from their own tables."""

from __future__ import annotations

from geoapp.reports.structure import StageLine
from layers import registry, vocab
from layers.entries import Sign
from layers.stats.divisions import Divisions

WORDS: dict[str, tuple[str, str]] = {
    "title": ("用水报告", "Water use report"),
    "contents": ("目录", "Contents"),
    "summary": ("概要", "Summary"),
    "maps": ("地图", "Maps"),
    "charts": ("图表", "Charts"),
    "regions": ("分区用水", "Use by region"),
    "stages": ("取供用排", "Take, supply, use, drain"),
    "quality": ("数据质量", "Data quality"),
    "facilities": ("设施名录", "Facilities"),
    "method": ("编制说明", "Method"),
    "period": ("统计期", "Period"),
    "as_of": ("数据版本", "Data version"),
    "version": ("第 {version} 版，{moment}", "version {version}, {moment}"),
    "synthetic_mark": ("含合成数据 · 不可用于决策", "Contains synthetic data · not for decisions"),
    "total": ("总用水量", "Total use"),
    "change_year": ("同比", "On the year"),
    "change_previous": ("环比", "On the period before"),
    "no_comparison": ("无可比数据", "no data to compare"),
    "per_km2": ("单位面积用水", "Use per km²"),
    "share_of_city": ("占全市", "Share of the city"),
    "area": ("面积", "Area"),
    "residents": ("居民生活", "Residents"),
    "others": ("非居民", "Others"),
    "by_source": ("按水源", "By source"),
    "by_purpose": ("按用途", "By purpose"),
    "rank": ("位次", "Ranks"),
    "rank_volume": ("用水量", "Volume"),
    "rank_per_km2": ("单位面积用水", "Use per km²"),
    "rank_line": ("{scope}{of}个{level}中第{place}", "{place} of {of} ({level}) in {scope}"),
    "outside": ("市域之外", "Outside the city"),
    "unassigned": ("未分配到区划", "Assigned to no region"),
    "no_data": ("无数据", "no data"),
    "share_base": (
        "占比以{name}有记录的全部用水量{beside} {volume} 为 100%。",
        "Shares are of all use recorded of {name}{beside}, {volume}.",
    ),
    "and_beside": ("（含市域之外、未分配）", ", outside the city and unassigned included"),
    "places": ("{count} 处", "{count}"),
    "coarser": ("仅计到上级，未分到下级", "Known above this level only"),
    "sum": ("合计", "Total"),
    "scan": ("扫码打开同一地图", "Opens the same map"),
    "no": ("序号", "No."),
    "code": ("代码", "Code"),
    "name": ("名称", "Name"),
    "parent": ("所属", "Part of"),
    "volume": ("用水量", "Volume"),
    "share": ("占比", "Share"),
    "place": ("位置", "Place"),
    "capacity": ("能力", "Capacity"),
    "run_by": ("管理或运营", "Run by"),
    "stage": ("环节", "Stage"),
    "item": ("对象", "Objects"),
    "count": ("数量", "Count"),
    "of": ("检查数", "Checked"),
    "finding": ("发现", "Finding"),
    "month": ("月份", "Month"),
    "take": ("取", "Take"),
    "supply": ("供", "Supply"),
    "use": ("用", "Use"),
    "drain": ("排", "Drain"),
    "permit": ("取水许可（年许可水量）", "Abstraction permits (allowed a year)"),
    "map_volume": ("各{level}用水量", "Use by {level}"),
    "map_per_km2": ("各{level}单位面积用水", "Use per km² by {level}"),
    "map_grid": ("{size} 米网格用水量", "Use by grid of {size} m"),
    "grid_more": (
        "网格中有 {volume}（{litres} 升）不在街道（乡镇）的统计数里：城镇供水厂按所服务的区计数，网格按其供水范围或位置落格。",
        "{volume} ({litres} L) of the cells are in no township's figure: urban plants count at the district they serve, cells have their water by supply area or position.",
    ),
    "map_objects": ("取供用排设施", "Objects of the four stages"),
    "map_areas": ("供水范围", "Supply areas"),
    "legend": ("图例", "Legend"),
    "regions_count": ("{count} 个", "{count}"),
    "crs": (
        "坐标系 CGCS2000 / 3 度带高斯–克吕格，中央经线 117°E（EPSG:4548）",
        "CRS: CGCS2000 / 3-degree Gauss-Krüger CM 117E (EPSG:4548)",
    ),
    "scale": ("比例尺 1:{scale}（A4 原大）", "Scale 1:{scale} (A4, unscaled)"),
    "north": ("北", "N"),
    "sources_of": (
        "边界：{boundary}；数据：水图第 {version} 版",
        "Boundaries: {boundary}; data: Shuitu version {version}",
    ),
    "divisions_own": ("各期自己的区划", "Those of the period itself"),
    "divisions_current": ("现行区划", "Today's divisions"),
    "divisions_since": ("自 {month} 起的区划", "divisions since {month}"),
    "divisions_until": ("{month} 及以前的区划", "divisions until {month}"),
    "numbered": ("图上数字为表中序号", "Numbers refer to the table"),
    "dots": ("{name} {count} 处", "{name}: {count}"),
    "not_drawn": ("{name} {count} 处（未绘）", "{name}: {count} (not drawn)"),
    "chart_months": ("各月用水量，按水源", "Use by month and source"),
    "chart_regions": ("用水量前 {count} 名", "The {count} largest"),
    "chart_purposes": ("用途构成", "Use by purpose"),
    "omitted": (
        "{name}共 {count} 处，为控制篇幅按区划计数，逐一名录见同名 XLSX。",
        "{name}: {count}, counted by region in print; the workbook lists each.",
    ),
    "legend_note": (
        "分级与网页地图相同：全市{level}，{method}。",
        "Classes are those of the web map: every {level} of the city, {method}.",
    ),
    "quantiles": ("等数量分级", "quantiles"),
    "wells_found_elsewhere": ("登记在本区、位置在区外的机井", "Wells declared here whose position lies elsewhere"),
    "wells_declared_elsewhere": ("位置在本区、登记在区外的机井", "Wells standing here but declared elsewhere"),
    "wells_outside_city": (
        "登记在本区、位置在市域外的机井",
        "Wells declared here whose position lies outside the city",
    ),
    "wells_without_position": ("登记在本区、没有位置的机井", "Wells declared here without a position"),
    "wells_without_depth": ("没有井深的机井", "Wells without a depth"),
    "wells_without_year": ("没有成井年份的机井", "Wells without a year of construction"),
    "wells_without_permit": ("没有关联取水许可的机井", "Wells linked to no permit"),
    "wells_unmetered": ("无计量的机井", "Wells without metering"),
    "supply_without_capacity": ("没有供水能力的供水设施", "Supply facilities without a capacity"),
    "supply_without_area": ("没有供水范围的供水设施", "Supply facilities without a supply area"),
    "sewage_without_capacity": ("没有处理能力的污水处理设施", "Sewage facilities without a capacity"),
    "meters_without_position": ("登记在本区、没有位置的水表", "Meters declared here without a position"),
    "usage_coarser": ("未落到社区（村）的用水记录", "Usage records known above village level only"),
    "usage_unassigned": ("未分配到任何区划的用水记录", "Usage records assigned to no region"),
    "usage_outside": ("计量点在市域外的用水记录", "Usage records measured outside the city"),
}

METHOD: dict[str, tuple[str, ...]] = {
    "zh": (
        "用水量为全口径，含再生水；数据库以整数升保存，表中以万 m³ 列示，合计先加后舍入。",
        "水表按所在位置计入区划；没有位置的按登记区划；设施按其服务级别（城镇公共供水厂计到区，乡镇集中供水厂计到街乡）。仅知上级的水量不分摊，单列。网格按供水范围或位置落格，城镇供水厂的水量因此在一些街道（乡镇）的网格里，而不在其统计数里。",
        "同比为与上年同月份比，环比为与紧邻的前一个等长时期比（整年与前一整年比）；比较期缺任何一个月即不作比较。",
        "位次与“占全市”按同一统计期、同一级别全部区划计算；占全市以全市有记录的用水量（含市域之外、未分配）为分母。没有任何用水记录的地区、月份写“无数据”，不当作 0；记录为 0 的写 0。",
        "面积在 EPSG:4548 量算。地图边界按比例尺简化 0.1 mm，不改变统计。",
        "取水许可水量为年许可量，不是实际取水量；排水没有计量数据，只列处理能力。",
    ),
    "en": (
        "Use is of full scope, reclaimed water included; stored in whole litres, printed in 10⁴ m³, summed before rounding.",
        "A meter counts where it stands, without a position where it is declared; a facility at the level it serves. What is known only higher up is not shared out, but listed apart. Cells have their water by supply area or position: that of urban plants is in the cells of some townships, and in no township's figure.",
        "“On the year” compares with the same months of the year before, “on the period before” with the one of equal length just before (a year with a year); nothing is compared when any month of the other period is missing.",
        "Ranks and shares are taken over all regions of the level in the same period; the city's share is of all that is recorded, outside the city and unassigned included. A region or month without any record is “no data”, not 0; a recorded 0 is 0.",
        "Areas are measured in EPSG:4548. Outlines are simplified by 0.1 mm of the map's scale, figures are not touched.",
        "A permit's volume is what is allowed in a year, not what is taken; drainage is not metered, only capacities are listed.",
    ),
}


def word(key: str, lang: str, **values: object) -> str:
    """A text in the language, with its values filled in."""
    text = WORDS[key][0 if lang == "zh" else 1]
    return text.format(**values) if values else text


def layer_name(layer_id: str, lang: str) -> str:
    found = registry.layer(layer_id)
    return found.zh if lang == "zh" else found.en


def term_name(vocabulary: vocab.Vocab, code: str, lang: str) -> str:
    """The word for a slug; what is no slug (a name as registered) as it is."""
    term = vocabulary.by_code.get(code)
    if term is None:
        return code
    return term.zh if lang == "zh" else term.en


def level_name(code: str, lang: str) -> str:
    return term_name(vocab.LEVEL, code, lang) if lang == "zh" else term_name(vocab.LEVEL, code, lang).lower()


def run_by_name(layer_id: str, told: str, lang: str) -> str:
    """Who runs a facility: a word where its layer has a vocabulary for it, else as registered."""
    layer = registry.layer(layer_id)
    field = layer.dataset.field(layer.printed.run_by) if isinstance(layer.printed, Sign) else None
    return term_name(field.vocab, told, lang) if field and field.vocab else told


def item_name(line: StageLine, lang: str) -> str:
    """A line of the four stages: permits, a layer, or what of a layer is of one term."""
    if line.item == "permit":
        return word("permit", lang)
    layer = registry.layer(line.item)
    told_by = layer.dataset.field(layer.told_by)
    if not line.term or told_by is None or told_by.vocab is None:
        return layer_name(line.item, lang)
    return f"{layer_name(line.item, lang)} · {term_name(told_by.vocab, line.term, lang)}"


FORM_NAMES: dict[str, tuple[str, str]] = {
    "pdf": ("PDF 报告", "PDF report"),
    "xlsx": ("XLSX 数据表", "XLSX tables"),
    "html": ("离线地图 HTML", "Offline map (HTML)"),
    "svg": ("各图 SVG", "Drawings as SVG"),
    "png": ("各图 PNG", "Drawings as PNG"),
}
STATUS_NAMES: dict[int, tuple[str, str]] = {
    1: ("等待", "Waiting"), 2: ("生成中", "Being made"), 3: ("完成", "Done"), 4: ("失败", "Failed"),
}  # fmt: skip
STEP_NAMES: dict[str, tuple[str, str]] = {
    "figures": ("汇总数字、绘制地图", "figures and maps"),
    **FORM_NAMES,
}


def divided(within: Divisions, lang: str) -> str:
    """Which divisions a report speaks in; nothing where there have never been others."""
    told = within.to_dict()
    if told["until"]:
        return word("divisions_until", lang, month=told["until"])
    return word("divisions_since", lang, month=told["since"]) if told["since"] else ""
