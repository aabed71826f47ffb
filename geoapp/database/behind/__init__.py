"""The database engine of commands that answer somebody, as who makes reports does: Django's PostGIS, behind the second wall."""
