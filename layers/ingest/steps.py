"""The steps of an import as its progress names them,."""

from __future__ import annotations

from collections.abc import Mapping

from layers.words import Words

STEPS: Mapping[str, Words] = {
    "wait": Words("等待前面的导入", "Waiting for another import"),
    "read": Words("读取并检查", "Reading and checking"),
    "write": Words("与现有数据比较", "Comparing with the data"),
    "constraints": Words("检查约束", "Checking constraints"),
    "sums": Words("汇总", "Summing up"),
    "grid": Words("落格", "Assigning to cells"),
    "findings": Words("检查数据质量", "Looking for faults"),
    "record": Words("写入存证", "Entering into the record"),
}
