"""The project as a Django app: its commands, and what the web may do after a migration."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class GeoappConfig(AppConfig):
    name = "geoapp"

    def ready(self) -> None:
        from geoapp.database import grants

        # Of one application: the signal is sent of each, when all are migrated.
        post_migrate.connect(grants.after_migration, sender=apps.get_app_config("layers"))
