"""用 — what was used, and its sums."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from layers import access, registry, vocab
from layers.admin.amounts import CubicMetresField, cubic_metres
from layers.admin.base import FastAdmin, PublishedAdmin, PublishedForm, ReadOnlyAdmin
from layers.models import Boundary, Meter, Region, SupplyFacility, UsageRecord, UsageSum
from layers.recorded import all_months
from layers.shared import MOST_LITRES
from layers.values import term_word
from layers.words import active, shown

MATCHED = 1000  # places that one search word may stand for


class MonthFilter(admin.SimpleListFilter):
    """The months there are, found by a walk over the index; a date hierarchy would scan every record for them."""

    title = shown("月份", "Month")
    parameter_name = "month"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        with connection.cursor() as cursor:
            months = all_months(cursor)
        return [(f"{month:%Y-%m}", f"{month:%Y-%m}") for month in reversed(months)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = dict(self.lookup_choices).get(self.value() or "")
        return queryset.filter(month=date.fromisoformat(f"{chosen}-01")) if chosen else queryset


class UsageForm(PublishedForm):
    volume_l = CubicMetresField(
        label=shown("水量(m³)", "Volume (m³)"),
        help_text=shown("精确到升，最多三位小数", "exact to the litre, at most three decimals"),
    )

    def clean_month(self) -> date:
        return self.cleaned_data["month"].replace(day=1)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        value = lambda name: cleaned.get(name, getattr(self.instance, name, None))  # noqa: E731
        if sum(value(name) is not None for name in ("meter", "facility", "region")) != 1:
            raise forms.ValidationError(
                shown("水表、供水设施、区划须且只能填一个。", "Give exactly one of meter, facility and division."),
                code="one_place",
            )
        if abs(cleaned.get("volume_l") or 0) > MOST_LITRES:
            self.add_error(
                "volume_l",
                shown("不能超过 {most:,} m³。", "It cannot be more than {most:,} m³.", most=MOST_LITRES // 1000),
            )
        if (cleaned.get("volume_l") or 0) < 0 and not value("correction_no"):
            self.add_error(
                "volume_l",
                shown(
                    "只有更正记录（更正次序大于 0）可以为负。",
                    "Only a correction (correction no. above 0) may be negative.",
                ),
            )
        return cleaned


class Monthly(FastAdmin):
    @admin.display(description=shown("月份", "Month"))
    def in_month(self, obj: UsageRecord | UsageSum) -> str:
        """A month, though it is kept as its first day."""
        return f"{obj.month:%Y-%m}"


@admin.register(UsageRecord)
class UsageRecordAdmin(Monthly, PublishedAdmin):
    """Millions of rows: newest first by id, the one order that an index gives without a sort."""

    dataset = "usage"
    form = UsageForm
    list_display = ("in_month", "place", "source", "purpose", "volume", "correction_no")
    list_display_links = ("in_month", "place")
    list_select_related = ("meter", "facility", "region")
    list_filter = (MonthFilter, "source", "purpose")
    ordering = ("-id",)
    sortable_by = ()
    search_help_text = shown(
        "按水表、供水设施或区划的编码开头查找；也可填设施或区划的名称",
        "Find by the beginning of the code of a meter, facility or division, or by the name of a facility or division",
    )
    autocomplete_fields = ("meter", "facility", "region")
    fieldsets = (
        (
            None,
            {
                "fields": ("month", "meter", "facility", "region", "source", "purpose", "correction_no", "volume_l"),
                "description": shown(
                    "已上报的读数不应改写：更正请另加一条“更正次序”大于 0 的记录（可为负）。保存后，所在月份及当年累计的汇总随之更新。",
                    "Readings that were reported are not to be rewritten: add a record with a correction no. above 0, which may be negative. The sums of its month and year follow.",
                ),
            },
        ),
        (shown("计量位置", "Measured at"), {"fields": ("map",)}),
        (shown("来源", "Source"), {"fields": ("release",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Of a record only its volume can be wrong: another place or month is another record."""
        fixed = super().get_readonly_fields(request, obj)
        identity = ("month", "meter", "facility", "region", "source", "purpose", "correction_no")
        return [*fixed, *identity] if obj else fixed

    def get_actions(self, request: HttpRequest) -> Any:
        """One at a time: "select all" would mean millions."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def word_query(self, word: str) -> Q:
        """Places first, records by their indexes: a join over millions of records would take seconds."""
        found = Q()
        code = Q(code__istartswith=word)
        named = code if word.isascii() else code | Q(name__icontains=word)
        told = access.told_rows(registry.dataset("facility"), "name")
        facility = code if word.isascii() else code | (Q(name__icontains=word) & told)
        for name, model, how in (
            ("meter", Meter, code),
            ("facility", SupplyFacility, facility),
            ("region", Region, named),
        ):
            ids = list(model._default_manager.filter(how).order_by("pk").values_list("pk", flat=True)[:MATCHED])
            found |= Q(**{f"{name}__in": ids})
        return found

    @admin.display(description=shown("计量位置", "Measured at"))
    def place(self, obj: UsageRecord) -> str:
        return str(obj.meter or obj.facility or obj.region)

    @admin.display(description=shown("水量(m³)", "Volume (m³)"))
    def volume(self, obj: UsageRecord) -> str:
        return cubic_metres(obj.volume_l, grouped=True)

    def shown_geometry(self, obj: UsageRecord) -> Any:
        if obj.region:
            return Boundary.objects.filter(region=obj.region, valid_to=None).values_list("geom", flat=True).first()
        place = obj.meter or obj.facility
        return place.geom if place else None


@admin.register(UsageSum)
class UsageSumAdmin(Monthly, ReadOnlyAdmin):
    """Computed from the records, so never edited; here to be checked against them."""

    list_display = ("in_month", "level", "code_or_gap", "source_text", "purpose_text", "volume", "records")
    list_filter = ("level", MonthFilter)
    search_fields = ("code",)
    search_help_text = shown("按区划代码开头查找", "Find by the beginning of a division code")
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description=shown("区划", "Division"))
    def code_or_gap(self, obj: UsageSum) -> str:
        return obj.code or f"{obj.get_gap_display()}（{obj.parent_code}）"

    @admin.display(description=shown("水源", "Source"))
    def source_text(self, obj: UsageSum) -> str:
        return term_word(vocab.SOURCE, obj.source_sel, active()) or shown("全部", "All")

    @admin.display(description=shown("用途", "Purpose"))
    def purpose_text(self, obj: UsageSum) -> str:
        return term_word(vocab.PURPOSE, obj.purpose_sel, active()) or shown("全部", "All")

    @admin.display(description=shown("水量(m³)", "Volume (m³)"))
    def volume(self, obj: UsageSum) -> str:
        return cubic_metres(obj.volume_l, grouped=True)
