"""Addresses of the reports."""

from django.urls import path

from geoapp.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.index, name="index"),
    path("make", views.make, name="make"),
    path("jobs", views.jobs, name="jobs"),
    path("preview", views.preview, name="preview"),
    path("<int:job_id>/delete", views.delete, name="delete"),
    path("<int:job_id>/<str:form>", views.download, name="download"),
]
