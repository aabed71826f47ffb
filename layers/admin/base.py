"""What the lists and forms of all datasets share: fast lists, own maps, and saving as a small import."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.gis.db import models
from django.db import transaction
from django.db.models import Q, QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from layers import acts, vocab
from layers.admin import journal
from layers.admin.geometry import LineField, OutlineField, OutlineWidget, PositionField, PositionWidget, outline_json
from layers.admin.paging import BoundedPaginator, LightChangeList
from layers.admin.rightful import RightfulAdmin, RightfulForm
from layers.history.tables import OWN_HISTORY
from layers.ingest.refusal import ImportRefused
from layers.models.called import by_code
from layers.text import is_plain
from layers.values import term_word
from layers.words import Listed, active, shown, shown_word


def map_html(geometry: Any, layer: str = "") -> SafeString | str:
    """A map to look at; a dash where there is nothing to show."""
    if geometry is None:
        return shown("没有位置", "No position")
    return render_to_string("layers/admin/map.html", {"geometry": outline_json(geometry), "layer": layer})


def _quality(obj: Any) -> SafeString | str:
    """The quality of a position or outline; what is synthetic stands out in every list."""
    value = next(
        (getattr(obj, n) for n in ("position_quality", "boundary_quality", "quality") if hasattr(obj, n)), None
    )
    if value is None:
        return "—"
    quality = vocab.POSITION_QUALITY if hasattr(obj, "position_quality") else vocab.BOUNDARY_QUALITY
    text = term_word(quality, value, active())
    return format_html('<span class="synthetic-mark">{}</span>', text) if value == vocab.SYNTHETIC else text


@admin.display(description=shown("质量", "Quality"), ordering="position_quality")
def quality_mark(obj: Any) -> SafeString | str:
    """Of a position."""
    return _quality(obj)


@admin.display(description=shown("质量", "Quality"), ordering="boundary_quality")
def outline_mark(obj: Any) -> SafeString | str:
    """Of an outline."""
    return _quality(obj)


@admin.display(description=shown("质量", "Quality"), ordering="quality")
def division_mark(obj: Any) -> SafeString | str:
    """Of a division's outline."""
    return _quality(obj)


class FastAdmin(admin.ModelAdmin):
    """A list that opens at once whatever the table's size, searched by code (from its start) or name."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 200
    search_fields: ClassVar[tuple[str, ...]] = ("code", "name")
    search_help_text = shown("按编码开头或名称查找", "Find by the beginning of a code, or by name")
    synthetic_field: ClassVar[str] = ""

    class Media:
        css = {"all": ("web/admin-map.css", "layers/admin/admin.css")}
        js = (Script("web/admin-map.js", type="module"),)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LightChangeList]:
        return LightChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A word of Latin letters and digits is the start of a code, which an index finds; any other is in a name."""
        if not self.search_fields:
            return queryset, False
        for word in search_term.split():
            queryset = queryset.filter(self.word_query(word))
        return queryset, False

    def told(self, path: str) -> Q:
        """The rows that may be found by what a column says: all, unless somebody knows better (`RightfulAdmin`)."""
        return Q()

    def word_query(self, word: str) -> Q:
        code = Q(code__istartswith=word)
        if re.fullmatch(r"[A-Za-z0-9_.-]+", word) and re.search(r"\d", word):
            return code
        named = [name for name in self.search_fields if name != "code"]
        for name in named:
            code |= Q(**{f"{name}__icontains": word}) & self.told(name)
        return code

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        context["synthetic"] = (
            bool(self.synthetic_field) and getattr(obj, self.synthetic_field, None) == vocab.SYNTHETIC
        )
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return _made(super().changelist_view(request, extra_context))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _made(super().changeform_view(request, *args, **kwargs))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return _made(super().delete_view(request, object_id, extra_context))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return _made(super().history_view(request, object_id, extra_context))


def _made(response: HttpResponse) -> HttpResponse:
    """The page as it is now. Django makes it later, when nobody knows any more who asks."""
    return response.render() if isinstance(response, TemplateResponse) else response


class ReadOnlyAdmin(FastAdmin):
    """To look at: made by imports, and part of a history that no hand may rewrite."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Beyond(Exception):
    """What was saved would count where the asker's right does not reach; the transaction is undone."""


