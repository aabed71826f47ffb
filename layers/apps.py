from django.apps import AppConfig
from django.contrib.postgres.indexes import OpClass
from django.db.models.expressions import OrderBy
from django.db.models.functions import Collate
from django.db.models.indexes import IndexExpression

from layers.words import shown


class LayersConfig(AppConfig):
    name = "layers"
    verbose_name = shown("水图数据", "Shuitu data")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # As django.contrib.postgres does, which would also ask every new connection about types that are not used here.
        IndexExpression.register_wrappers(OrderBy, OpClass, Collate)
