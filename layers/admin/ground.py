"""底图 — waters, roads and railways."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin

from layers.admin.base import PublishedAdmin, outline_mark
from layers.admin.filters import SourceFilter
from layers.models import Railway, Road, WaterBody, Watercourse
from layers.words import shown


class UnderneathAdmin(PublishedAdmin):
    """``own`` names the fields of the kind itself, ``size`` how large one is."""

    own: ClassVar[tuple[str, ...]] = ()
    size: ClassVar[str] = "kilometres"
    list_filter: ClassVar[Any] = ("kind", "boundary_quality", SourceFilter)
    synthetic_field = "boundary_quality"

    def get_list_display(self, request: Any) -> tuple[Any, ...]:
        return ("code", "name", "kind", *self.own, self.size, outline_mark)

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), self.size]

    def sections(self) -> tuple[Any, ...]:
        return (
            (None, {"fields": ("code", "name", "kind", *self.own)}),
            (shown("图形", "Shape"), {"fields": ("geom", "boundary_quality", "accuracy_m", self.size)}),
            (shown("来源", "Source"), {"fields": ("source", "release")}),
        )

    @admin.display(description=shown("长度(km)", "Length (km)"), ordering="length_m")
    def kilometres(self, obj: Any) -> str:
        return f"{obj.length_m / 1e3:,.3f}" if obj.pk else "—"

    @admin.display(description=shown("面积(km²)", "Area (km²)"), ordering="area_m2")
    def square_km(self, obj: Any) -> str:
        return f"{obj.area_m2 / 1e6:,.3f}" if obj.pk else "—"


@admin.register(WaterBody)
class WaterBodyAdmin(UnderneathAdmin):
    dataset = "water_body"
    size = "square_km"


@admin.register(Watercourse)
class WatercourseAdmin(UnderneathAdmin):
    dataset = "watercourse"


@admin.register(Road)
class RoadAdmin(UnderneathAdmin):
    dataset = "road"
    own = ("number",)


@admin.register(Railway)
class RailwayAdmin(UnderneathAdmin):
    dataset = "railway"
