from django.apps import AppConfig

from layers.words import shown


class QualityConfig(AppConfig):
    name = "geoapp.quality"
    label = "quality"
    verbose_name = shown("数据质量", "Data quality")
    default_auto_field = "django.db.models.BigAutoField"
