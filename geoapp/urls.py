"""Every address of the site."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path


def healthz(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns: list[URLPattern] = [path("healthz", healthz)]
