"""取 — permits and their holders."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.gis.geos import GEOSGeometry, MultiPoint
from django.http import HttpRequest

from layers import access
from layers.admin.amounts import CubicMetresField, cubic_metres
from layers.admin.base import PublishedAdmin, PublishedForm
from layers.admin.filters import DistrictFilter
from layers.models import AbstractionHolder, AbstractionPermit
from layers.words import shown

MAPPED = 500  # points of one permit that its map shows


class PermitForm(PublishedForm):
    permitted_l_per_year = CubicMetresField(
        label=shown("年许可水量(m³)", "Permitted volume (m³ a year)"), required=False, signed=False
    )


@admin.register(AbstractionPermit)
class PermitAdmin(PublishedAdmin):
    """A permit has no place of its own: its map shows the wells and intakes it is for."""

    dataset = "permit"
    form = PermitForm
    list_display = ("code", "holder", "permitted", "valid_from", "valid_to", "declared_region")
    list_select_related = ("holder", "declared_region")
    list_filter = (DistrictFilter,)
    search_fields = ("code", "holder__name")
    autocomplete_fields = ("holder", "declared_region")
    fieldsets = (
        (None, {"fields": ("code", "holder", "permitted_l_per_year", "valid_from", "valid_to", "declared_region")}),
        (shown("许可的取水口", "Permitted abstraction points"), {"fields": ("map",)}),
        (shown("来源", "Source"), {"fields": ("release",)}),
    )

    @admin.display(description=shown("年许可水量(m³)", "Permitted volume (m³ a year)"), ordering="permitted_l_per_year")
    def permitted(self, obj: AbstractionPermit) -> str:
        return cubic_metres(obj.permitted_l_per_year, grouped=True) or "—"

    def shown_geometry(self, obj: AbstractionPermit) -> GEOSGeometry | None:
        if obj.pk is None:
            return None
        places = [obj.wells, obj.intakes]
        found: list[Any] = []
        for objects in places:
            seen = access.objects_of(objects.model).filter(geom__isnull=False)
            found += objects.filter(pk__in=seen.values("pk")).values_list("geom", flat=True)[:MAPPED]
        return MultiPoint(found, srid=found[0].srid) if found else None


@admin.register(AbstractionHolder)
class HolderAdmin(PublishedAdmin):
    """Holders come with the permits that name them, so a holder's new name is a change of the permits."""

    dataset = "permit"
    list_display = ("code", "name")
    fieldsets = ((None, {"fields": ("code", "name")}), (shown("来源", "Source"), {"fields": ("release",)}))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if form.journal is not None:
            form.instance.permits.update(release=form.journal.release)
        super().save_related(request, form, formsets, change)
