"""Addresses of the audit."""

from django.urls import path, re_path

from geoapp.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.index, name="index"),
    re_path(r"^export\.(?P<suffix>csv|xlsx)$", views.export, name="export"),
]
