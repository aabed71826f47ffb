"""Which months are provisional: said by hand, for all figures, for a division, or for what a bureau reports."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from layers.admin.base import PublishedAdmin, PublishedForm
from layers.models import ProvisionalMonth
from layers.words import shown


class ProvisionalForm(PublishedForm):
    def clean_month(self) -> date:
        day: date = self.cleaned_data["month"]
        return day.replace(day=1)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("region") and cleaned.get("reporting_unit"):
            raise forms.ValidationError(
                shown(
                    "区划与填报单位只填一个；都不填即全市。",
                    "Give a division or a reporting unit; with neither it is the whole city.",
                ),
                code="one_place",
            )
        return cleaned


@admin.register(ProvisionalMonth)
class ProvisionalMonthAdmin(PublishedAdmin):
    dataset = "provisional"
    form = ProvisionalForm
    list_display = ("in_month", "place", "note")
    list_select_related = ("region", "reporting_unit")
    search_fields = ("region__code", "note")
    search_help_text = shown("按区划代码开头或说明查找", "Find by the beginning of a division's code, or by the note")
    autocomplete_fields = ("region", "reporting_unit")
    fieldsets = (
        (
            None,
            {
                "fields": ("month", "region", "reporting_unit", "note"),
                "description": shown(
                    "登记后，凡含这个月的数字，地图、图表、文件和报告都标“暂定”。数据定稿后删去即可。",
                    "Every figure that holds this month is then called provisional, on the map, in charts, files and reports. Delete it "
                    "once the month is final.",
                ),
            },
        ),
        (shown("来源", "Source"), {"fields": ("release",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Of another month or place it is said anew."""
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "month", "region", "reporting_unit"] if obj else fixed

    def word_query(self, word: str) -> Q:
        return Q(region__code__startswith=word) | Q(reporting_unit__code__startswith=word) | Q(note__icontains=word)

    @admin.display(description=shown("月份", "Month"), ordering="month")
    def in_month(self, obj: ProvisionalMonth) -> str:
        return f"{obj.month:%Y-%m}"

    @admin.display(description=shown("范围", "Where"))
    def place(self, obj: ProvisionalMonth) -> str:
        return str(obj.region or obj.reporting_unit or shown("全部", "Everywhere"))
