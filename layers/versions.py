"""Which version of the data an answer shows.

Every committed import raises its dataset's version in the transaction that changes the rows. The version of an
answer is the newest release among the datasets it depends on: one integer that grows with every change that
could alter the answer and with no other, so it can stand in an immutable tile URL, an ETag and a report alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NewType

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from layers import access, registry
from layers.db import Query, once, rows
from layers.models import LayerVersion

ALL_DATASETS = tuple(dataset.name for dataset in (*registry.DATASETS, *registry.DERIVED))

Stamp = NewType("Stamp", str)  # of an `AsOf`: what keys of kept things are made with, and never its number alone


@dataclass(frozen=True, slots=True)
class AsOf:
    """The data version of an answer; 0 with no time before anything was imported."""

    version: int
    changed_at: datetime | None

    @property
    def order(self) -> tuple[int, float]:
        """Later is larger: by release, and within one by time, as derived data are made anew without a release."""
        return self.version, self.changed_at.timestamp() if self.changed_at else 0.0

    @property
    def stamp(self) -> Stamp:
        """The version with what tells it from the same number elsewhere, for addresses and keys: ``26-o1a2b3c4d``.

        Release ids begin again in another database or after a restore, new code makes other answers of the same data,
        and so does another class of rights (the letter, or the letter and its digits: `layers.access.rights`); addresses that may
        be kept for ever must differ in each case.
        """
        sight = access.now()
        told = hashlib.sha256(f"{build()} {sight.posture.why} {self.version} {self.changed_at}".encode())
        return Stamp(f"{self.version}-{sight.mark}{told.hexdigest()[:8]}")

    @property
    def of_data(self) -> Stamp:
        """The same for whoever asks: of what is kept of figures and divisions, and shows nobody more than another: ``26-g1a2b3c4d``."""
        told = hashlib.sha256(f"{build()} {self.version} {self.changed_at}".encode())
        return Stamp(f"{self.version}-g{told.hexdigest()[:8]}")

    def of_layer(self, layer: registry.Layer) -> Stamp:
        """The stamp of a layer's own answers: of one that is the same to all who see it at all, that of its data."""
        return self.stamp if access.varies(layer) else self.of_data

    def to_dict(self) -> dict[str, Any]:
        local = timezone.localtime(self.changed_at).isoformat(timespec="seconds") if self.changed_at else None
        return {"version": self.version, "changed_at": local}


NOTHING_YET = AsOf(0, None)


def as_of(datasets: Iterable[str] = ALL_DATASETS) -> AsOf:
    """The version of an answer made from these datasets. One query on a table of a dozen rows, however often an answer asks."""
    return _newest(once("versions", _current), datasets)


def as_of_now(datasets: Iterable[str]) -> AsOf:
    """The same, asked anew, for whoever was long at work: as far as the transaction sees it."""
    return _newest(_current(), datasets)


def as_of_layers(layers: Iterable[registry.Layer]) -> dict[str, AsOf]:
    """The version of each layer, by layer id, from one query."""
    current = once("versions", _current)
    return {layer.id: _newest(current, layer.datasets()) for layer in layers}


# Not by the ORM, which takes as long for it as the database: every answer asks it.
_CURRENT = Query("SELECT dataset, release_id, changed_at FROM layers_layerversion")


def _current() -> dict[str, AsOf]:
    """Of each dataset that was ever written."""
    return {dataset: AsOf(release, changed) for dataset, release, changed in rows(_CURRENT)}


def _newest(current: Mapping[str, AsOf], datasets: Iterable[str]) -> AsOf:
    return max((current[name] for name in datasets if name in current), key=lambda one: one.order, default=NOTHING_YET)


def bump(dataset: str, release_id: int) -> None:
    """Raise a dataset's version by one. Call inside the transaction that changed its rows."""
    now = timezone.now()
    changed = LayerVersion.objects.filter(dataset=dataset).update(
        version=F("version") + 1, release_id=release_id, changed_at=now
    )
    if not changed:
        LayerVersion.objects.create(dataset=dataset, version=1, release_id=release_id, changed_at=now)


# What makes answers in a folder of code: modules, statements, templates and styles, tables read beside them.
_MAKERS = frozenset({".py", ".sql", ".html", ".css", ".js", ".csv", ".json", ".svg", ".png"})


@cache
def fingerprint(*folders: str) -> str:
    """Of the code in some folders of the checkout and of the libraries it is run with (their pins)."""
    seen = hashlib.sha256()
    root = Path(settings.BASE_DIR)
    found = [path for folder in folders for path in (root / folder).rglob("*.*") if path.suffix in _MAKERS]
    for path in [root / "requirements.lock", *sorted(found)]:
        if path.is_file():
            seen.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return seen.hexdigest()[:12]


def build() -> str:
    """A fingerprint of the code that makes answers: an upgrade ends what caches hold, though the data stay."""
    return fingerprint("layers", "tiles")
