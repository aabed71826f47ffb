"""Where everything answers."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from geoapp import health
from geoapp.accounts.doors import to_password
from geoapp.menu import knows_asker
from layers.http.answers import BY_ASKER
from layers.http.reader import ReaderView
from layers.http.resource import Resource

OF_CODE = Resource(kept=BY_ASKER, of_data=False, needs=None)  # of the code alone, and of no data

urlpatterns = [
    path("healthz", health.process, name="healthz"),
    path("healthz/database", health.database, name="healthz_database"),
    re_path(r"^admin/import/", RedirectView.as_view(pattern_name="desk:index", query_string=True)),
    path("account/", include("geoapp.accounts.urls")),
    path("admin/password_change/", to_password),
    path("admin/", admin.site.urls),
    path("desk/", include("geoapp.desk.urls")),
    path("api/schema", OF_CODE(SpectacularAPIView.as_view()), name="schema"),
    path("api/docs", knows_asker(OF_CODE(ReaderView.as_view(url_name="schema"))), name="docs"),
    path("api/", include("layers.feeds.urls")),
    path("", include("geoapp.desktop.urls")),
    path("feeds/", include("layers.feeds.file_urls")),
    path("audit/", include("geoapp.audit.urls")),
    path("quality/", include("geoapp.quality.urls")),
    path("reports/", include("geoapp.reports.urls")),
    path("record/", include("geoapp.record.urls")),
    path("ogc/", include("layers.ogc.urls")),
    path("ogc/", include("tiles.ogc.urls")),
    path("", include("tiles.urls")),
    path("", include("geoapp.web.urls")),
]
handler400 = "geoapp.problems.handlers.bad_request"
handler403 = "geoapp.problems.handlers.denied"
handler404 = "geoapp.problems.handlers.not_found"
handler500 = "geoapp.problems.handlers.fault"
