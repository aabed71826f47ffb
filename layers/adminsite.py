"""The administration's site: its name, its order of things, and the way to the desk where files are imported.

Apart from `layers.admin`, because Django reads an application's configuration before any model may be imported.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin import apps as django_apps
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from layers import languages
from layers.entries import STAGES
from layers.words import active, shown

TITLE = shown("水图管理", "Shuitu administration")
# What comes first for whoever keeps the data: the water's way as the registry has it, then the divisions, then the record of
# what was done.
AFTER = (
    "Region",
    "Boundary",
    "ReportingUnit",
    "Population",
    "ProvisionalMonth",
    "UsageSum",
    "Release",
    "LayerVersion",
)


# Who may what stands with the accounts.
RIGHTS = ("Role", "Grant", "Openness")


class ShuituAdminSite(AdminSite):
    site_title = site_header = TITLE
    index_title = shown("数据管理", "Data")
    index_template = "layers/admin/index.html"
    app_index_template = "layers/admin/app_index.html"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Whatever a page of it reads goes by what its reader may see."""
        from layers import access
        from layers.http.asker import account_of
        from layers.wall import lifted

        served = super().admin_view(view, cacheable)

        @wraps(served)
        def seen(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            # Rows go by how far the asker's hand reaches (`PublishedAdmin.reach`), and what follows from a change is of the whole
            # city. A form that did not see an object that another is linked to would write the link away.
            with access.one_moment(account=account_of(request)), lifted("administration goes by what may be edited"):
                return served(request, *args, **kwargs)

        return seen

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        from layers import access

        return {**super().each_context(request), "may_import": request.user.has_perm(access.IMPORT)}

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one page to log in, of the project's; it goes on in the language of this one."""
        query = {"next": request.GET.get("next") or reverse("admin:index", current_app=self.name)}
        address = languages.address(f"{reverse(settings.LOGIN_URL)}?{urlencode(query)}", active())
        return HttpResponseRedirect(address)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The water first, in the order of its way and from whichever application; the accounts after it."""
        apps = super().get_app_list(request, app_label)
        water = next((app for app in apps if app["app_label"] == "layers"), None)
        if water is None:
            return apps
        for app in apps:
            if app is not water:
                water["models"] += [model for model in app["models"] if self._dataset(model)]
                app["models"] = [model for model in app["models"] if not self._dataset(model)]
        accounts = next((app for app in apps if app["app_label"] == "auth"), None)
        if accounts is not None:
            accounts["models"] += [model for model in water["models"] if model["object_name"] in RIGHTS]
            water["models"] = [model for model in water["models"] if model["object_name"] not in RIGHTS]
        water["models"].sort(key=self._place)
        return [water, *(app for app in apps if app is not water and app["models"])]

    def _dataset(self, model: dict[str, Any]) -> str:
        return getattr(self.get_model_admin(model["model"]), "dataset", "")

    def _place(self, model: dict[str, Any]) -> tuple[int, int, bool]:
        """By the stage and place of what publishes it; what only comes with that dataset after the dataset's own."""
        from layers import registry

        if model["object_name"] in AFTER:
            return 1, AFTER.index(model["object_name"]), False
        every = sorted(
            (one for one in (*registry.LAYERS, *registry.TABLES) if one.stage != "region"),
            key=lambda one: [*STAGES].index(one.stage),
        )
        dataset = self._dataset(model)
        at = next((n for n, one in enumerate(every) if one.dataset.name == dataset), len(every))
        return 0, at, every[at].dataset.model != model["model"]._meta.label if at < len(every) else False


class AdminConfig(django_apps.AdminConfig):
    default_site = "layers.adminsite.ShuituAdminSite"
