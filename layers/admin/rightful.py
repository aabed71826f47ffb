"""Whose rows and which columns of them the administration shows, to look at, to search by, to link to and to delete.

Django asks models for whatever a form can be linked to, and lists whatever a deletion would meet: here all of that goes by the rights of who asks, at
one place for all lists and forms. Reads of personal columns are told to the audit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.apps import apps
from django.contrib import admin
from django.db.models import Field, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from layers import access
from layers.http import signals
from layers.models.called import by_code
from layers.reach import WHOLE, Reach
from layers.words import shown


class RightfulAdmin(admin.ModelAdmin):
    """A list and forms of a dataset's rows, or of what comes with them."""

    dataset: ClassVar[str]

    @property
    def _of(self) -> Any:
        return access.of_model(self.model)

    def reach(self, request: HttpRequest) -> Reach:
        """How far the asker's hand reaches: whose objects are listed, and may be changed."""
        return access.reach_of(request.user, "edit", f"{self.opts.app_label}.view_{self.opts.model_name}")

    def rows(self, request: HttpRequest) -> Q:
        """Those that the asker may look at."""
        return access.within(self._of, self.reach(request)) if self._of else Q()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(self.rows(request))

    def _divides(self) -> bool:
        return self._of is not None and self._of.name == self.dataset and access.divides(self._of)

    def _is_ones_own(self, request: HttpRequest) -> bool:
        """Whether what is the whole city's may be changed by the asker."""
        return self._divides() or self.reach(request).whole

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self.rows(request) is not access.NO_ROW

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and self._may_write(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_write(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_write(request)

    def _may_write(self, request: HttpRequest) -> bool:
        return self._is_ones_own(request) and self.rows(request) is not access.NO_ROW

    # What can be linked to.

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", self._linkable(db_field, request))
        return self._bounded(super().formfield_for_foreignkey(db_field, request, **kwargs), db_field, request)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", self._linkable(db_field, request))
        return self._bounded(super().formfield_for_manytomany(db_field, request, **kwargs), db_field, request)

    def _linkable(self, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        """What a link may lead to: what the list of those objects shows, as the look-up in it does. Django would take all there are."""
        model = db_field.remote_field.model
        found: QuerySet[Any]
        if self.admin_site.is_registered(model):
            found = self.admin_site.get_model_admin(model).get_queryset(request)
        else:
            found = model._default_manager.all()
        return found

    def _bounded(self, field: Any, db_field: Any, request: HttpRequest) -> Any:
        """The form is told whether there may be links that its asker does not see (`RightfulForm`)."""
        model = db_field.remote_field.model
        others = self.admin_site.get_model_admin(model) if self.admin_site.is_registered(model) else None
        if field is not None:
            field.bounded = isinstance(others, RightfulAdmin) and bool(others.rows(request))
        return field

    # Which columns are told.

    def told(self, path: str) -> Q:
        """The rows that may be found by what a column says, or a column of what it leads to."""
        column, _, beyond = path.partition("__")
        held = access.told_rows(self._of, column) if self._of else Q()
        other = self.opts.get_field(column).related_model if beyond else None
        of = access.of_model(other) if other else None
        if of is None or not (there := access.told_rows(of, beyond)):
            return held
        return held & Q(**{f"{column}__in": apps.get_model(of.model)._default_manager.filter(there).order_by()})

    def told_columns(self, request: HttpRequest, columns: Iterable[Any]) -> tuple[Any, ...]:
        """Those of a list without what is told of none of its rows; of what is told of some, there alone, and in no order."""
        found = []
        for column in columns:
            of = self._of if isinstance(column, str) else None
            held = access.told_rows(of, column, self.reach(request)) if of else Q()
            if held is not access.NO_ROW:
                found.append(self._in_part(column) if held else column)
        return tuple(found)

    def _in_part(self, column: str) -> Any:
        field: Any = self.opts.get_field(column)

        @admin.display(description=field.verbose_name)
        def in_part(obj: Any) -> Any:
            return (access.tells_column(self._of, column, obj) and getattr(obj, column)) or "—"

        return in_part

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return self.told_columns(request, super().get_list_display(request))

    def told_fields(self, request: HttpRequest, obj: Any, sets: Any) -> Any:
        """The sections of an object's form without what is not told of it. What is new its maker writes."""
        if obj is None or self._of is None:
            return sets
        of = self._of
        return [(t, {**o, "fields": [f for f in o["fields"] if access.tells_column(of, f, obj)]}) for t, o in sets]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """What is not told cannot be guessed by asking for it in an address."""
        first = lookup.partition("__")[0]
        fields = {field.name: field for field in self.opts.get_fields()}
        if self._of is not None:
            other = fields[first].related_model if first in fields else None
            beside = access.of_model(other) if other else None
            # Links are there in both directions, and those to persons tell of whom something is.
            if access.told_rows(self._of, first, self.reach(request)) or (
                beside is not None and access.within(beside, WHOLE) and not isinstance(fields[first], Field)
            ):
                return False
        return super().lookup_allowed(lookup, value, request)

    # What is said of what is done.

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What would go, and how many of which kind would go with it or stand in its way: not which, as those may be others'."""
        _, counts, lacking, in_the_way = super().get_deleted_objects(objs, request)
        # Django says each as its kind, a colon, and its name.
        kinds = Counter(str(one).partition(":")[0] for one in in_the_way)
        return [str(one) for one in objs], counts, lacking, [f"{kind} × {count}" for kind, count in kinds.items()]

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        with by_code():
            return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        with by_code():
            return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        with by_code():
            return super().log_deletions(request, queryset)

    # What is read.

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if request.path.endswith("/autocomplete/"):  # a view of Django's, for all lists
            self._tell_read(request)
        return super().get_search_results(request, queryset, search_term)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        listed = (getattr(response, "context_data", None) or {}).get("cl")
        return self._read(request, response, None if listed is None else len(listed.result_list))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        response = super().changeform_view(request, object_id, form_url, extra_context)
        return self._read(request, response, 1) if object_id else response

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self._read(request, super().delete_view(request, object_id, extra_context), 1)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self._read(request, super().history_view(request, object_id, extra_context), 1)

    def _read(self, request: HttpRequest, response: HttpResponse, rows: int | None) -> HttpResponse:
        if response.status_code == HTTPStatus.OK:
            self._tell_read(request, rows)
        return response

    def _tell_read(self, request: HttpRequest, rows: int | None = None) -> None:
        if self._of is None or not access.touches_persons(self._of):
            return
        sight = access.now()
        if sight.privileged and self.reach(request) & sight.rights.reach("personal"):
            signals.personal_told.send(sender=type(self), request=request, layers=[self._of.name], rows=rows)


class RightfulForm(forms.ModelForm):
    """Keeps the links that an object has and its asker does not see: they are counted, not named, and stay when it is saved."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unseen: dict[str, set[int]] = {}
        for name, field in self.fields.items():
            if self.instance.pk and getattr(field, "bounded", False):
                self._keep(name, field)

    def _keep(self, name: str, field: Any) -> None:
        offered: QuerySet[Any] = field.queryset
        if not isinstance(field, forms.ModelMultipleChoiceField):
            own = Q(pk=getattr(self.instance, f"{name}_id"))
            field.queryset = offered.model._default_manager.filter(Q(pk__in=offered.order_by().values("pk")) | own)
            return
        linked = set(getattr(self.instance, name).values_list("pk", flat=True))
        seen = set(offered.filter(pk__in=linked).values_list("pk", flat=True))
        self._unseen[name] = linked - seen
        self.initial[name] = [one for one in self.initial.get(name, ()) if getattr(one, "pk", one) in seen]
        if self._unseen[name]:
            field.help_text = shown(
                "另有 {count} 项不在这个账号的权限范围内，保存时保留。",
                "There are {count} more, beyond what this account may see; they are kept when it is saved.",
                count=len(self._unseen[name]),
            )

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # not of the stubs
        for name, unseen in self._unseen.items():
            if unseen and name in self.cleaned_data:
                chosen: Any = self.cleaned_data[name]
                every = {one.pk for one in chosen} | unseen
                self.cleaned_data[name] = chosen.model._default_manager.filter(pk__in=every)
