"""Every text of a report. Names of layers and terms come from their own tables."""

from __future__ import annotations

from geoapp.reports import figures
from geoapp.reports.structure import Mapped, Report, StageLine
from layers import registry, vocab
from layers.entries import Sign
from layers.stats.divisions import Divisions
from layers.words import Words, small

WORDS: dict[str, Words] = {
    "title": Words("用水报告", "Water use report"),
    "contents": Words("目录", "Contents"),
    "summary": Words("概要", "Summary"),
    "maps": Words("地图", "Maps"),
    "charts": Words("图表", "Charts"),
    "regions": Words("分区用水", "Use by region"),
    "stages": Words("取供用排", "Take, supply, use, drain"),
    "quality": Words("数据质量", "Data quality"),
    "facilities": Words("设施名录", "Facilities"),
    "method": Words("编制说明", "Method"),
    "bound": Words("合订本（PDF）", "Bound volumes (PDF)"),
    "terms": Words("名词解释", "Terms"),
    "note": Words("注：", "Note: "),
    "period": Words("统计期", "Period"),
    "as_of": Words("数据版本", "Data version"),
    "version": Words("第 {version} 版，{moment}", "version {version}, {moment}"),
    "synthetic_mark": Words("含合成数据 · 不可用于决策", "Contains synthetic data · not for decisions"),
    "provisional": Words("暂定", "Provisional"),
    "provisional_months": Words("* 暂定月份，以后可能调整", "* provisional months, which may still change"),
    "total": Words("总用水量", "Total use"),
    "change_year": Words("同比", "On the year"),
    "change_previous": Words("环比", "On the period before"),
    "no_comparison": Words("无可比数据", "no data to compare"),
    "per_km2": Words("单位面积用水", "Use per km²"),
    "share_of_city": Words("占全市", "Share of the city"),
    "area": Words("面积", "Area"),
    "residents": Words("居民生活", "Residents"),
    "others": Words("非居民", "Others"),
    "by_source": Words("按水源", "By source"),
    "by_purpose": Words("按用途", "By purpose"),
    "rank": Words("位次", "Ranks"),
    "rank_volume": Words("用水量", "Volume"),
    "rank_per_km2": Words("单位面积用水", "Use per km²"),
    "rank_line": Words("{scope}{of}个{level}中第{place}", "{nth} of the {of} {levels} in {scope}"),
    "rank_held": Words("（各{level}合计占其用水的 {share}）", " (together {share} of its water)"),
    "outside": Words("市域之外", "Outside the city"),
    "unassigned": Words("未分配到区划", "Assigned to no region"),
    "no_data": Words("无数据", "no data"),
    "share_base": Words(
        "占比以{name}有记录的全部用水量{beside} {volume} 为 100%。",
        "100% is all use recorded for {name}{beside}: {volume}.",
    ),
    "and_beside": Words("（含市域之外、未分配）", ", outside the city and unassigned included"),
    "places": Words("{count} 处", "{count}"),
    "coarser": Words("仅计到上级，未分到下级", "Known above this level only"),
    "hidden": Words("各{level}的数字未含：{parts}。", "Not included in the figures by {level}: {parts}."),
    "hidden_part": Words("{why} {volume}（{share}）", "{volume} ({share}) {why}"),
    "hidden_residents": Words(
        "居民生活用水有 {share} 不在其中。", " They leave out {share} of what residents use at home."
    ),
    "hidden_coarser": Words("仅计到上级", "known only higher up"),
    "hidden_unassigned": Words("未分配到区划", "assigned to no region"),
    "hidden_outside": Words("在市域之外", "outside the city"),
    "hidden_cells": Words("另有 {volume}（{share}）未落到网格。", "A further {volume} ({share}) is in no cell."),
    "sum": Words("合计", "Total"),
    "scan": Words("扫码打开同一地图", "Opens the same map"),
    "scan_private": Words(
        "未设置对外地址（PUBLIC_URL）：此码打开 {site}，别处可能打不开。",
        "No public address is set (PUBLIC_URL): the code opens {site}, which others may not reach.",
    ),
    "reported_area": Words("{name}填报范围", "the area reported by {name}"),
    "no": Words("序号", "No."),
    "code": Words("代码", "Code"),
    "name": Words("名称", "Name"),
    "parent": Words("所属", "Part of"),
    "volume": Words("用水量", "Volume"),
    "share": Words("占比", "Share"),
    "place": Words("位置", "Place"),
    "counted_region": Words("计入区划", "Counted in"),
    "longitude": Words("经度（CGCS2000）", "Longitude (CGCS2000)"),
    "latitude": Words("纬度（CGCS2000）", "Latitude (CGCS2000)"),
    "capacity": Words("能力", "Capacity"),
    "run_by": Words("管理或运营", "Run by"),
    "stage": Words("环节", "Stage"),
    "item": Words("对象", "Objects"),
    "count": Words("数量", "Count"),
    "of": Words("检查数", "Checked"),
    "finding": Words("发现", "Finding"),
    "month": Words("月份", "Month"),
    "take": Words("取", "Take"),
    "supply": Words("供", "Supply"),
    "use": Words("用", "Use"),
    "drain": Words("排", "Drain"),
    "permit": Words("取水许可", "Abstraction permits"),
    "allowed": Words("年许可水量", "Permitted a year"),
    "map_volume": Words("各{level}用水量", "Use by {level}"),
    "map_per_km2": Words("各{level}单位面积用水", "Use per km² by {level}"),
    "classed": Words("{title}（{classes}）", "{title}, {classes}"),
    "classes_city": Words("全市分级", "classes of the city"),
    "classes_own": Words("本{level}分级", "classes of this {level} alone"),
    "map_grid": Words("{size} 米网格用水量", "Use by grid of {size} m"),
    "grid_more": Words(
        "网格中有 {volume}（{litres} 升）不在街道（乡镇）的统计数里：城镇供水厂按所服务的区计数，网格按其供水范围或位置落格。",
        "The cells hold {volume} ({litres} L) that no township's figure includes: an urban plant counts for the district it serves, while cells take its water by supply area or position.",
    ),
    "map_objects": Words("取供用排设施", "Objects of the four stages"),
    "map_density": Words("{names}的分布密度", "Density of {names}"),
    "density_note": Words(
        "颜色为每个六边形（对边相距 {width}，{area}）内的处数，各图各自等数量分级；没有颜色的地方一处也没有。",
        "Colours are the number in each hexagon ({width} across, {area}), in quantiles of each map; where there is no colour there are none.",
    ),
    "seen_as_density": Words("{name} {count} 处（过密，见分布密度图）", "{name}: {count} (see the map of densities)"),
    "enlarged": Words("框内放大 1:{scale}", "enlarged, 1:{scale}"),
    "map_areas": Words("供水范围", "Supply areas"),
    "legend": Words("图例", "Legend"),
    "waters": Words("水系", "Waters"),
    "waters_by": Words("水系：{sources}", "Waters: {sources}"),
    "regions_count": Words("{count} 个", "{count}"),
    "crs": Words("坐标系 {plane}", "CRS: {plane}"),
    "authority": Words("主管单位", "Authority"),
    "credit": Words("数据来源", "Data"),
    "scale": Words("比例尺 1:{scale}（A4 原大）", "Scale 1:{scale} (A4, unscaled)"),
    "north": Words("北", "N"),
    "boundary": Words("边界", "Boundaries"),
    "divisions": Words("区划版次", "Divisions"),
    "on_map": Words("地图", "On the map"),
    "boundaries": Words("边界：{boundary}", "Boundaries: {boundary}"),
    "boundary_of": Words("{level}为{by}", "{level}, {by}"),
    "boundary_by": Words("{quality}（{source}）", "{quality} ({source})"),
    "boundary_unsaid": Words("来源未注明", "source not told"),
    "data_of": Words("数据：水图第 {version} 版", "Data: Shuitu version {version}"),
    "divisions_own": Words("各期自己的区划", "Those of the period itself"),
    "divisions_current": Words("现行区划", "Today's divisions"),
    "divisions_since": Words("自 {month} 起的区划", "divisions since {month}"),
    "divisions_until": Words("{month} 及以前的区划", "divisions until {month}"),
    "numbered": Words("图上数字为表中序号", "Numbers refer to the table"),
    "numbered_in": Words("图上数字为{table}中的序号。", "Numbers on the map are those of {table}."),
    "facility_numbers": Words("序号 {first}–{last}", "No. {first}–{last}"),
    "facility_number": Words("序号 {first}", "No. {first}"),
    "facilities_numbered": Words(
        "设施旁的数字为设施名录中的序号；名录按区划计数的不编号。",
        "Numbers are those of the lists of facilities; kinds that are counted there bear none.",
    ),
    "facilities_unnumbered": Words("另有 {count} 处过密，未标序号。", "{count} more stand too close to be numbered."),
    "facilities_numbered_in": Words("设施旁的数字为{tables}中的序号。", "Numbers of facilities are those of {tables}."),
    "dots": Words("{name} {count} 处", "{name}: {count}"),
    "not_drawn": Words("{name} {count} 处（未绘）", "{name}: {count} (not drawn)"),
    "chart_months": Words("各月用水量，按水源", "Use by month and source"),
    "chart_regions": Words("用水量前 {count} 名", "The {count} regions that used the most"),
    "chart_purposes": Words("用途构成", "Use by purpose"),
    "omitted": Words(
        "{name}共 {count} 处，为控制篇幅按区划计数，逐一名录见同名 XLSX。",
        "The {count} objects of “{name}” are counted by region here to save space; the workbook lists each of them.",
    ),
    "legend_note": Words(
        "分级与网页地图相同：全市{level}，{method}。",
        "Classes as on the web map, over every {level} of the city ({method}).",
    ),
    "legend_note_own": Words(
        "分级只按{name}的各{level}，{method}，颜色与全市分级不同。",
        "Classes are of the {level} level of {name} alone, {method}, in colours of their own.",
    ),
    "legend_note_city": Words(
        "全市分级，与网页地图相同；一种颜色在各区图上是同一水量。",
        "Classes of the city, as on the web map: a colour means one amount on every map.",
    ),
    "names_by_rule": Words(
        "街道、镇、乡、地区的英文名按汉语拼音推出，不是登记的名称",
        "English names of townships are derived from the Hanyu Pinyin of theirs, and not registered",
    ),
    "quantiles": Words("等数量分级", "quantiles"),
    "wells_found_elsewhere": Words("登记在本区、位置在区外的机井", "Wells registered here but located elsewhere"),
    "wells_declared_elsewhere": Words("位置在本区、登记在区外的机井", "Wells located here but registered elsewhere"),
    "wells_outside_city": Words("登记在本区、位置在市域外的机井", "Wells registered here but located outside the city"),
    "wells_without_position": Words("登记在本区、没有位置的机井", "Wells registered here without a position"),
    "wells_without_depth": Words("没有井深的机井", "Wells without a depth"),
    "wells_without_year": Words("没有成井年份的机井", "Wells without a year of construction"),
    "wells_without_permit": Words("没有关联取水许可的机井", "Wells linked to no permit"),
    "wells_unmetered": Words("无计量的机井", "Wells without metering"),
    "supply_without_capacity": Words("没有供水能力的供水设施", "Supply facilities without a capacity"),
    "supply_without_area": Words("没有供水范围的供水设施", "Supply facilities without a supply area"),
    "sewage_without_capacity": Words("没有处理能力的污水处理设施", "Sewage facilities without a capacity"),
    "meters_without_position": Words("登记在本区、没有位置的水表", "Meters registered here without a position"),
    "usage_coarser": Words("未落到社区（村）的用水记录", "Usage records known above village level only"),
    "usage_unassigned": Words("未分配到任何区划的用水记录", "Usage records assigned to no region"),
    "usage_outside": Words("计量点在市域外的用水记录", "Usage records measured outside the city"),
    "share_of_litres": Words(
        "用水记录的占比按水量计，其余按个数计。", "Shares of usage records are by volume, all others by number."
    ),
}

