"""Addresses of the reports."""

from django.urls import path

from geoapp.reports import views

app_name = "reports"
urlpatterns = [
    path("preview", views.preview, name="preview"),
]
