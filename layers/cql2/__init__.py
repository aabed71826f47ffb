"""CQL2 (OGC 21-065r2): text or JSON in, a condition on a layer's fields out."""

from layers.cql2.asked import PARAMS, asked
from layers.cql2.condition import condition
from layers.cql2.parse import parse

__all__ = ["PARAMS", "asked", "condition", "parse"]
