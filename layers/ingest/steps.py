"""The steps of an import as its progress names them, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

STEPS: Mapping[str, tuple[str, str]] = {
    "wait": ("等待前面的导入", "Waiting for another import"),
    "read": ("读取并检查", "Reading and checking"),
    "write": ("与现有数据比较", "Comparing with the data"),
    "constraints": ("检查约束", "Checking constraints"),
    "sums": ("汇总", "Summing up"),
    "grid": ("落格", "Assigning to cells"),
}
