"""Filters of the administration's lists that no single field answers."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Count, F, Min, Q, QuerySet
from django.http import HttpRequest

from layers import vocab
from layers.models import Region
from layers.words import shown


class DistrictFilter(SimpleListFilter):
    """By district of the declared region: codes start with their district's."""

    title = shown("登记所在区", "Declared district")
    parameter_name = "district"
    path = "declared_region__code"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        current = Region.objects.filter(valid_to=None).order_by("code").values_list("code", "name")
        # A county has no districts, but townships.
        found = list(current.filter(level=vocab.DISTRICT)) or list(current.filter(level=vocab.TOWNSHIP))
        return [*found, ("none", shown("（未登记）", "(not declared)"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        code = self.value()
        if not code:
            return queryset
        if code == "none":
            return queryset.filter(**{self.path: None})
        return queryset.filter(**{f"{self.path}__startswith": code})


class OwnDistrictFilter(DistrictFilter):
    title = shown("所属区", "District")
    path = "code"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return super().lookups(request, model_admin)[:-1]


class BoundaryDistrictFilter(OwnDistrictFilter):
    path = "region__code"


class PositionFilter(SimpleListFilter):
    """What the position says against the register: the faults that somebody has to look at."""

    title = shown("位置核对", "Position checked")
    parameter_name = "position"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [
            ("missing", shown("没有位置", "No position")),
            ("outside", shown("位于市域之外", "Outside the city")),
            ("differs", shown("与登记区划不符", "Not in the declared division")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "missing":
                return queryset.filter(geom=None)
            case "outside":
                return queryset.filter(geom__isnull=False, found_region=None)
            case "differs":
                # Declared at any level: the village found must be it, or lie in it.
                return queryset.exclude(Q(found_region=None) | Q(declared_region=None)).exclude(
                    found_region__code__startswith=F("declared_region__code")
                )
        return queryset


class SourceFilter(SimpleListFilter):
    """By whose data a row is: the source with the most rows first."""

    title = shown("来源", "Source")
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        rows: Any = model_admin.model._default_manager.exclude(source="").order_by().values("source")
        counted = rows.annotate(rows=Count("pk"), first=Min("pk")).order_by("-rows", "first")
        return [(one["source"], one["source"]) for one in counted]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(source=self.value()) if self.value() else queryset


class CurrentFilter(SimpleListFilter):
    """Divisions and outlines as they are now, unless their history is asked for."""

    title = shown("版本", "Version")
    parameter_name = "history"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [("closed", shown("已失效", "No longer holds")), ("all", shown("全部", "All"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": shown("现行", "Current")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "closed":
                return queryset.filter(valid_to__isnull=False)
            case "all":
                return queryset
        return queryset.filter(valid_to=None)
