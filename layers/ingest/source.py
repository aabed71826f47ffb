"""What is to be imported, as its sender says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """A file to import. ``name`` is what it was called if ``path`` is an upload's; ``layer`` the sheet or layer within
    it; ``crs`` overrides the file's own; ``field_map`` gives columns to fields by hand, "" none; ``told`` says how to read it, by the
    names of the decisions (`layers.ingest.reading`)."""

    path: Path
    name: str = ""
    layer: str | None = None
    crs: str | None = None
    field_map: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        return (self.name or self.path.name)[-255:]
