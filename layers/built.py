"""Which layers of the registry there are to see: all that are imported, and of the derived ones those that were built."""

from __future__ import annotations

from django.apps import apps

from layers import registry
from layers.errors import NotFound
from layers.registry import Layer


def is_built(layer: Layer) -> bool:
    """Whether a layer can be asked: an imported one always, a derived one once its slice was built."""
    if not layer.dataset.builds:
        return True
    return apps.get_model(layer.dataset.builds)._default_manager.filter(**layer.scope).exists()


def built(layer: Layer) -> Layer:
    """The layer itself; `NotFound` for a derived layer that this installation has not built; says how it is."""
    if not is_built(layer):
        raise NotFound(
            f"{layer.id} is not built on this installation; the administrator builds it by {layer.made_by}.",
            param="layer",
            allowed=[found.id for found in built_layers()],
        )
    return layer


def built_layers() -> tuple[Layer, ...]:
    """The layers that can be asked, in the registry's order."""
    return tuple(layer for layer in registry.LAYERS if is_built(layer))


def built_layer(layer_id: str) -> Layer:
    """The layer of that id; `NotFound` when there is none, or when it is not built here."""
    return built(registry.layer(layer_id))
