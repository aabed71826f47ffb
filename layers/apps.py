from django.apps import AppConfig


class LayersConfig(AppConfig):
    name = "layers"
    verbose_name = "水图数据"
    default_auto_field = "django.db.models.BigAutoField"
