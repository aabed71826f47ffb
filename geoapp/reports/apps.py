"""Reports as a Django app: a table of jobs, templates, a command and a worker."""

from django.apps import AppConfig

from layers.words import shown


class ReportsConfig(AppConfig):
    name = "geoapp.reports"
    label = "reports"
    verbose_name = shown("报告", "Report")
    default_auto_field = "django.db.models.BigAutoField"
