from django.apps import AppConfig
from django.contrib.postgres.indexes import OpClass
from django.db.models.expressions import OrderBy
from django.db.models.functions import Collate
from django.db.models.indexes import IndexExpression


class LayersConfig(AppConfig):
    name = "layers"
    verbose_name = "水图数据"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # As django.contrib.postgres does, which would also ask every new connection about types that are not used here.
        IndexExpression.register_wrappers(OrderBy, OpClass, Collate)
