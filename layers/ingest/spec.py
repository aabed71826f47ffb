"""What a file of a dataset must look like, read off the registry and the models: the import's specification.

A `Spec` is data. It names for every field of the registry the database column it ends in, the type it is staged as,
its bounds, and the value an empty cell stands for; nothing below it knows any dataset by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.apps import apps
from django.db import models
from psycopg.sql import SQL

from layers import registry
from layers.ingest.refusal import ImportRefused
from layers.registry import Dataset, Field, Geometry, Layer
from layers.shapes import DRAWN

MAX_LINKS = 500  # codes in one cell

# Of one file: two hundred years of a city that uses four times `MOST_LITRES` a year. The kept sums are 64-bit integers
# (9.2·10¹⁸): some nine thousand such files would have to come in before one of them could overflow.
MOST_LITRES_OF_A_FILE = 10**15

# Fields of which a file must have at least one column.
ONE_OF: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "usage": (("meter", "facility", "region"), ("volume_l", "volume_m3")),
    "population": (("residents", "households"),),
}
# What identifies a row where the code does not.
KEYS: Mapping[str, tuple[str, ...]] = {
    "usage": ("month", "meter_id", "facility_id", "region_id", "source", "purpose", "correction_no"),
    "population": ("region_id", "day"),
    "provisional": ("month", "region_id", "reporting_unit_id"),
}
_IDENTIFIED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "usage": (("month",), ("meter", "facility", "region")),
    "population": (("region",),),
    "provisional": (("month",),),
}
# How a row ``t`` without a code of its own is named, in SQL.
_NAMED: Mapping[str, str] = {
    "usage": "to_char(t.month, 'YYYY-MM')",
    "provisional": "to_char(t.month, 'YYYY-MM')",
    "population": "concat_ws(' ', (SELECT x.code FROM layers_region x WHERE x.id = t.region_id), t.day)",
}
# Rows that come by the million: compared by whole months (`layers.ingest.usage`), the others one by one with what they replace.
_BY_MONTH = frozenset({"usage"})
MONTHS = frozenset({("usage", "month"), ("provisional", "month")})
# The last day of what may hold for ever.
OPEN_ENDED = frozenset({("permit", "valid_to")})
# References that may name a division closed since: what was used there was used.
PAST_REFERENCES = frozenset({("usage", "region"), ("population", "region")})


@dataclass(frozen=True, slots=True)
class Column:
    """One field on its way from the file to the table.

    ``target`` is the table's column (a foreign key's for a reference, none for what another table holds); ``empty`` is
    what an empty cell is stored as;
    ``scale`` turns the file's unit into the stored one (m³ → litres), exactly.
    """

    field: Field
    target: str
    sql_type: str
    max_length: int | None = None
    low: float | None = None
    high: float | None = None
    empty: object = None
    refers_to: str = ""
    past: bool = False  # the reference may be to a division that is closed
    scale: int = 1
    month: bool = False
    open_ended: bool = False  # a day that may be said to be none
    times: Fraction = Fraction(1)  # what makes of a number in the file's own unit one in the field's
    year: int | None = None  # of months that are written without one

    @property
    def name(self) -> str:
        return self.field.name


@dataclass(frozen=True, slots=True)
class Spec:
    """All an import needs to know of its dataset; ``scope`` holds the stored values a layer fixes, by field name."""

    dataset: Dataset
    layer: Layer | None
    columns: tuple[Column, ...]
    links: tuple[Field, ...]
    table: str
    key: tuple[str, ...]
    geometry: Geometry
    geometry_required: bool
    one_of: tuple[tuple[str, ...], ...] = ()
    scope: Mapping[str, int] = field(default_factory=dict)
    # Columns of the table that no file gives: name → value for a new row.
    defaults: Mapping[str, object] = field(default_factory=dict)
    rehearsed: bool = False  # the table is a twin of the dataset's: see `layers.ingest.rehearsal`

    @property
    def name(self) -> str:
        return self.dataset.name

    @property
    def target(self) -> str:
        """The word the user gave: layer id or dataset name."""
        return self.layer.id if self.layer else self.dataset.name

    @property
    def merged(self) -> bool:
        """Whether each row is set beside the one that it would replace."""
        return self.name not in _BY_MONTH

    @property
    def named(self) -> SQL:
        """How a row ``t`` is named in what is told of it."""
        return SQL(_NAMED.get(self.name, "t.code"))

    @property
    def identified(self) -> tuple[tuple[str, ...], ...]:
        """Groups of fields of a file: a row that has none of one says of nothing what it is."""
        return _IDENTIFIED.get(self.name, (("code",),))

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def spec_for(target: str) -> Spec:
    """The spec of a dataset name or layer id; `ImportRefused` names those there are.

    A word that is both means the dataset: a file of ``sewage_plant`` may hold plants and village stations.
    """
    if target in {dataset.name for dataset in registry.DATASETS}:
        return _build(registry.dataset(target), None)
    layer = next((layer for layer in registry.IMPORTED if layer.id == target), None)
    if layer is None:
        allowed = sorted({d.name for d in registry.DATASETS} | {layer.id for layer in registry.IMPORTED})
        raise ImportRefused(
            "没有名为 {target} 的数据集或图层",
            "there is no dataset or layer {target!r}",
            param="layer",
            allowed=allowed,
            target=target,
        )
    return _build(layer.dataset, layer)


def _build(dataset: Dataset, layer: Layer | None) -> Spec:
    model = apps.get_model(dataset.model)
    imported = [f for f in dataset.fields if f.imported]
    return Spec(
        dataset=dataset,
        layer=layer,
        columns=tuple(_column(dataset, model, f) for f in imported if f.kind != "links"),
        links=tuple(f for f in imported if f.kind == "links"),
        table=model._meta.db_table,
        key=KEYS.get(dataset.name, ("code",)),
        geometry=dataset.geometry,
        geometry_required=dataset.geometry in DRAWN,
        one_of=ONE_OF.get(dataset.name, ()),
        scope=_scope(layer) if layer else {},
        defaults=_defaults(model),
    )


def _scope(layer: Layer) -> dict[str, int]:
    """A layer's ORM scope (``kind``, ``region__level``) by the field's name in files."""
    names = {f.orm_path: f.name for f in layer.fields}
    return {names[path]: int(str(value)) for path, value in layer.scope.items() if path in names}


def _defaults(model: type[models.Model]) -> dict[str, object]:
    """Python-side defaults of columns that may not be NULL: the table itself has none."""
    found: dict[str, object] = {}
    for f in model._meta.concrete_fields:
        if not f.column or f.primary_key or f.null or getattr(f, "generated", False) or f.is_relation:
            continue
        if f.has_default():
            found[f.column] = f.get_default()
        elif isinstance(f, models.CharField) and f.blank:
            found[f.column] = ""
    return found


def _model_field(model: type[models.Model], path: str) -> Any:
    """The concrete field at the end of an ORM path."""
    head, _, rest = path.partition("__")
    found = model._meta.get_field(head)
    return _model_field(found.related_model, rest) if rest else found  # type: ignore[arg-type]


_SQL_TYPES = {"integer": "bigint", "number": "double precision", "date": "date", "term": "smallint"}


# Fields that name an object of no dataset: (dataset, field) → (what they refer to, column).
SIDE_REFERENCES: Mapping[tuple[str, str], tuple[str, str]] = {("permit", "holder_code"): ("holder", "holder_id")}


def _column(dataset: Dataset, model: type[models.Model], f: Field) -> Column:
    stored = _model_field(model, f.orm_path)
    head = model._meta.get_field(f.orm_path.partition("__")[0])
    refers_to, target = SIDE_REFERENCES.get(
        (dataset.name, f.name), ("region" if f.kind == "region" else f.refers_to, "")
    )
    if not target and (refers_to or "__" not in f.orm_path):
        target = str(getattr(head, "column", ""))
    return Column(
        field=f,
        target=target,
        sql_type="bigint" if f.per_unit != 1 else _SQL_TYPES.get(f.kind, "text"),
        max_length=getattr(stored, "max_length", None),
        low=f.low,
        high=f.high,
        empty=_defaults(model).get(target),
        refers_to=refers_to,
        past=(dataset.name, f.name) in PAST_REFERENCES,
        scale=f.per_unit,
        month=(dataset.name, f.name) in MONTHS,
        open_ended=(dataset.name, f.name) in OPEN_ENDED,
    )
