"""The map page as a Django app: templates and the built assets."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "geoapp.web"
    label = "web"
    verbose_name = "地图页面"
