"""What `DATABASES["default"]["ENGINE"]` names: one connection, and all the time that it needs."""

from __future__ import annotations

from django.contrib.gis.db.backends.postgis import base

from geoapp.database.wall import Walled


class DatabaseWrapper(Walled, base.DatabaseWrapper):
    pass
