"""The project's own, with gauges; the tests' database is made from a template where one is named."""

import os

from geoapp.settings import *  # noqa: F403
from geoapp.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.gauges"]
MORE_LAYERS = ("tests.gauges.kind",)
DATABASES["default"]["TEST"]["TEMPLATE"] = os.environ.get("TEST_TEMPLATE") or None
