from django.apps import AppConfig

from layers.words import shown


class TilesConfig(AppConfig):
    name = "tiles"
    verbose_name = shown("瓦片", "Tiles")

    def ready(self) -> None:
        from layers.ogc import parts
        from tiles.ogc.documents import PART

        parts.join(PART)
