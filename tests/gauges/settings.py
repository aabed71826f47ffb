"""The project's own, with gauges."""

from geoapp.settings import *  # noqa: F403
from geoapp.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.gauges"]
MORE_LAYERS = ("tests.gauges.kind",)
