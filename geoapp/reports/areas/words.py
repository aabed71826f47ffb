"""The texts that the report of an area has of its own."""

from __future__ import annotations

from layers.words import Words

WORDS: dict[str, Words] = {
    "title": Words("范围用水报告", "Water use of an area"),
    "total": Words("范围内用水量", "Use in the area"),
    "cells": Words("计入网格", "Cells counted"),
    "regions_count": Words("地区数", "Regions"),
    "map": Words("范围与其中的设施", "The area and what stands in it"),
    "overview": Words("概要", "Summary"),
    "by_region": Words("分区与分月", "By region and month"),
    "regions": Words("所选各地区", "The chosen regions"),
    "townships": Words("落在各街道（乡镇）的部分", "What lies in each township"),
    "objects": Words("范围内的设施与用户", "Facilities and users in it"),
    "balance": Words("与全市的关系", "Within the whole city"),
    "method": Words("怎么算的，没有算什么", "How it was counted, and what is left out"),
    "area_l": Words("范围内", "In the area"),
    "elsewhere_l": Words("市内其他地方", "Elsewhere in the city"),
    "unassigned_l": Words("未分配", "Unassigned"),
    "outside_l": Words("市域外", "Outside the city"),
    "recorded_l": Words("全市有记录", "Recorded in all"),
    "summary": Words(
        "{period}，{name}用水 {volume}，占全市 {share}；面积 {area}，每平方公里 {density}。",
        "In {period}, {name} used {volume} of water, {share} of the city's, on {area} ({density}).",
    ),
    "nothing": Words("{period}，{name}没有用水记录。", "No use was recorded for {name} in {period}."),
    "most": Words("水源以{term}最多，{volume}，占 {share}。", "The largest source was {term}, with {volume} ({share})."),
    "selected": Words("只含所选的水源与用途：{terms}。", "Only these sources and purposes are counted: {terms}."),
    "cut": Words(
        "范围线切过 {cells} 个网格：整格计入的有 {counted} 升，整格没有计入的有 {left} 升。",
        "The outline of the area cuts {cells} cells: those counted whole hold {counted} L, those left out {left} L.",
    ),
    "by_area": Words(
        "其中 {share} 的水量只知道在哪个街道或社区，是按面积分到网格的。",
        "For {share} of the water only the township or village is known: it is spread over cells by area.",
    ),
    "unknown": Words(
        "没有落到网格的水量与市域外的水量，不知道是否在这个范围里，都没有计入。",
        "Water in no cell, and water outside the city, may or may not belong to this area and is not counted.",
    ),
    "law": Words(
        "范围内 + 市内其他地方 + 未分配 + 市域外 = 全市有记录，精确到升。",
        "In the area + elsewhere + unassigned + outside = recorded in all, to the litre.",
    ),
    "missing": Words("没有记录的月份：{months}。", "Months without any record: {months}."),
    "once": Words("{codes} 在所选的其他地区里，只计一次。", "{codes} lie in other chosen regions and count once."),
    "spelled": Words("范围：{text}", "Area: {text}"),
}  # fmt: skip


def word(key: str, lang: str, **values: object) -> str:
    return WORDS[key].in_(lang, **values)
