"""Rules of quality as data: what can be wrong with the objects, each with one statement that finds it. What they find, and what people
say of it, is in `layers.findings`.

A rule is an entry of one of this room's modules; nothing else lists rules. Ids are kept in findings and never given twice.
"""

from __future__ import annotations

from layers.quality import drain, positions, readings, regions, supply, take, use
from layers.quality.rule import ANY, CONTEXT, Rule
from layers.vocab import Vocab

__all__ = ["ANY", "BY_CODE", "BY_ID", "CONTEXT", "RULE", "RULES", "Rule"]

RULES: tuple[Rule, ...] = (
    *positions.RULES, *take.RULES, *supply.RULES, *drain.RULES, *use.RULES, *readings.RULES, *regions.RULES, *regions.OUTLINES,
)  # fmt: skip
BY_ID = {rule.id: rule for rule in RULES}
BY_CODE = {rule.code: rule for rule in RULES}

RULE = Vocab("quality_rule", "规则", "Rule", tuple(rule.term for rule in RULES))
