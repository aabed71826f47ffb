from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "geoapp.desk"
    label = "desk"
    verbose_name = "导入台"
    default_auto_field = "django.db.models.BigAutoField"
