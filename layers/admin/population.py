"""How many people and households there are in a division: counted on a day, from a census or a yearbook."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from layers.admin.base import PublishedAdmin, PublishedForm
from layers.admin.filters import DistrictFilter
from layers.models import Boundary, Population
from layers.words import shown


class OfDistrictFilter(DistrictFilter):
    title = shown("所属区", "District")
    path = "region__code"


class PopulationForm(PublishedForm):
    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > date.today():
            raise forms.ValidationError(
                shown("日期在将来：这里只登记已经清点的数。", "The day is to come: what is counted here was counted.")
            )
        return day

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if not self.errors and cleaned.get("residents") is None and cleaned.get("households") is None:
            raise forms.ValidationError(
                shown("常住人口与户数至少填一项。", "Give residents, households or both."), code="nothing"
            )
        return cleaned


@admin.register(Population)
class PopulationAdmin(PublishedAdmin):
    dataset = "population"
    form = PopulationForm
    list_display = ("region", "day", "residents", "households", "source")
    list_select_related = ("region",)
    list_filter = (OfDistrictFilter,)
    search_fields = ("region__code", "region__name")
    search_help_text = shown("按区划代码开头或名称查找", "Find by the beginning of a division's code, or by its name")
    autocomplete_fields = ("region",)
    ordering = ("region__code", "-day")
    fieldsets = (
        (None, {"fields": ("region", "day", "residents", "households", "source")}),
        (shown("区划", "Division"), {"fields": ("map",)}),
        (shown("来源", "Source"), {"fields": ("release",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Of another division or day it is another count."""
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "region", "day"] if obj else fixed

    def word_query(self, word: str) -> Q:
        return Q(region__code__startswith=word) | Q(region__name__icontains=word)

    def shown_geometry(self, obj: Population) -> Any:
        return Boundary.objects.filter(region=obj.region, valid_to=None).values_list("geom", flat=True).first()
