"""The administration's site: its name, its order of things, and the import beside the models.

Apart from `layers.admin`, because Django reads an application's configuration before any model may be imported.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin import apps as django_apps
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver

TITLE = "水图管理"
# What comes first for whoever keeps the data: the water's way, then the divisions, then the record of what was done.
ORDER = (
    "Well", "SurfaceIntake", "AbstractionPermit", "AbstractionHolder", "SupplyFacility", "SupplyArea", "WaterUser",
    "Meter", "UsageRecord", "SewagePlant", "Region", "Boundary", "ReportingUnit", "UsageSum", "Release",
    "LayerVersion",
)  # fmt: skip


class ShuituAdminSite(AdminSite):
    site_title = site_header = TITLE
    index_title = "数据管理"
    index_template = "layers/admin/index.html"
    app_index_template = "layers/admin/app_index.html"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from layers.admin.upload import urls

        return [*urls(self), *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "may_import": request.user.has_perm("layers.import_data")}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The water first, in the order of its way; the accounts after it."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            if app["app_label"] == "layers":
                app["models"].sort(key=lambda model: ORDER.index(model["object_name"]))
        return sorted(apps, key=lambda app: app["app_label"] != "layers")


class AdminConfig(django_apps.AdminConfig):
    default_site = "layers.adminsite.ShuituAdminSite"
