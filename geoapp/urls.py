"""Where everything answers."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


def healthz(request: HttpRequest) -> HttpResponse:
    """Answers without the database: says only that the process serves."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/", include("layers.feeds.urls")),
    path("", include("geoapp.desktop.urls")),
    path("feeds/", include("layers.feeds.file_urls")),
    path("reports/", include("geoapp.reports.urls")),
    path("ogc/", include("layers.ogc.urls")),
    path("ogc/", include("tiles.ogc.urls")),
    path("", include("tiles.urls")),
    path("", include("geoapp.web.urls")),
]
handler404 = "geoapp.problems.not_found"
handler500 = "geoapp.problems.fault"
