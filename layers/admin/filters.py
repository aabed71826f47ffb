"""Filters of the administration's lists that no single field answers."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest

from layers import vocab
from layers.models import Region


class DistrictFilter(SimpleListFilter):
    """By district of the declared region: codes start with their district's."""

    title = "登记所在区"
    parameter_name = "district"
    path = "declared_region__code"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        districts = Region.objects.filter(level=vocab.DISTRICT, valid_to=None).order_by("code")
        return [*districts.values_list("code", "name"), ("none", "（未登记）")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        code = self.value()
        if not code:
            return queryset
        if code == "none":
            return queryset.filter(**{self.path: None})
        return queryset.filter(**{f"{self.path}__startswith": code})


class OwnDistrictFilter(DistrictFilter):
    title = "所属区"
    path = "code"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return super().lookups(request, model_admin)[:-1]


class BoundaryDistrictFilter(OwnDistrictFilter):
    path = "region__code"


class PositionFilter(SimpleListFilter):
    """What the position says against the register: the faults that somebody has to look at."""

    title = "位置核对"
    parameter_name = "position"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [("missing", "没有位置"), ("outside", "位于市域之外"), ("differs", "与登记区划不符")]

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


class CurrentFilter(SimpleListFilter):
    """Divisions and outlines as they are now, unless their history is asked for."""

    title = "版本"
    parameter_name = "history"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [("closed", "已失效"), ("all", "全部")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": "现行"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "closed":
                return queryset.filter(valid_to__isnull=False)
            case "all":
                return queryset
        return queryset.filter(valid_to=None)
