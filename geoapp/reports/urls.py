"""Addresses of the reports."""

from django.urls import path

from geoapp.reports import views
from geoapp.reports.official import views as issued

app_name = "reports"
urlpatterns = [
    path("", views.index, name="index"),
    path("make", views.make, name="make"),
    path("jobs", views.jobs, name="jobs"),
    path("preview", views.preview, name="preview"),
    path("issued/", issued.index, name="issued"),
    path("issued/new", issued.issue, name="issue"),
    path("issued/<int:report_id>/", issued.one, name="issued_one"),
    path("issued/<int:report_id>/step", issued.step, name="issued_step"),
    path("issued/<int:report_id>/<str:form>", issued.file, name="issued_file"),
    path("<int:job_id>/delete", views.delete, name="delete"),
    path("<int:job_id>/<str:form>", views.download, name="download"),
]
