"""The database engine of web processes: PostGIS by Django, whose silence is noticed within two seconds.

`base` is what `DATABASES["default"]["ENGINE"]` names; a command that may work for minutes uses Django's own.
"""
