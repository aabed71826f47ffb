"""The one feature query: what a layer's features are asked for, and how they stream out of the database."""

from layers.features.query import FeatureQuery
from layers.values import SpokenColumn

__all__ = ["FeatureQuery", "SpokenColumn"]
