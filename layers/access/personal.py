"""WHAT is personal, read from where each dataset, field and layer says it of itself with its reason.

Every text is said to be public or personal (tests/unit/test_personal.py walks them), so that no new one is published
without somebody having asked whose it is: one of which neither is said is not told. Texts are what a register writes freely,
codes of other objects and links to them; terms, amounts, dates and division codes name nobody.
"""

from __future__ import annotations

from collections.abc import Mapping

from layers import registry
from layers.fields import TEXTS, Field

_DATASETS = (*registry.DATASETS, *registry.DERIVED)
_LAYERS = (*registry.LAYERS, *registry.TABLES)

# Datasets whose every row is somebody's.
DATASETS: Mapping[str, str] = {dataset.name: dataset.personal for dataset in _DATASETS if dataset.personal}


def why(of: Field) -> str:
    """Why a field is not told; nothing where it is."""
    unasked = of.kind in TEXTS and not of.public
    return of.personal or ("nobody has said whose it is" if unasked else "")


# Fields that are not told while their rows are; ``dataset.field``, or ``layer.field`` where only that layer's are.
FIELDS: Mapping[str, str] = {
    f"{dataset.name}.{field.name}": reason
    for dataset in _DATASETS
    if not dataset.personal
    for field in dataset.fields
    if (reason := why(field))
} | {f"{layer.id}.{name}": reason for layer in _LAYERS for name, reason in layer.personal.items()}
