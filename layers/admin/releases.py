"""The record of what was imported and changed, and which version is current: to look at."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from layers import registry
from layers.admin.base import ReadOnlyAdmin
from layers.models import LayerVersion, Release

_ZH = {dataset.name: dataset.zh for dataset in registry.DATASETS}
_ACTIONS = {"add": "添加", "change": "修改", "delete": "删除"}


class OfDataset(ReadOnlyAdmin):
    @admin.display(description="数据集", ordering="dataset")
    def dataset_zh(self, obj: Release | LayerVersion) -> str:
        return _ZH.get(obj.dataset, obj.dataset)


@admin.register(Release)
class ReleaseAdmin(OfDataset):
    list_display = (
        "id", "dataset_zh", "origin", "actor", "made_at", "rows_new", "rows_changed", "rows_unchanged", "rows_refused",
    )  # fmt: skip
    list_filter = ("dataset", "made_at")
    search_fields = ("file_name", "actor", "file_sha256")
    search_help_text = "按文件名、操作人或文件指纹查找"
    fieldsets = (
        (None, {"fields": ("id", "dataset_zh", "origin", "file_sha256", "actor", "made_at")}),
        ("行数", {"fields": ("rows_new", "rows_changed", "rows_unchanged", "rows_refused")}),
        ("报告", {"fields": ("told",)}),
    )
    readonly_fields = ("id", "dataset_zh", "origin", "told")

    def word_query(self, word: str) -> Q:
        return Q(file_name__icontains=word) | Q(actor__icontains=word) | Q(file_sha256__startswith=word.lower())

    @admin.display(description="来源", ordering="file_name")
    def origin(self, obj: Release) -> str:
        by_hand = obj.report.get("admin")
        return f"手工{_ACTIONS.get(by_hand['action'], '')}" if by_hand else obj.file_name

    @admin.display(description="内容")
    def told(self, obj: Release) -> SafeString | str:
        """The import's report as the upload shows it, or the objects that a hand changed."""
        by_hand = obj.report.get("admin")
        if by_hand:
            return format_html("{}（共 {} 个）", "、".join(by_hand["objects"]), by_hand["count"])
        if "rows" not in obj.report:
            return "没有报告"
        return render_to_string("layers/admin/report.html", {"report": obj.report})


@admin.register(LayerVersion)
class LayerVersionAdmin(OfDataset):
    list_display = ("dataset_zh", "version", "release", "changed_at")
    list_select_related = ("release",)
    search_fields = ()
    fieldsets = ((None, {"fields": ("dataset_zh", "version", "release", "changed_at")}),)
    readonly_fields = ("dataset_zh",)
