"""The record of what was imported and changed, and which version is current: to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from layers import access, languages, registry
from layers.admin.base import ReadOnlyAdmin
from layers.models import LayerVersion, Release
from layers.words import Words, active, shown, shown_word

_NAMES = {dataset.name: shown_word(dataset) for dataset in registry.DATASETS}
_ACTIONS = {
    "add": Words("手工添加", "Added by hand"),
    "change": Words("手工修改", "Changed by hand"),
    "delete": Words("手工删除", "Deleted by hand"),
}


class OfDataset(ReadOnlyAdmin):
    @admin.display(description=shown("数据集", "Dataset"), ordering="dataset")
    def dataset_zh(self, obj: Release | LayerVersion) -> str:
        return _NAMES.get(obj.dataset, obj.dataset)


@admin.register(Release)
class ReleaseAdmin(OfDataset):
    """The list; what a release is and did, and its undoing, are pages of the desk, which speak both languages."""

    list_display = (
        "id", "dataset_zh", "origin", "actor", "made_at", "rows_new", "rows_changed", "rows_unchanged", "rows_refused",
    )  # fmt: skip
    list_filter = ("dataset", "made_at")
    search_fields = ("file_name", "actor", "file_sha256")
    search_help_text = shown("按文件名、操作人或文件指纹查找", "Find by file name, actor or fingerprint")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All, or of who has a part of the city the own: as at the desk."""
        found = super().get_queryset(request)
        whole = access.reach_by(request.user, access.LOOK_BEHIND).whole
        return found if whole else found.filter(actor=request.user.get_username())

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

    def get_urls(self) -> list[URLPattern]:
        undo = self.admin_site.admin_view(lambda request, release_id: _to_desk("desk:undo", release_id))
        return [path("<int:release_id>/undo/", undo, name="layers_release_undo"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            raise PermissionDenied
        if not object_id.isdecimal():
            raise Http404
        return _to_desk("desk:release", int(object_id))


def _to_desk(name: str, release_id: int) -> HttpResponse:
    """On to a page of the desk, which is spoken to by its address, in the language of the administration."""
    return redirect(languages.address(reverse(name, args=[release_id]), active()))


@admin.register(LayerVersion)
class LayerVersionAdmin(OfDataset):
    list_display = ("dataset_zh", "version", "release", "changed_at")
    list_select_related = ("release",)
    search_fields = ()
    fieldsets = ((None, {"fields": ("dataset_zh", "version", "release", "changed_at")}),)
    readonly_fields = ("dataset_zh",)
