"""Reports as a Django app: a table of jobs, templates, a command and a worker."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "geoapp.reports"
    label = "reports"
    verbose_name = "报告"
    default_auto_field = "django.db.models.BigAutoField"
