"""Who may what, by hand: how open the site is, roles, and to whom they are given. Nobody changes what they may themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from layers import access, acts
from layers.access.rights import CAPABILITIES, DUTIES, OF_CITY_ALONE
from layers.access.roles import granted
from layers.models import Grant, Openness, Region, ReportingUnit, Role
from layers.words import Listed, Words, active, shown, shown_word


class RoleForm(forms.ModelForm):
    """Capabilities are chosen, and never typed."""

    capabilities = forms.MultipleChoiceField(
        label=shown("授权区划内的权限", "Capabilities in its region"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(name, shown_word(words)) for name, words in CAPABILITIES.items()],
    )
    everywhere = forms.MultipleChoiceField(
        label=shown("全市的权限", "Capabilities in the whole city"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(name, shown_word(words)) for name, words in CAPABILITIES.items()],
        help_text=shown("统计数字总是全市的", "figures are always the whole city's"),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        told = access.Rights.everywhere(*cleaned.get("capabilities", ()), *cleaned.get("everywhere", ()))
        _refuse_contradiction(told)
        if self.instance.pk:
            held = Grant.objects.exclude(role=self.instance)
            for holder in get_user_model().objects.filter(grants__role=self.instance).distinct():
                _refuse_contradiction(told | granted(holder.pk, held.filter(account=holder)), holder.get_username())
        return cleaned


def _refuse_contradiction(rights: access.Rights, holder: str = "") -> None:
    if rights.contradict:
        acts.tell("rights_changed", result="refused", object=holder, reason="duties")
        duties = Listed(*(words for words, _ in DUTIES.values()))
        raise forms.ValidationError(
            shown(
                "{duties}要由不同的账号担任：任何账号不能三者兼任{holder}。",
                "{duties} are different accounts: none may hold all three{holder}.",
                duties=duties,
                holder=Words("（{name}）", " ({name})", name=holder) if holder else "",
            ),
            code="duties",
        )


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin):
    form = RoleForm
    list_display = ("name", "name_en", "told")

    @admin.display(description=shown("权限", "Capabilities"))
    def told(self, role: Role) -> str:
        own = Listed(*(CAPABILITIES[name] for name in CAPABILITIES if name in role.capabilities)).in_(active())
        city = Listed(*(CAPABILITIES[name] for name in CAPABILITIES if name in role.everywhere)).in_(active())
        return Words("区划内：{own}；全市：{city}", "in its region: {own}; in the city: {city}").in_(
            active(), own=own or "—", city=city or "—"
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not of a role that the asker holds: it would be giving rights to oneself."""
        own = obj is not None and not request.user.is_superuser and obj.grants.filter(account=request.user.pk).exists()
        return super().has_change_permission(request, obj) and not own

    def save_model(self, request: HttpRequest, obj: Role, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        access.note_staff(get_user_model().objects.filter(grants__role=obj).distinct())


class GrantForm(forms.ModelForm):
    asker: Any = None  # set by the page

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        account, role = cleaned.get("account"), cleaned.get("role")
        code, unit = cleaned.get("code", ""), cleaned.get("unit", False)
        if not account or not role:
            return cleaned
        if account == self.asker and not self.asker.is_superuser:
            acts.tell("rights_changed", result="refused", object=account.get_username(), reason="own")
            raise forms.ValidationError(
                shown("不能给自己授权，请由另一位管理员办理。", "Nobody gives rights to themselves: another administrator does."),
                code="own",
            )  # fmt: skip
        there = ReportingUnit.objects if unit else Region.objects.filter(valid_to=None)
        if code and not there.filter(code=code).exists():
            raise forms.ValidationError(
                {"code": shown("没有这个现行的区划或填报单位。", "There is no such division or reporting unit today.")}
            )
        given = {*role.capabilities, *role.everywhere}
        if code and (bound := [name for name in CAPABILITIES if name in OF_CITY_ALONE.intersection(role.capabilities)]):
            raise forms.ValidationError(
                {
                    "code": shown(
                        "“{what}”只能在全市授予：请不填代码。",
                        "To {what} is given for the whole city alone: leave the code empty.",
                        what=Listed(*(CAPABILITIES[name] for name in bound)),
                    )
                }
            )
        others = Grant.objects.filter(account=account).exclude(pk=self.instance.pk)
        new = access.Rights.of_dict({name: [code] for name in given})
        _refuse_contradiction(granted(account.pk, others) | new, account.get_username())
        return cleaned


@admin.register(Grant)
class GrantAdmin(admin.ModelAdmin):
    form = GrantForm
    fields = ("account", "role", "code", "unit")
    autocomplete_fields = ("account",)
    list_display = ("account", "role", "region", "given_by", "given_at")
    list_filter = ("role",)
    list_select_related = ("account", "role")
    search_fields = ("account__username", "code")

    @admin.display(description=shown("区划", "Region"), ordering="code")
    def region(self, grant: Grant) -> str:
        if not grant.code:
            return Words("全市", "the whole city").in_(active())
        of: QuerySet[Any] = ReportingUnit.objects.all() if grant.unit else Region.objects.filter(valid_to=None)
        found = of.filter(code=grant.code).first()
        gone = Words("{code}（已停用：现在不起作用）", "{code} (closed: it gives nothing now)", code=grant.code)
        return f"{found.name} {grant.code}" if found else gone.in_(active())

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type("GrantForm", (form,), {"asker": request.user})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _of_another(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _of_another(request, obj)

    def save_model(self, request: HttpRequest, obj: Grant, form: Any, change: bool) -> None:
        obj.given_by = request.user.get_username()
        super().save_model(request, obj, form, change)
        _note(obj.account_id)

    def delete_model(self, request: HttpRequest, obj: Grant) -> None:
        super().delete_model(request, obj)
        _note(obj.account_id)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Grant]) -> None:
        own = Q(pk__in=()) if request.user.is_superuser else Q(account=request.user)
        accounts = list(queryset.exclude(own).values_list("account", flat=True))
        super().delete_queryset(request, queryset.exclude(own))
        _note(*accounts)


def _of_another(request: HttpRequest, grant: Grant | None) -> bool:
    return grant is None or request.user.is_superuser or grant.account_id != request.user.pk


def _note(*accounts: int) -> None:
    access.note_staff(get_user_model().objects.filter(pk__in=accounts))


@admin.register(Openness)
class OpennessAdmin(admin.ModelAdmin):
    """The one row, made at the first start or here."""

    fields = ("posture", "changed_at", "changed_by")
    readonly_fields = ("changed_at", "changed_by")
    list_display = ("posture", "changed_at", "changed_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Openness.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Openness, form: Any, change: bool) -> None:
        obj.changed_by = request.user.get_username()
        super().save_model(request, obj, form, change)
