"""The administration: lists that stay fast, maps of our own, and changes that are small imports.

A module for what has a form of its own; whatever stands at a point has one by its entry in the registry (`placed`).
"""

from layers.admin import access, ground, placed, population, provisional, regions, releases, supply, take, use

__all__ = ["access", "ground", "placed", "population", "provisional", "regions", "releases", "supply", "take", "use"]

placed.register()
