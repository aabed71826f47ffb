"""The one feature query: what a layer's features are asked for, and how they stream out of the database."""

from layers.features.columns import Column
from layers.features.query import FeatureQuery

__all__ = ["Column", "FeatureQuery"]
