"""供 — the areas that facilities supply."""

from __future__ import annotations

from django.contrib import admin

from layers.admin.base import PublishedAdmin, outline_mark
from layers.admin.filters import DistrictFilter
from layers.models import SupplyArea
from layers.words import shown


class FacilityDistrictFilter(DistrictFilter):
    path = "facility__declared_region__code"


@admin.register(SupplyArea)
class SupplyAreaAdmin(PublishedAdmin):
    dataset = "supply_area"
    list_display = ("code", "name", "facility", "square_km", outline_mark)
    list_select_related = ("facility",)
    list_filter = ("boundary_quality", "facility__kind", FacilityDistrictFilter)
    search_fields = ("code", "name", "facility__name")
    autocomplete_fields = ("facility",)
    readonly_fields = ("square_km",)
    fieldsets = (
        (None, {"fields": ("code", "name", "facility")}),
        (shown("范围", "Area"), {"fields": ("geom", "boundary_quality", "square_km")}),
        (shown("来源", "Source"), {"fields": ("release",)}),
    )
    synthetic_field = "boundary_quality"

    @admin.display(description=shown("面积(km²)", "Area (km²)"), ordering="area_m2")
    def square_km(self, obj: SupplyArea) -> str:
        return f"{obj.area_m2 / 1e6:,.3f}" if obj.pk else "—"
