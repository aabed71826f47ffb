"""Divisions and their outlines: to look at. They have a history, so they change by importing a file, never by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString

from layers import vocab
from layers.admin.base import PublishedAdmin, ReadOnlyAdmin, division_mark, map_html
from layers.admin.filters import BoundaryDistrictFilter, CurrentFilter, OwnDistrictFilter
from layers.models import Boundary, Region, ReportingUnit
from layers.values import term_word
from layers.words import Words, active, shown

_LINK = "\0"  # where the link stands in the text


def _why() -> str:
    told = Words(
        "区划和边界按版本保存：改名、撤并、调整边界都会关闭旧版本、另立新版本，使往年的数字保持原名。"
        "因此这里只能查看；要改动请{link}，数据集选“行政区划”。",
        "Divisions and their outlines are kept in versions: a new name or outline closes the old version and opens another, so that "
        "former years keep their names. Here they can only be seen; to change them {link} and choose the dataset “Regions”.",
    )
    before, _, after = told.in_(active(), link=_LINK).partition(_LINK)
    link = format_html('<a href="{}?target=region">{}</a>', reverse("desk:index"), shown("导入文件", "import a file"))
    return format_html("{}{}{}", before, link, after)


WHY: Any = lazy(_why, str)()  # addresses are known only once all of them are read


@admin.register(ReportingUnit)
class ReportingUnitAdmin(PublishedAdmin):
    dataset = "reporting_unit"
    list_display = ("code", "name")
    fieldsets = ((None, {"fields": ("code", "name")}), (shown("来源", "Source"), {"fields": ("release",)}))


@admin.register(Region)
class RegionAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "level", "parent", "reporting_unit", "valid_from", "valid_to")
    list_select_related = ("parent", "reporting_unit", "valid_from", "valid_to")
    list_filter = (CurrentFilter, "level", "reporting_unit", OwnDistrictFilter)
    fieldsets = (
        (None, {"fields": ("code", "name", "level", "parent", "reporting_unit"), "description": WHY}),
        (shown("边界", "Outline"), {"fields": ("map",)}),
        (shown("版本", "Version"), {"fields": ("valid_from", "valid_to")}),
    )
    readonly_fields = ("map",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """An object is declared in a division as it is now."""
        if request.path.endswith("/autocomplete/"):
            queryset = queryset.filter(valid_to=None)
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=shown("地图", "Map"))
    def map(self, obj: Region) -> SafeString | str:
        outlines = Boundary.objects.filter(region=obj).order_by("-valid_from_id").values_list("geom", flat=True)
        outline: GEOSGeometry | None = outlines.first()
        return map_html(outline)


@admin.register(Boundary)
class BoundaryAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "level", "square_km", "source", division_mark, "valid_from", "valid_to")
    list_select_related = ("region", "valid_from", "valid_to")
    list_filter = (CurrentFilter, "region__level", "quality", BoundaryDistrictFilter)
    search_fields = ("region__code", "region__name")
    ordering = ("region__code",)
    fieldsets = (
        (None, {"fields": ("region", "map", "square_km", "source", "quality"), "description": WHY}),
        (shown("版本", "Version"), {"fields": ("valid_from", "valid_to")}),
    )
    readonly_fields = ("map", "square_km")
    synthetic_field = "quality"

    def word_query(self, word: str) -> Q:
        return Q(region__code__startswith=word) | Q(region__name__icontains=word)

    @admin.display(description=shown("区划代码", "Division code"), ordering="region__code")
    def code(self, obj: Boundary) -> str:
        return obj.region.code

    @admin.display(description=shown("名称", "Name"))
    def name(self, obj: Boundary) -> str:
        return obj.region.name

    @admin.display(description=shown("级别", "Level"))
    def level(self, obj: Boundary) -> str:
        return term_word(vocab.LEVEL, obj.region.level, active())

    @admin.display(description=shown("面积(km²)", "Area (km²)"), ordering="area_m2")
    def square_km(self, obj: Boundary) -> str:
        return f"{obj.area_m2 / 1e6:,.3f}"

    @admin.display(description=shown("地图", "Map"))
    def map(self, obj: Boundary) -> SafeString | str:
        return map_html(obj.geom)