_METHOD: tuple[Words, ...] = (
    Words(
        "用水量为全口径，含再生水；数据库以整数升保存，表中以万 m³ 列示，合计先加后舍入。",
        "All use is counted, reclaimed water included. It is stored in whole litres and printed in the unit that each table states; totals are summed before rounding, so that rounded figures may differ from them in the last digit.",
    ),
    Words(
        "水表按所在位置计入区划；没有位置的按登记区划；设施按其服务级别（城镇公共供水厂计到区，乡镇集中供水厂计到街乡）。仅知上级的水量不分摊，单列。网格按供水范围或位置落格，城镇供水厂的水量因此在一些街道（乡镇）的网格里，而不在其统计数里。",
        "A meter counts in the region it stands in, or where it is registered if its position is not known; a facility counts at the level it serves. Water known only for a higher level is listed separately and never shared out. Grid cells take water by supply area or position, so that the water of urban plants is in the cells of some townships but in no township's figure.",
    ),
    Words(
        "同比为与上年同月份比，环比为与紧邻的前一个等长时期比；整年的两者相同，只列同比；比较期缺任何一个月即不作比较。",
        "“On the year” compares with the same months of the year before, “on the period before” with the one of equal length just before (of a year they are the same, told once); nothing is compared when any month of the other period is missing.",
    ),
    Words(
        "各级区划的数字未含的水量（仅计到上级、未分配、市域之外）写在图、排名、表和句子旁，占比按水量计。",
        "Wherever figures by level leave water out (known only higher up, assigned to no region, outside the city), map, ranking, table and sentence say how much, as a share of volume.",
    ),
    Words(
        "位次与“占全市”按同一统计期、同一级别全部区划计算；占全市以全市有记录的用水量（含市域之外、未分配）为分母。没有任何用水记录的地区、月份写“无数据”，不当作 0；记录为 0 的写 0。",
        "Ranks compare all regions of one level in the same period. The share of the city is taken of everything recorded, including what lies outside the city or is assigned to no region. A region or month without any record reads “no data”, which is not 0; a recorded 0 reads 0.",
    ),
    Words(
        "面积在 EPSG:{plane} 量算。地图边界按比例尺简化 0.1 mm，不改变统计。",
        "Areas are measured in EPSG:{plane}. Outlines are simplified by 0.1 mm of the map's scale, figures are not touched.",
    ),
    Words(
        "取水许可水量为年许可量，不是实际取水量；排水没有计量数据，只列处理能力。",
        "The volume of a permit is what may be taken in a year, not what was taken. Drainage is not metered: only capacities are listed.",
    ),
)


