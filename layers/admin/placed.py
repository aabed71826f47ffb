"""Lists and forms of what stands at a point, made from the datasets: wells, facilities, meters, and whatever is added."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.db import connection
from django.http import HttpRequest
from django.utils.functional import cached_property

from layers import registry, standing
from layers.admin.base import PublishedAdmin, PublishedForm, quality_mark
from layers.admin.filters import DistrictFilter, FaultFilter
from layers.ingest.effective import CURRENT, told_of_positions
from layers.ingest.refusal import ImportRefused
from layers.registry import Dataset
from layers.settle import MOVING
from layers.shared import STANDS_SINCE
from layers.words import Words, shown, shown_word


@admin.display(description=shown("登记所在区划", "Declared division"), ordering="declared_region__code")
def declared(obj: Any) -> str:
    return obj.declared_region.name if obj.declared_region else "—"


@admin.display(description=shown("位置所在区划", "Division of the position"), ordering="found_region__code")
def found(obj: Any) -> str:
    return obj.found_region.name if obj.found_region else "—"


class MovedForm(PublishedForm):
    """Of what usage is measured at, or counts by: another position holds from a month on."""

    effective = forms.CharField(label=shown("自哪个月起", "From which month on"), required=False, max_length=7)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with connection.cursor() as cursor:
            default = standing.by_default(cursor).since
        told = Words("各月都按新位置统计", "every month counts at the new position")
        if default:
            told = Words(
                "自 {month} 起（最近一个有用水量的月份之后），此前各月仍按原位置统计",
                "from {month} on (behind the last month with usage), months before at the old one",
                month=f"{default:%Y-%m}",
            )
        self.fields["effective"].help_text = shown(
            "位置有变动时，自哪个月起按新位置统计，如 2020-01；{current} 表示更正：现位置的各月都按新位置统计。"
            "不填：{told}；原来没有位置的，各月都按新位置统计",
            "From which month on another position counts, as 2020-01; {current} for a correction: every month counts at it. "
            "Left empty: {told}; where there was no position, every month counts at the new one",
            current=CURRENT,
            told=told,
        )

    def clean_effective(self) -> standing.Effect | None:
        try:
            return told_of_positions(self.cleaned_data["effective"].strip())
        except ImportRefused as error:
            raise forms.ValidationError(shown_word(error.said), code="effective") from error

    @cached_property
    def changed_data(self) -> list[str]:
        """A month alone changes nothing."""
        return [name for name in super().changed_data if name != "effective"]


class PlacedAdmin(PublishedAdmin):
    """``own`` names the fields of the kind itself, ``shown`` those of them in the list: see `made_for`."""

    own: ClassVar[tuple[str, ...]] = ()
    shown: ClassVar[tuple[str, ...]] = ()
    moved: ClassVar[tuple[str, ...]] = ()  # since when it stands where it does, where that is asked
    list_select_related = ("declared_region", "found_region")
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("declared_region",)
    readonly_fields = ("found_region",)
    synthetic_field = "position_quality"

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return self.told_columns(request, ("code", "name", *self.shown, declared, found, quality_mark))

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        return (*self.list_filter, "position_quality", FaultFilter, DistrictFilter)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is new, and what may only be looked at, is not moved."""
        sets = super().get_fieldsets(request, obj)
        if obj is not None and self.has_change_permission(request, obj):
            return sets
        return [(t, {**o, "fields": [f for f in o["fields"] if f != "effective"]}) for t, o in sets]

    def sections(self) -> tuple[Any, ...]:
        return (
            (None, {"fields": ("code", "name", *self.own)}),
            (
                shown("位置", "Position"),
                {"fields": ("geom", *self.moved, "position_quality", "declared_region", "found_region")},
            ),
            (shown("来源", "Source"), {"fields": ("release",)}),
        )

    def tell(self, request: HttpRequest, obj: Any, months: list[Any]) -> None:
        super().tell(request, obj, months)
        if obj is None:
            return
        obj.refresh_from_db(fields=[name for name in ("found_region", "stand_in") if hasattr(obj, name)])
        note, grave = finding(obj)
        messages.add_message(request, messages.WARNING if grave else messages.INFO, note)


def _differs(obj: Any) -> Any:
    return shown(
        "位置所在区划“{found}”与登记所在区划“{declared}”不符。",
        "The position lies in “{found}”, and “{declared}” is declared.",
        found=obj.found_region,
        declared=obj.declared_region,
    )


def finding(obj: Any) -> tuple[str, bool]:
    """Where the position was found to be, in words, and whether somebody should look at it."""
    if obj.geom is None:
        user = getattr(obj, "stand_in", None)
        where = Words("用水户“{user}”的位置", "position of its user “{user}”", user=user)
        if not user:
            where = Words("登记所在区划", "declared division")
        told = shown(
            "没有位置：地图上不显示，统计按{where}计。",
            "No position: it is not on the map, and counts by the {where}.",
            where=where,
        )
        return told, False
    if obj.found_region is None:
        return shown("位置在市域之外：不属于任何社区（村）。", "The position is outside the city: in no village."), True
    if obj.declared_region and not obj.found_region.code.startswith(obj.declared_region.code):
        return _differs(obj), True
    return shown("位置所在区划：{region}。", "Division of the position: {region}.", region=obj.found_region), False


_SHARED = (
    "code",
    "name",
    "declared_region",
    "found_region",
    "position_quality",
    STANDS_SINCE.name,
)  # `PlacedAdmin` sees to these


def made_for(dataset: Dataset) -> type[PlacedAdmin]:
    """The list and form of a dataset's objects: its own fields in their order, terms to filter by, others to look up."""
    own = [f for f in dataset.fields if f.orm_path.partition("__")[0] not in _SHARED]
    since = tuple(f.name for f in dataset.fields if f.name == STANDS_SINCE.name)
    steps = {f: f.orm_path.partition("__")[0] for f in own}
    return type(
        f"{dataset.model.partition('.')[2]}Admin",
        (PlacedAdmin,),
        {
            "dataset": dataset.name,
            # The map shows the tiles of a layer that has them all.
            "layer": next((one.id for one in registry.LAYERS if one.dataset is dataset and not one.scope), ""),
            "form": MovedForm if dataset.name in MOVING else PublishedForm,
            "moved": ("effective", *since) if dataset.name in MOVING else (),
            "readonly_fields": (*PlacedAdmin.readonly_fields, *since),
            "own": tuple(steps.values()),
            "shown": tuple(steps[f] for f in own if f.kind != "links"),
            "list_filter": tuple(steps[f] for f in own if f.kind == "term"),
            "autocomplete_fields": ("declared_region", *(steps[f] for f in own if f.kind in ("links", "code"))),
        },
    )


def register() -> None:
    """Everything that stands at a point, but what a module has registered by itself."""
    for dataset in registry.DATASETS:
        if dataset.placed and not admin.site.is_registered(apps.get_model(dataset.model)):
            admin.site.register(apps.get_model(dataset.model), made_for(dataset))
