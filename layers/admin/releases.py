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
from django.utils.safestring import SafeString

from layers import registry
from layers.admin.base import ReadOnlyAdmin
from layers.history.read import changed_by
from layers.ingest.refusal import ImportRefused
from layers.later import later
from layers.models import LayerVersion, Release
from layers.words import Listed, Words, active, shown, shown_word

undo = later("layers.ingest.undo.undo")

_NAMES = {dataset.name: shown_word(dataset) for dataset in registry.DATASETS}
undo = later("layers.ingest.undo.undo")

IMPORT = "layers.import_data"
SHOWN = 100  # changed objects on a release's page
_ACTIONS = {
    "add": Words("手工添加", "added by hand"),
    "change": Words("手工修改", "changed by hand"),
    "delete": Words("手工删除", "deleted by hand"),
}


class OfDataset(ReadOnlyAdmin):
    @admin.display(description=shown("数据集", "Dataset"), ordering="dataset")
    def dataset_zh(self, obj: Release | LayerVersion) -> str:
        return _NAMES.get(obj.dataset, obj.dataset)


@admin.register(Release)
class ReleaseAdmin(OfDataset):
    list_display = (
        "id", "dataset_zh", "origin", "actor", "made_at", "rows_new", "rows_changed", "rows_unchanged", "rows_refused",
    )  # fmt: skip
    list_filter = ("dataset", "made_at")
    search_fields = ("file_name", "actor", "file_sha256")
    search_help_text = shown("按文件名、操作人或文件指纹查找", "Find by file name, actor or fingerprint")
    fieldsets = (
        (None, {"fields": ("id", "dataset_zh", "origin", "file_sha256", "actor", "made_at")}),
        (shown("行数", "Rows"), {"fields": ("rows_new", "rows_changed", "rows_unchanged", "rows_refused")}),
        (shown("报告", "Report"), {"fields": ("told",)}),
        (shown("改动的对象", "Changed objects"), {"fields": ("changes",)}),
    )
    readonly_fields = ("id", "dataset_zh", "origin", "told", "changes")
    change_form_template = "layers/admin/release.html"

    def word_query(self, word: str) -> Q:
        return Q(file_name__icontains=word) | Q(actor__icontains=word) | Q(file_sha256__startswith=word.lower())

    @admin.display(description=shown("来源", "Source"), ordering="file_name")
    def origin(self, obj: Release) -> str:
        by_hand = obj.report.get("admin")
        told = _ACTIONS[by_hand["action"]].in_(active()) if by_hand else obj.file_name
        if undone := obj.report.get("undone"):
            return Words(
                "{told}（已由 #{release} 撤销）", "{told} (taken back by #{release})", told=told, release=undone
            ).in_(active())
        return told

    @admin.display(description=shown("内容", "Content"))
    def told(self, obj: Release) -> SafeString | str:
        """The import's report as the upload shows it, or the objects that a hand changed."""
        by_hand = obj.report.get("admin")
        if by_hand:
            named = Listed(*by_hand["objects"])
            return Words(
                "{objects}（共 {count} 个）", "{objects} ({count} in all)", objects=named, count=by_hand["count"]
            ).in_(active())
        if undone := obj.report.get("undo"):
            return Words(
                "撤销第 {of} 号发布：删去 {removed}，恢复原样 {restored}，恢复删除的 {returned}",
                "Release {of} taken back: {removed} removed, {restored} as before, {returned} returned",
                of=undone["of"], removed=undone["removed"], restored=undone["restored"], returned=undone["returned"],
            ).in_(active())  # fmt: skip
        if "rows" not in obj.report:
            return Words("没有报告", "No report").in_(active())
        return render_to_string("layers/admin/report.html", {"report": obj.report, "lang": active()})

    @admin.display(description=shown("原值 → 新值", "Old → new"))
    def changes(self, obj: Release) -> SafeString:
        """What the objects were and became; new ones are not among them."""
        count, changed = changed_by(obj, active(), limit=SHOWN)
        model = apps.get_model(registry.dataset(obj.dataset).model)._meta
        return render_to_string(
            "layers/admin/changes.html",
            {
                "count": count,
                "changed": changed,
                "shown": SHOWN,
                "lang": active(),
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
        context = {**self.admin_site.each_context(request), "title": shown("撤销第 {release} 号发布", "Take back release {release}", release=release.pk), "release": release,
                   "opts": self.opts, "origin": self.origin(release)}  # fmt: skip
        try:
            done = undo(release.pk, commit=request.method == "POST", actor=request.user.get_username(), wait_s=10.0)
        except ImportRefused as error:
            return TemplateResponse(request, "layers/admin/undo.html", {**context, "error": error}, status=400)
        if done.committed:
            messages.success(
                request, shown("第 {release} 号发布已撤销。", "Release {release} was taken back.", release=release.pk)
            )
            return redirect("admin:layers_release_change", done.new_release_id)
        return TemplateResponse(request, "layers/admin/undo.html", {**context, "done": done})


@admin.register(LayerVersion)
class LayerVersionAdmin(OfDataset):
    list_display = ("dataset_zh", "version", "release", "changed_at")
    list_select_related = ("release",)
    search_fields = ()
    fieldsets = ((None, {"fields": ("dataset_zh", "version", "release", "changed_at")}),)
    readonly_fields = ("dataset_zh",)
