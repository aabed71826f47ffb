"""Longer SQL, one statement or script a file, with named psycopg parameters (``%(name)s``)."""

from functools import cache
from importlib.resources import files


@cache
def load(name: str) -> str:
    """The text of ``layers/sql/<name>.sql``."""
    return files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
