from django.apps import AppConfig

from layers.words import shown


class DeskConfig(AppConfig):
    name = "geoapp.desk"
    label = "desk"
    verbose_name = shown("导入台", "Import desk")
    default_auto_field = "django.db.models.BigAutoField"
