"""The audit as a Django app: its tables, its command, and the receivers that hear of acts."""

from django.apps import AppConfig

from layers.words import shown


class AuditConfig(AppConfig):
    name = "geoapp.audit"
    label = "audit"
    verbose_name = shown("审计", "Audit")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from geoapp.audit import hooks

        hooks.connect()