class PublishedForm(RightfulForm):
    """Takes the imports' lock while it can still say so kindly: a running import and a change must not cross."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, OutlineField) and self.instance.pk:
                field.required = False  # empty keeps the outline that is there

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        try:
            journal.claim()
        except ImportRefused as error:
            acts.tell("edit", result="refused", object=self._meta.model._meta.label_lower, why=error.said)
            raise forms.ValidationError(shown_word(error.said), code="busy") from error
        return cleaned

    def _clean_fields(self) -> None:
        super()._clean_fields()
        # An outline that nobody replaced is the one the object has.
        for name, field in self.fields.items():
            if isinstance(field, OutlineField) and self.cleaned_data.get(name, ...) is None and self.instance.pk:
                self.cleaned_data[name] = getattr(self.instance, name)
        # What an import refuses, a form does too: some outputs cannot hold it.
        for name, value in list(self.cleaned_data.items()):
            if isinstance(value, str) and not is_plain(value):
                self.add_error(
                    name, shown("含有不可见的控制字符或换行。", "It holds invisible control characters or line ends.")
                )


class PublishedAdmin(RightfulAdmin, FastAdmin):
    """Saving is importing one object: release, place, sums, version, in the one transaction of the save."""

    layer: ClassVar[str] = ""  # whose tiles the map shows around the object
    form = PublishedForm
    save_on_top = True
    object_history_template = "layers/admin/history.html"
    formfield_overrides = {
        models.PointField: {"form_class": PositionField, "widget": PositionWidget},
        models.MultiPolygonField: {"form_class": OutlineField, "widget": OutlineWidget},
        models.MultiLineStringField: {"form_class": LineField, "widget": OutlineWidget},
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, (PositionField, OutlineField)):
            field.widget.layer = self.layer
        if isinstance(field, OutlineField):
            field.widget.single = field.shape.single
        return field

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The code is how files find the object again: another code would be another object."""
        fixed = ["release", "map", *super().get_readonly_fields(request, obj)]
        return [*fixed, "code"] if obj and any(f.name == "code" for f in self.opts.fields) else fixed

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may not change the object sees the map without its inputs."""
        sets = self.told_fields(request, obj, self.sections() or super().get_fieldsets(request, obj))
        if obj is None or self.has_change_permission(request, obj):
            return sets
        return [(t, {**o, "fields": ["map" if f == "geom" else f for f in o["fields"]]}) for t, o in sets]

    def sections(self) -> tuple[Any, ...]:
        """The form's sections where a kind derives them instead of listing ``fieldsets``."""
        return ()

    @admin.display(description=shown("地图", "Map"))
    def map(self, obj: Any) -> SafeString | str:
        return map_html(self.shown_geometry(obj), self.layer)

    def shown_geometry(self, obj: Any) -> Any:
        """What the map of somebody who may only look shows."""
        return getattr(obj, "geom", None)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Who saved it when; what it was from release to release is a page of the desk."""
        told = {"dataset": "" if self.dataset in OWN_HISTORY else self.dataset}
        return super().history_view(request, object_id, {**(extra_context or {}), **told})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Unchanged is unwritten, as in an import."""
        form.journal = None  # of this save; settled once the links are written too
        if change and not form.has_changed():
            return
        action: journal.Action = "change" if change else "add"
        ids = [obj.pk] if change else []
        with by_code():
            named = [str(obj)]
        form.journal = journal.ChangeByHand(
            self.dataset, request.user.get_username(), action, ids, named, form.cleaned_data.get("effective")
        )
        obj.release = form.journal.release
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if form.journal is None:
            return
        super().save_related(request, form, formsets, change)
        months = form.journal.settle([form.instance.pk])
        if not self.get_queryset(request).filter(pk=form.instance.pk).exists():
            raise Beyond
        self.tell(request, form.instance, months)

    def tell(self, request: HttpRequest, obj: Any, months: list[Any]) -> None:
        """What followed from the save, in words."""
        if months:
            named = Listed(*(f"{month:%Y-%m}" for month in months))
            messages.info(
                request,
                shown("已重新汇总 {months} 的用水量。", "The usage of {months} was summed up anew.", months=named),
            )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._delete(request, [obj], lambda: super(PublishedAdmin, self).delete_model(request, obj))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._delete(request, list(queryset), lambda: super(PublishedAdmin, self).delete_queryset(request, queryset))

    def _delete(self, request: HttpRequest, objects: list[Any], delete: Any) -> None:
        journal.claim()
        with by_code():
            names = [str(obj) for obj in objects]
        ids = [obj.pk for obj in objects]
        change = journal.ChangeByHand(self.dataset, request.user.get_username(), "delete", ids, names)
        delete()
        months = change.settle()
        self.tell(request, None, months)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Beyond:
            codes = "、".join(self.reach(request).prefixes)
            messages.error(
                request,
                shown(
                    "没有保存：它会属于权限范围（{codes}）以外的区划。",
                    "Nothing was saved: it would count outside of what this account may change ({codes}).",
                    codes=codes,
                ),
            )
            return HttpResponseRedirect(request.get_full_path())

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self._or_busy(
            request, lambda: super(PublishedAdmin, self).delete_view(request, object_id, extra_context)
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Actions run in one transaction, the log entry that Django writes first included."""
        with transaction.atomic():
            return self._or_busy(request, lambda: super(PublishedAdmin, self).changelist_view(request, extra_context))

    def _or_busy(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        if request.method != "POST":
            return view()
        try:
            with transaction.atomic():
                return view()
        except ImportRefused as error:
            acts.tell("edit", result="refused", object=self.dataset, why=error.said)
            messages.error(request, shown("{why}。没有改动任何数据。", "{why}. Nothing was changed.", why=error.said))
            return HttpResponseRedirect(request.get_full_path())