def method(plane: int) -> tuple[Words, ...]:
    """How the figures are made, a sentence or two a line; areas in the ``plane`` of the place."""
    return tuple(line.of(plane=plane) for line in _METHOD)


def word(key: str, lang: str, **values: object) -> str:
    """A text in the language, with its values filled in."""
    return WORDS[key].in_(lang, **values)


def layer_name(layer_id: str, lang: str) -> str:
    return registry.layer(layer_id).in_(lang)


def term_name(vocabulary: vocab.Vocab, code: str, lang: str) -> str:
    """The word for a slug; what is no slug (a name as registered) as it is."""
    term = vocabulary.by_code.get(code)
    return code if term is None else term.in_(lang)


def data_version(report: Mapped, lang: str) -> str:
    return word("version", lang, version=report.version, moment=figures.moment(report.changed_at, lang))


def subject(report: Report, lang: str) -> str:
    """Whose water it is: a bureau reports what its area uses, and uses nothing itself."""
    of_unit = report.level == vocab.UNIT
    return word("reported_area", lang, name=report.name) if of_unit else report.name


def title(report: Report, lang: str) -> str:
    """What the report is called."""
    named = Words("{name}{title}", "{name} · {title}", name=subject(report, lang), title=WORDS["title"]).in_(lang)
    return named[0].upper() + named[1:]


