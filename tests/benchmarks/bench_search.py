"""Search over all datasets in one statement by indexes, against the same statement that reads every name and code; and how long whole
searches take, of each kind of question there is, over half a million objects."""

from __future__ import annotations

import statistics
import time
from functools import partial
from typing import Any

from tests.benchmarks import harness

TITLE = "Search: names and codes by indexes, against reading all of them"
CALLS = 15
WITHOUT = "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off"
P95_MS = 100
# Kinds of questions, each with what is asked: nothing twice, as an answer is kept.
KINDS: dict[str, tuple[str, ...]] = {
    "one letter": tuple("水厂路村社区东西南北大小"),
    "two letters": ("海淀", "朝阳", "水厂", "用水", "用户", "中学", "公司", "花园", "农业", "绿化", "张镇", "密云"),
    "part of a name": ("东华门", "建国门", "酒仙桥", "回龙观", "自来水厂", "集中供水", "污水处理", "马坊地区", "第九水厂", "庞各庄", "月坛街道", "三里屯"),
    "whole name": tuple(f"东城区东华门街道用水户{n:05}" for n in range(1, 13)),
    "several words": ("海淀 水厂", "朝阳 污水", "密云 水库", "通州 供水站", "房山 用水户", "大兴 庞各庄", "昌平 回龙观 社区", "顺义 集中", "怀柔 站", "平谷 供水", "延庆 村", "丰台 自建"),
    "code": tuple(f"U11010100{n:04}" for n in range(1, 13)),
    "beginning of a code": ("u1", "w1", "m", "mc", "p1", "h1", "up", "sb", "U110105", "MC00", "W110108", "sp"),
    "part of a code": tuple(f"0000{n}" for n in range(121, 133)),
    "pinyin": ("hd", "hdq", "haidian", "cyq", "dhm", "jxq", "zhongguancun", "sanlitun", "hlg", "mysk", "xhz", "jiuxianq"),
    "English": ("Haidian", "Haidian District", "chaoyang", "Miyun", "district", "Fengtai", "Tongzhou", "Daxing district", "Yanqing", "Huairou", "Pinggu", "Shunyi"),
    "holder": ("朝阳区取水户", "密云区取水户", "海淀区取水户00001", "取水户00443", "H110105", "H11011800443", "海淀 取水户", "房山区取水户01101", "HU110117", "取水户", "东城区取水户", "通州区取水户01119"),
    "permit": tuple(f"P1101050{n:04}" for n in range(1, 13)),
    "position": tuple(f"116.{n}, 39.9{n}" for n in range(31, 43)),
    "nothing": ("没有这个", "zzqx", "不存在的", "q", "龘", "x9x9x9", "無", "@@", "没有", "东东东东", "xx yy", "％"),
}  # fmt: skip
# Three letters and more are found by trigrams, the beginning of a code by its index; names of one or two letters are looked through in memory,
# so that here is what fetching them takes.
ASKED = (
    ("a part of a name", "东华门"),
    ("a whole name", "东华门街道用水户00001"),
    ("a part of a code", "0000123"),
    ("a code in another case", "u110101000001"),
    ("two letters", "海淀"),
    ("one letter", "水"),
)


def measure() -> str:
    harness.serving_setup()
    from django.db import connection, transaction

    from layers.feeds.search import matches

    def asked(text: str, before: str) -> list[Any]:
        """The rows of the statement; what Django takes to put it together is the same both times, and left out."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(before)
            cursor.execute(*statements[text])
            return list(cursor.fetchall())

    statements = {text: matches(text, 20).query.sql_with_params() for _, text in ASKED}
    lines = []
    for name, text in ASKED:
        ours, read = partial(asked, text, "SELECT 1"), partial(asked, text, WITHOUT)
        assert ours() == read(), f"another answer without indexes: {text}"
        pair = harness.Pair()
        for _ in range(CALLS):
            pair.take(ours, read)
        lines.append(pair.row(f"{name}: {text}"))
    return harness.table(harness.HEAD, lines) + "\n\n" + _whole()


def _whole() -> str:
    """Whole searches as an address answers them, once each kind; what is kept in memory is made before."""
    from django.apps import apps

    from layers import access, registry
    from layers.db import remembering, snapshot
    from layers.feeds.search import search

    def asked(text: str) -> float:
        started = time.perf_counter()
        with access.one_moment(), snapshot(), remembering():
            search(text, 12)
        return (time.perf_counter() - started) * 1000

    objects = sum(apps.get_model(one.model)._default_manager.count() for one in registry.DATASETS if one.placed)
    for text in ("hd", "水", "海淀 水"):
        asked(text)
    lines, every = [], []
    for name, texts in KINDS.items():
        taken = sorted(asked(text) for text in texts)
        every += taken
        lines.append([name, f"{statistics.median(taken):.0f}", f"{taken[-1]:.0f}"])
    every.sort()
    p95 = every[int(len(every) * 0.95)]
    lines.append(
        [
            f"**all {len(every)} over {objects:,} objects: p95 {p95:.0f} ms** (to be {P95_MS})",
            f"{statistics.median(every):.0f}",
            f"{every[-1]:.0f}",
        ]
    )
    return harness.table(("question", "median ms", "slowest ms"), lines)
