"""The map page as a Django app: templates and the built assets."""

from django.apps import AppConfig

from layers.words import shown


class WebConfig(AppConfig):
    name = "geoapp.web"
    label = "web"
    verbose_name = shown("地图页面", "Map page")
