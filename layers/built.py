"""Which layers of the registry there are to see, each as it may be seen: all that are imported and open, and of the
derived ones those that were built."""

from __future__ import annotations

from collections.abc import Callable

from django.apps import apps

from layers import access, registry
from layers.errors import NotFound
from layers.registry import Layer


def is_built(layer: Layer) -> bool:
    """Whether a layer can be asked: an imported one always, a derived one once its slice was built."""
    if not layer.dataset.builds:
        return True
    return apps.get_model(layer.dataset.builds)._default_manager.filter(**layer.scope).exists()


def built(layer: Layer) -> Layer:
    """The layer as it may be seen; `NotFound` for one that is closed, or that this installation has not built."""
    found = access.shown(layer)
    if access.depends(found):
        access.note_personal(found.id)
    if not is_built(found):
        raise NotFound(
            f"{layer.id} is not built on this installation; the administrator builds it by {layer.made_by}.",
            param="layer",
            allowed=[found.id for found in built_layers()],
        )
    return found


def built_layers() -> tuple[Layer, ...]:
    """The layers that can be asked, in the registry's order."""
    return tuple(found for layer in registry.LAYERS if (found := access.seen(layer)) and is_built(found))


def built_layer(layer_id: str) -> Layer:
    """The layer of that id; `NotFound` when there is none, when it is closed, or when it is not built here."""
    return built(_known(registry.layer, layer_id))


def of_findings() -> tuple[Layer, ...]:
    """The layers of findings that may be seen."""
    return tuple(found for layer in access.layers_of(registry.FINDING) if (found := access.seen(layer)))


def open_tables() -> tuple[Layer, ...]:
    """The tables that can be asked, in the registry's order."""
    return tuple(found for table in registry.TABLES if (found := access.seen(table)))


def paged(name: str) -> Layer:
    """The layer or table of that id whose objects are known by a code, and so have an answer and a page each; as `built_layer`."""
    found = published(name)
    if found.dataset.field("code") is None:
        raise NotFound(
            f"{found.id} has no objects with a code.", param="layer", allowed=[one.id for one in paged_ones()]
        )
    return found


def paged_ones() -> tuple[Layer, ...]:
    """The layers and tables whose objects have pages, in the registry's order."""
    return tuple(one for one in (*built_layers(), *open_tables()) if one.dataset.field("code") is not None)


def published(name: str) -> Layer:
    """The layer or table of that id, as `built_layer`."""
    return built(_known(registry.published, name))


def _known(find: Callable[[str], Layer], name: str) -> Layer:
    """What the registry has of that name; `NotFound` names those that may be seen."""
    try:
        return find(name)
    except NotFound as error:
        error.allowed = [one for one in error.allowed or () if access.seen(registry.published(str(one)))]
        raise
