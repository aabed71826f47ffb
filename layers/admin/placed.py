"""Lists and forms of what stands at a point: wells, intakes, facilities, users, meters, sewage plants."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest

from layers.admin.base import PublishedAdmin, quality_mark
from layers.admin.filters import DistrictFilter, PositionFilter


@admin.display(description="登记所在区划", ordering="declared_region__code")
def declared(obj: Any) -> str:
    return obj.declared_region.name if obj.declared_region else "—"


@admin.display(description="位置所在区划", ordering="found_region__code")
def found(obj: Any) -> str:
    return obj.found_region.name if obj.found_region else "—"


class PlacedAdmin(PublishedAdmin):
    """``own`` names the fields of the kind itself, ``shown`` those of them in the list."""

    own: ClassVar[tuple[str, ...]] = ()
    shown: ClassVar[tuple[str, ...]] = ()
    list_select_related = ("declared_region", "found_region")
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("declared_region",)
    readonly_fields = ("found_region",)
    synthetic_field = "position_quality"

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return ("code", "name", *self.shown, declared, found, quality_mark)

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        return (*self.list_filter, "position_quality", PositionFilter, DistrictFilter)

    def sections(self) -> tuple[Any, ...]:
        return (
            (None, {"fields": ("code", "name", *self.own)}),
            ("位置", {"fields": ("geom", "position_quality", "declared_region", "found_region")}),
            ("来源", {"fields": ("release",)}),
        )

    def tell(self, request: HttpRequest, obj: Any, months: list[Any]) -> None:
        super().tell(request, obj, months)
        if obj is None:
            return
        obj.refresh_from_db(fields=[name for name in ("found_region", "stand_in") if hasattr(obj, name)])
        note, grave = finding(obj)
        messages.add_message(request, messages.WARNING if grave else messages.INFO, note)


def finding(obj: Any) -> tuple[str, bool]:
    """Where the position was found to be, in words, and whether somebody should look at it."""
    if obj.geom is None:
        user = getattr(obj, "stand_in", None)
        where = f"用水户“{user}”的位置" if user else "登记所在区划"
        return f"没有位置：地图上不显示，统计按{where}计。", False
    if obj.found_region is None:
        return "位置在市域之外：不属于任何社区（村）。", True
    if obj.declared_region and not obj.found_region.code.startswith(obj.declared_region.code):
        return f"位置所在区划“{obj.found_region}”与登记所在区划“{obj.declared_region}”不符。", True
    return f"位置所在区划：{obj.found_region}。", False
