"""Whose each text is: none is published that nobody has asked it of."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from layers import registry
from layers.access import concerned, personal
from layers.access.rights import BUT_PERSONAL
from layers.access.seen import depends, is_personal, left_of
from layers.fields import TEXTS, Field
from layers.registry import Dataset

each_dataset = pytest.mark.parametrize(
    "dataset", [*registry.DATASETS, *registry.DERIVED], ids=lambda dataset: dataset.name
)
EVERY = (*registry.LAYERS, *registry.TABLES)


def words_of(dataset: Dataset) -> list[str]:
    return [dataset.name, *(layer.id for layer in EVERY if layer.dataset is dataset)]


@each_dataset
def test_every_text_of_a_dataset_is_said_to_be_personal_or_public(dataset: Dataset) -> None:
    if dataset.name in personal.DATASETS:
        return
    texts = [field for field in dataset.fields if field.kind in TEXTS]
    unsaid = [field.name for field in texts if bool(field.personal.strip()) == bool(field.public.strip())]
    assert unsaid == [], "say with the field whose this is, and why"


def test_a_text_of_which_nothing_is_said_is_not_told() -> None:
    plants = registry.layer("sewage_plant")
    nobodys = Field("remark", "备注", "Remark")
    asked = replace(
        plants, dataset=replace(plants.dataset, fields=(nobodys, nobodys.told("a remark of the authority")))
    )
    assert [is_personal(asked, field) for field in asked.fields] == [True, False]


@each_dataset
def test_every_text_column_of_a_published_model_is_declared(dataset: Dataset) -> None:
    """A column that no field of the registry shows is shown by nobody; one that is added has to be asked about."""
    paths = {field.orm_path for field in dataset.fields}
    columns = [
        f.name for f in apps.get_model(dataset.model)._meta.fields if isinstance(f, models.CharField | models.TextField)
    ]
    kept_inside = {"grid": {"township"}, "finding": {"subkey", "evidence_hash"}}.get(dataset.name, set())
    assert set(columns) - paths - kept_inside == set()


def test_what_is_said_is_of_fields_there_are_and_has_a_reason() -> None:
    known = {f"{word}.{field.name}" for layer in EVERY for word in words_of(layer.dataset) for field in layer.fields}
    known |= {f"{d.name}.{field.name}" for d in (*registry.DATASETS, *registry.DERIVED) for field in d.fields}
    assert set(personal.FIELDS) <= known
    for reasons in (personal.DATASETS, personal.FIELDS):
        assert all(reason.strip() for reason in reasons.values())


def test_what_is_left_of_each_layer() -> None:
    gone = {
        layer.id: {field.name for field in layer.fields} - {field.name for field in left.fields}
        for layer in EVERY
        if (left := left_of(layer, BUT_PERSONAL)) is not None and left is not layer
    }
    assert gone == {
        "permit": {"holder_code", "holder_name"},
        "well": {"name"},
        "surface_intake": {"name"},
        "self_built": {"name"},
        "supply_area": {"name"},
        "sewage_plant": {"operator"},
        "village_sewage_station": {"operator"},
    }
    assert {layer.id for layer in EVERY if left_of(layer, BUT_PERSONAL) is None} == {
        "water_user",
        "meter",
        "usage",
        "holder",
        "finding_of_person",
    }
    assert {layer.id for layer in EVERY if depends(layer)} == {
        *gone, "water_user", "meter", "usage", "holder", "finding_of_person",
    }  # fmt: skip


def test_a_layer_without_a_field_is_otherwise_the_same_and_always_the_same_object() -> None:
    for layer in EVERY:
        left = left_of(layer, BUT_PERSONAL)
        if left is None:
            continue
        assert (left.id, left.scope, left.geometry, left.min_zoom) == (
            layer.id,
            layer.scope,
            layer.geometry,
            layer.min_zoom,
        )
        assert left.dataset.name == layer.dataset.name
        assert left_of(layer, BUT_PERSONAL) is left
        assert depends(left) == depends(layer)


def test_the_first_real_file_of_any_of_these_closes() -> None:
    assert set(concerned()) == {
        "permit", "well", "surface_intake", "facility", "supply_area", "sewage_plant", "water_user", "meter", "usage",
    }  # fmt: skip


# Rooms that answer whoever reaches the port, and who among them asks the registry itself, and why.
CHANNELS = ("layers/feeds", "layers/ogc", "layers/export", "layers/features", "tiles", "geoapp/desktop", "geoapp/web")
ASKS_ITSELF = {
    "layers/feeds/meta.py",  # how many there are, and whether they are made up
    "layers/feeds/described.py",  # the contract: all layers there can be
    "layers/feeds/schema_objects.py",
}
BEHIND = (
    "registry.LAYERS",
    "registry.TABLES",
    "registry.layer(",
    "registry.published(",
    "import LAYERS",
    "import TABLES",
)


def test_every_channel_takes_its_layers_from_the_room_that_knows_what_may_be_seen(root: Path) -> None:
    found = {
        str(path.relative_to(root))
        for room in CHANNELS
        for path in (root / room).rglob("*.py")
        if "node_modules" not in path.parts and any(word in path.read_text("utf-8") for word in BEHIND)
    }
    assert found == ASKS_ITSELF


def test_no_channel_reads_a_personal_table_of_its_own(root: Path) -> None:
    tables = ("WaterUser", "Meter", "UsageRecord", "AbstractionHolder", "AbstractionPermit")
    wrong = [
        f"{path.relative_to(root)}: {line.strip()}"
        for room in CHANNELS
        for path in (root / room).rglob("*.py")
        if "node_modules" not in path.parts
        for line in path.read_text("utf-8").splitlines()
        if re.search(rf"from layers\.models import .*\b({'|'.join(tables)})\b", line)
    ]
    assert wrong == []
