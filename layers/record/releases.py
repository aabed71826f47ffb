"""Releases: which file changed how many rows of which dataset, and when; with commitments to who did it and what the file was called."""

from __future__ import annotations

from layers.record.kinds import Fact, Kind
from layers.words import Words

KIND = Kind(
    "release",
    Words("数据发布", "Releases"),
    (
        Fact("dataset", Words("数据集", "Dataset")),
        Fact("file_sha256", Words("文件指纹", "Fingerprint")),
        Fact("file_name", Words("文件", "File"), personal=True),
        Fact("actor", Words("操作人", "Actor"), personal=True),
        Fact("made_at", Words("时间", "Time")),
        Fact("rows_new", Words("新增", "New")),
        Fact("rows_changed", Words("变更", "Changed")),
        Fact("rows_unchanged", Words("未变", "Unchanged")),
        Fact("rows_refused", Words("拒收", "Refused")),
    ),
    "SELECT id, id::text AS subject, dataset, file_sha256, file_name, actor, "
    "made_at, rows_new, rows_changed, rows_unchanged, rows_refused FROM layers_release",
)
