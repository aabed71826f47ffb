"""The form of a letterhead: every field checked where it is written, and a look at a real report before it is saved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from geoapp.beside import Failed
from geoapp.problems.language import address_language
from geoapp.reports.official import letterhead, logo, preview
from geoapp.reports.official.models import Letterhead
from geoapp.reports.official.pattern import PLACES, BadPattern, check
from geoapp.reports.official.states import SignRefused
from layers.admin.base import FastAdmin
from layers.errors import ShuituError
from layers.stats.regions import region_index
from layers.text import is_plain
from layers.words import Listed, active, shown, shown_word

DEFAULT, DIVISION, UNIT = 1, 2, 3
LINES_MOST = 12
SECRET = (4, 5)  # of the vocabulary of secrecy: those that are so for a time


class LetterheadForm(forms.ModelForm):
    logo_file = forms.FileField(
        label=shown("图徽", "Logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        help_text=shown(
            "PNG 或 JPEG，不超过 1 MB、每边 4000 像素；不接受 SVG。",
            "PNG or JPEG, 1 MB and 4000 pixels a side at most; no SVG.",
        ),
    )
    logo_none = forms.BooleanField(label=shown("去掉图徽", "Without a logo"), required=False)

    class Meta:
        model = Letterhead
        fields = (
            "scope", "code", "bureau_zh", "bureau_en", "title_zh", "title_en", "pattern", "first_number", "secrecy",
            "secrecy_term", "compiled_by", "checked_by", "approved_by", "one_person", "seal", "map_review",
            "contacts_zh", "contacts_en", "notes_zh", "notes_en", "margins",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pattern"].help_text = shown(
            "如 {example}；可用 {places}。每年从起始编号开始。",
            "Such as {example}; it may have {places}. Each year begins with the first number.",
            example="京水图报〔{year}〕{number}号",
            places=Listed(*PLACES),
        )

    def clean_pattern(self) -> str:
        try:
            return check(self.cleaned_data["pattern"].strip())
        except BadPattern as error:
            raise forms.ValidationError(shown_word(error.said), code="pattern") from error

    def clean_first_number(self) -> int:
        first: int = self.cleaned_data["first_number"]
        if not 1 <= first <= 999_999:
            raise forms.ValidationError(
                shown("起始编号是 1–999999 的整数。", "The first number is a whole number from 1 to 999999.")
            )
        return first

    def clean_logo_file(self) -> bytes | None:
        sent = self.cleaned_data.get("logo_file")
        if not sent:
            return None
        if sent.size > logo.MOST_BYTES:  # before it is read
            sent = b"\0" * (logo.MOST_BYTES + 1)
        try:
            return logo.checked(sent if isinstance(sent, bytes) else sent.read())
        except logo.BadLogo as error:
            raise forms.ValidationError(shown_word(error.said), code="logo") from error

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # not of the stubs
        for name, value in list(self.cleaned_data.items()):
            if not isinstance(value, str):
                continue
            lines = value.replace("\r\n", "\n").split("\n")
            many = name.startswith(("contacts", "notes"))
            if not all(map(is_plain, lines)) or (len(lines) > 1 and not many):
                self.add_error(
                    name, shown("含有不可见的控制字符或换行。", "It holds invisible control characters or line ends.")
                )
            elif len(lines) > LINES_MOST:
                self.add_error(name, shown("最多 {most} 行。", "{most} lines at most.", most=LINES_MOST))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self._clean_scope(cleaned)
        if cleaned.get("secrecy_term") and cleaned.get("secrecy") not in SECRET:
            self.add_error(
                "secrecy_term", shown("只有秘密、机密才有保密期限。", "Only what is secret or confidential is so for a time.")
            )  # fmt: skip
        return cleaned

    def _clean_scope(self, cleaned: dict[str, Any]) -> None:
        scope, code = cleaned.get("scope"), cleaned.get("code", "")
        if scope == DEFAULT and code:
            self.add_error("code", shown("默认版头不填代码。", "The default has no code: leave it empty."))
        elif scope in (DIVISION, UNIT) and not code:
            self.add_error("code", shown("请填写代码，如 110108。", "Write a code, such as 110108."))
        elif scope == DIVISION and code not in region_index().by_code:
            self.add_error("code", shown("没有代码为 {code} 的区划。", "There is no division {code}.", code=code))
        elif scope == UNIT and code not in region_index().units:
            self.add_error(
                "code", shown("没有代码为 {code} 的填报单位。", "There is no reporting unit {code}.", code=code)
            )
        elif scope and Letterhead.objects.filter(scope=scope, code=code).exclude(pk=self.instance.pk).exists():
            self.add_error(
                "scope", shown("它已经有一个版头：请改那一个。", "There is a letterhead for this already: change that one.")
            )  # fmt: skip

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # not of the stubs
        if self.cleaned_data.get("logo_none"):
            self.instance.logo = b""
        elif self.cleaned_data.get("logo_file"):
            self.instance.logo = self.cleaned_data["logo_file"]


@admin.register(Letterhead)
class LetterheadAdmin(FastAdmin):
    form = LetterheadForm
    change_form_template = "reports/official/letterhead_form.html"
    list_display = ("bureau_zh", "scope", "code", "pattern")
    search_fields = ("code", "bureau_zh", "bureau_en")
    readonly_fields = ("picture",)
    fieldsets = (
        (shown("用于", "Used for"), {"fields": ("scope", "code")}),
        (
            shown("封面", "Cover"),
            {"fields": ("bureau_zh", "bureau_en", "title_zh", "title_en", "picture", "logo_file", "logo_none")},
        ),
        (
            shown("编号与密级", "Number and secrecy"),
            {"fields": ("pattern", "first_number", "secrecy", "secrecy_term")},
        ),
        (
            shown("签署", "Signing"),
            {
                "fields": ("compiled_by", "checked_by", "approved_by", "one_person", "seal"),
                "description": shown(
                    "姓名印在签字之前的空行上；签字后印办理人的姓名与日期。审核、批准须由编制人以外的账号办理，除非勾选“可由一人完成”。",
                    "Names stand at the lines until somebody signs; then it is who signed, and when. Another account than the "
                    "compiler's has to check and approve, unless one person may do it all.",
                ),
            },
        ),
        (
            shown("末页", "Last page"),
            {"fields": ("map_review", "contacts_zh", "contacts_en", "notes_zh", "notes_en")},
        ),
        (shown("版面", "Page"), {"fields": ("margins",)}),
    )

    @admin.display(description=shown("现在的图徽", "The logo now"))
    def picture(self, obj: Letterhead) -> SafeString | str:
        if not obj or not obj.logo:
            return "—"
        data = letterhead.of_model(obj).logo
        return format_html('<img src="data:image/png;base64,{}" alt="" style="max-height:80px;max-width:240px">', data)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.preview_view)
        own = [
            path("preview/", view, name="reports_letterhead_preview"),
            path("<int:number>/preview/", view, name="reports_letterhead_preview_of"),
        ]
        return [*own, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        name = "admin:reports_letterhead_preview"
        context["preview_url"] = reverse(f"{name}_of", args=[obj.pk]) if obj else reverse(name)
        return super().render_change_form(request, context, *args, **kwargs)

    def preview_view(self, request: HttpRequest, number: int | None = None) -> HttpResponse:
        """The PDF of a report with the letterhead as the form has it, which is not saved; the form's faults, if it has any."""
        kept = self.get_object(request, str(number)) if number else None
        allowed = self.has_change_permission(request, kept) if kept else self.has_add_permission(request)
        if request.method != "POST" or not allowed or (number and kept is None):
            raise PermissionDenied
        form = self.get_form(request, kept, change=bool(kept))(request.POST, request.FILES, instance=kept)
        if not form.is_valid():
            return self._refused(request, form, "")
        lang = address_language(request)
        site = request.build_absolute_uri("/")
        try:
            page = preview.shown(letterhead.of_model(form.instance), lang, site)
        except SignRefused as error:
            return self._refused(request, form, error.said.in_(active()))
        except (ShuituError, Failed) as error:
            return self._refused(request, form, getattr(error, "detail", "") or type(error).__name__)
        answer = HttpResponse(page, content_type="application/pdf")
        answer["Content-Disposition"] = 'inline; filename="letterhead.pdf"'
        answer["Cache-Control"] = "no-store"
        return answer

    def _refused(self, request: HttpRequest, form: forms.ModelForm, why: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "form": form, "why": why,
            "title": shown("版头不能预览", "The letterhead cannot be shown"),
        }  # fmt: skip
        return TemplateResponse(request, "reports/official/preview_refused.html", context, status=422)
