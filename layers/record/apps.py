"""The record as a Django app of its own: two tables and their guard."""

from django.apps import AppConfig

from layers.words import shown


class RecordConfig(AppConfig):
    name = "layers.record"
    label = "record"
    verbose_name = shown("存证", "The record")
    default_auto_field = "django.db.models.BigAutoField"
