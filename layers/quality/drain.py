"""Where water goes: what a sewage facility lacks."""

from __future__ import annotations

from layers.quality.each import each, fill
from layers.quality.rule import Rule
from layers.vocab import NOTABLE
from layers.words import Words

RULES = (
    Rule(
        341, "sewage_without_capacity", "污水处理设施没有处理能力", "A sewage facility without a capacity", ("sewage_plant",), NOTABLE,
        Words("登记时没有填处理能力。", "Its capacity was not registered."),
        Words("所在区划的污水处理能力少计。", "What its division can treat is counted short."),
        Words("查设计或验收资料，补填处理能力。", "Look it up in its design or its approval, and fill it in."),
        Words("没有处理能力", "no capacity"),
        each("o.capacity_m3_d IS NULL", fixes=fill("capacity_m3_d")), incomplete=True,
    ),
)  # fmt: skip
