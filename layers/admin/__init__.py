"""The administration, a module a stage: lists that stay fast, maps of our own, and changes that are small imports."""

from layers.admin import drain, regions, releases, supply, take, use

__all__ = ["drain", "regions", "releases", "supply", "take", "use"]