# More than one region of a level. (In Chinese the same word.)
_LEVELS: dict[str, Words] = {
    "city": Words("市", "cities"),
    "district": Words("区", "districts"),
    "township": Words("街道(乡镇)", "townships"),
    "village": Words("社区(村)", "villages"),
    "reporting_unit": Words("填报单位", "reporting units"),
}


def levels_name(code: str, lang: str) -> str:
    """Several regions of a level, as they are written within a sentence."""
    return _LEVELS[code].in_(lang)


def level_name(code: str, lang: str) -> str:
    """A level as it is written within a sentence."""
    return small(term_name(vocab.LEVEL, code, lang), lang)


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


FORM_NAMES: dict[str, Words] = {
    "pdf": Words("PDF 报告", "PDF report"),
    "docx": Words("DOCX 文稿", "DOCX to write on"),
    "xlsx": Words("XLSX 数据表", "XLSX tables"),
    "html": Words("离线地图 HTML", "Offline map (HTML)"),
    "svg": Words("各图 SVG", "Drawings as SVG"),
    "png": Words("各图 PNG", "Drawings as PNG"),
}
STATUS_NAMES: dict[int, Words] = {
    1: Words("等待", "Waiting"), 2: Words("生成中", "Being made"), 3: Words("完成", "Done"), 4: Words("失败", "Failed"),
}  # fmt: skip
STEP_NAMES: dict[str, Words] = {
    "figures": Words("汇总数字、绘制地图", "figures and maps"),
    **FORM_NAMES,
}


def divided(within: Divisions, lang: str) -> str:
    """Which divisions a report speaks in; nothing where there have never been others."""
    told = within.to_dict()
    if told["until"]:
        return word("divisions_until", lang, month=told["until"])
    return word("divisions_since", lang, month=told["since"]) if told["since"] else ""
