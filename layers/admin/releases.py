"""The record of what was imported and changed, and which version is current: to look at."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from layers import registry
from layers.admin.base import ReadOnlyAdmin
from layers.history.read import changed_by
from layers.ingest.refusal import ImportRefused
from layers.later import later
from layers.models import LayerVersion, Release

undo = later("layers.ingest.undo.undo")

_ZH = {dataset.name: dataset.zh for dataset in registry.DATASETS}
undo = later("layers.ingest.undo.undo")

IMPORT = "layers.import_data"
SHOWN = 100  # changed objects on a release's page
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
        ("改动的对象", {"fields": ("changes",)}),
    )
    readonly_fields = ("id", "dataset_zh", "origin", "told", "changes")
    change_form_template = "layers/admin/release.html"

    def word_query(self, word: str) -> Q:
        return Q(file_name__icontains=word) | Q(actor__icontains=word) | Q(file_sha256__startswith=word.lower())

    @admin.display(description="来源", ordering="file_name")
    def origin(self, obj: Release) -> str:
        by_hand = obj.report.get("admin")
        told = f"手工{_ACTIONS.get(by_hand['action'], '')}" if by_hand else obj.file_name
        return f"{told}（已由 #{obj.report['undone']} 撤销）" if obj.report.get("undone") else told

    @admin.display(description="内容")
    def told(self, obj: Release) -> SafeString | str:
        """The import's report as the upload shows it, or the objects that a hand changed."""
        by_hand = obj.report.get("admin")
        if by_hand:
            return format_html("{}（共 {} 个）", "、".join(by_hand["objects"]), by_hand["count"])
        if undone := obj.report.get("undo"):
            return format_html(
                "撤销第 {} 号发布：删去 {}，恢复原样 {}，恢复删除的 {}",
                undone["of"], undone["removed"], undone["restored"], undone["returned"],
            )  # fmt: skip
        if "rows" not in obj.report:
            return "没有报告"
        return render_to_string("layers/admin/report.html", {"report": obj.report})

    @admin.display(description="原值 → 新值")
    def changes(self, obj: Release) -> SafeString:
        """What the objects were and became; new ones are not among them."""
        count, changed = changed_by(obj, limit=SHOWN)
        model = apps.get_model(registry.dataset(obj.dataset).model)._meta
        return render_to_string(
            "layers/admin/changes.html",
            {
                "count": count,
                "changed": changed,
                "shown": SHOWN,
                "model": f"admin:{model.app_label}_{model.model_name}",
            },
        )

    def get_urls(self) -> list[URLPattern]:
        undo_view = self.admin_site.admin_view(self.undo)
        return [path("<int:release_id>/undo/", undo_view, name="layers_release_undo"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may = {"may_undo": request.user.has_perm(IMPORT)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **may})

    def undo(self, request: HttpRequest, release_id: int) -> HttpResponse:
        """What taking the release back would do; and, sent, does."""
        if not request.user.has_perm(IMPORT):
            raise PermissionDenied
        release = get_object_or_404(Release, pk=release_id)
        context = {**self.admin_site.each_context(request), "title": f"撤销第 {release.pk} 号发布", "release": release,
                   "opts": self.opts, "origin": self.origin(release)}  # fmt: skip
        try:
            done = undo(release.pk, commit=request.method == "POST", actor=request.user.get_username(), wait_s=10.0)
        except ImportRefused as error:
            return TemplateResponse(request, "layers/admin/undo.html", {**context, "error": error}, status=400)
        if done.committed:
            messages.success(request, f"第 {release.pk} 号发布已撤销。")
            return redirect("admin:layers_release_change", done.new_release_id)
        return TemplateResponse(request, "layers/admin/undo.html", {**context, "done": done})


@admin.register(LayerVersion)
class LayerVersionAdmin(OfDataset):
    list_display = ("dataset_zh", "version", "release", "changed_at")
    list_select_related = ("release",)
    search_fields = ()
    fieldsets = ((None, {"fields": ("dataset_zh", "version", "release", "changed_at")}),)
    readonly_fields = ("dataset_zh",)
