"""Filters of the administration's lists that no single field answers."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Count, Func, Min, QuerySet
from django.http import HttpRequest

from layers import access, vocab
from layers.models import Region
from layers.quality import BY_CODE, RULES
from layers.registry import FINDING
from layers.words import shown, shown_word


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


class FaultFilter(SimpleListFilter):
    """By what rules of quality find wrong with the objects, where whoever asks is told of findings."""

    title = shown("数据问题", "What is wrong")
    parameter_name = "fault"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        of = access.of_model(model_admin.model)
        return [(rule.code, shown_word(rule)) for rule in RULES if of is not None and of.name in rule.datasets]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rule = BY_CODE.get(self.value() or "")
        of = access.of_model(queryset.model)
        if rule is None or of is None:
            return queryset
        found = access.objects(FINDING).filter(standing=True, rule=rule.id, dataset=of.name)
        return queryset.filter(pk__in=found.values_list(Func("object_ids", function="unnest"), flat=True))


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
