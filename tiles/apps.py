from django.apps import AppConfig


class TilesConfig(AppConfig):
    name = "tiles"
    verbose_name = "瓦片"

    def ready(self) -> None:
        from layers.ogc import parts
        from tiles.ogc.documents import PART

        parts.join(PART)
