"""Accounts in the administration: made with a first password that is shown once; what is open of them can be shut."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from geoapp.accounts import second, sessions, tokens
from geoapp.accounts.journal import tell
from geoapp.accounts.models import Account, OutsideAccount, PersonalToken
from geoapp.accounts.passwords import first_password
from geoapp.address import client_address
from geoapp.audit.rights import may_audit
from layers.words import Words, active, shown


class NewUserForm(forms.ModelForm):
    """A name is all that is needed: the password is made here."""

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email")


class AccountInline(admin.StackedInline):
    model = Account
    fields = ("must_change",)
    can_delete = False
    extra = 0


class OutsideInline(admin.TabularInline):
    """Whose the account is at the outside provider: written here, an account that there is opens to its owner's log-in there."""

    model = OutsideAccount
    extra = 0


def _may_touch(request: HttpRequest, user: Any) -> bool:
    """Whoever looks after accounts does not come by the superuser's, nor by an auditor's, who looks at what is done here."""
    return request.user.is_superuser or user is None or not (user.is_superuser or may_audit(user))


def set_first_password(user: Any) -> str:
    """A password that only lasts until the next log-in; every log-in there is ends, and every token: whose they are nobody knows."""
    password = first_password()
    user.set_password(password)
    user.save()
    Account.objects.update_or_create(user=user, defaults={"must_change": True})
    sessions.end_all(user, "administrator")
    tokens.revoke(PersonalToken.objects.filter(user=user))
    return password


# Of an account, what Django itself goes by beside roles.
OF_RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")

admin.site.unregister(User)


@admin.register(User)
class PeopleAdmin(UserAdmin):
    add_form = NewUserForm
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("username", "last_name", "first_name", "email")}),)
    inlines = (AccountInline, OutsideInline)
    list_display = (
        "username", "last_name", "first_name", "is_active", "is_staff", "must_change", "second_step", "token_count",
        "last_login",
    )  # fmt: skip
    list_filter = ("is_active", "is_staff", "is_superuser", "account__must_change", "groups")
    actions = ("end_sessions", "revoke_tokens", "reset_totp")
    add_form_template = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        good = Q(personal_tokens__revoked_at=None, personal_tokens__expires_at__gt=timezone.now())
        own = Account.objects.filter(user=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                tokens_there=Count("personal_tokens", filter=good, distinct=True),
                has_second=Exists(own.exclude(totp_since=None)),
                changes=Exists(own.filter(must_change=True)),
            )
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What somebody may is a matter of roles: who looks after accounts makes nobody more than that, and least of all themselves."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, *OF_RIGHTS)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    @admin.display(boolean=True, description=shown("须改密码", "Must change"))
    def must_change(self, user: Any) -> bool:
        return bool(user.changes)

    @admin.display(boolean=True, description=shown("两步验证", "Second step"))
    def second_step(self, user: Any) -> bool:
        return bool(user.has_second)

    @admin.display(description=shown("有效令牌", "Tokens"))
    def token_count(self, user: Any) -> int:
        return int(user.tokens_there)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            request.first_password = set_first_password(obj)

    def response_add(self, request: Any, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return self._shown(request, obj, request.first_password)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """No administrator chooses a password for somebody: another first one is made, and shown once."""
        user: Any = self.get_object(request, id)
        if user is None or not self.has_change_permission(request, user):
            raise PermissionDenied
        if request.method != "POST":
            return self._page(request, user, "admin/accounts/first_password.html", {})
        self.log_change(request, user, Words("重置密码", "Password reset").in_("zh"))
        tell("password_reset", user.get_username(), client_address(request))
        return self._shown(request, user, set_first_password(user))

    def _shown(self, request: HttpRequest, user: Any, password: str) -> HttpResponse:
        response = self._page(request, user, "admin/accounts/first_password.html", {"password": password})
        response["Cache-Control"] = "no-store"
        return response

    def _page(self, request: HttpRequest, user: Any, template: str, more: dict[str, Any]) -> HttpResponse:
        title = Words("{name} 的初始密码", "First password of {name}", name=user.get_username()).in_(active())
        context = {**self.admin_site.each_context(request), "title": title, "person": user, "opts": self.opts, **more}
        return TemplateResponse(request, template, context)

    def _done(self, request: HttpRequest, chosen: list[Any], outcome: str, said: Words) -> None:
        for user in chosen:
            self.log_change(request, user, said.in_("zh"))
            tell(outcome, user.get_username(), client_address(request))
        messages.success(request, said.in_(active()))

    @staticmethod
    def _chosen(request: HttpRequest, chosen: QuerySet[Any]) -> list[Any]:
        return [user for user in chosen if _may_touch(request, user)]

    @admin.action(permissions=["change"], description=shown("结束所选账号的登录", "End the log-ins of these accounts"))
    def end_sessions(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        people = self._chosen(request, chosen)
        count = sum(sessions.end_all(user, "administrator") for user in people)
        self._done(
            request, people, "session_ended", Words("已结束 {count} 个登录", "Log-ins ended: {count}", count=count)
        )

    @admin.action(
        permissions=["change"], description=shown("撤销所选账号的令牌", "Revoke the tokens of these accounts")
    )
    def revoke_tokens(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        people = self._chosen(request, chosen)
        count = tokens.revoke(PersonalToken.objects.filter(user__in=people))
        self._done(
            request, people, "token_withdrawn", Words("已撤销 {count} 个令牌", "Tokens revoked: {count}", count=count)
        )

    @admin.action(
        permissions=["change"],
        description=shown("关闭所选账号的两步验证", "Switch off the second step of these accounts"),
    )
    def reset_totp(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        people = self._chosen(request, chosen)
        for user in people:
            second.stop(user)
        self._done(request, people, "totp_off", Words("已关闭两步验证", "The second step is off"))
