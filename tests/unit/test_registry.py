"""The registry is data: every entry whole, and every path it names there in the models."""

import re
from itertools import pairwise

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from layers import filters, registry, vocab
from layers.errors import NotFound
from layers.registry import Dataset, Layer
from layers.shapes import SHAPES

each_layer = pytest.mark.parametrize("layer", registry.LAYERS, ids=lambda layer: layer.id)
each_dataset = pytest.mark.parametrize("dataset", registry.DATASETS, ids=lambda dataset: dataset.name)


def field_at(model: type[models.Model], path: str) -> models.Field:
    """The model field a path of ``__`` steps leads to; FieldDoesNotExist when it leads nowhere."""
    *steps, last = path.split("__")
    for step in steps:
        related = model._meta.get_field(step).related_model
        if related is None:
            raise FieldDoesNotExist(path)
        model = related
    return model._meta.get_field(last)


def test_ids_are_unique() -> None:
    assert len({layer.id for layer in registry.LAYERS}) == len(registry.LAYERS)
    assert len({dataset.name for dataset in registry.DATASETS}) == len(registry.DATASETS)


def test_the_layers_of_the_contract_are_there() -> None:
    assert {layer.id for layer in registry.LAYERS} >= {
        "district", "township", "village", "well", "urban_plant", "township_plant", "village_station", "self_built",
        "supply_area", "sewage_plant", "village_sewage_station", "water_user", "surface_intake", "meter",
    }  # fmt: skip


@each_dataset
def test_every_field_of_a_dataset_is_found_by_the_orm(dataset: Dataset) -> None:
    model = apps.get_model(dataset.model)
    for field in dataset.fields:
        field_at(model, field.orm_path)


@each_dataset
def test_field_names_and_headings_of_a_dataset_are_unique(dataset: Dataset) -> None:
    words: dict[str, str] = {}
    for field in dataset.fields:
        for word in {field.name, field.zh.lower(), field.en.lower(), *field.aliases}:
            assert words.setdefault(word, field.name) == field.name, f"{word} is read as two fields"


@each_dataset
def test_terms_have_a_vocabulary_and_references_a_dataset_loaded_before(dataset: Dataset) -> None:
    names = [other.name for other in registry.DATASETS]
    for field in dataset.fields:
        assert (field.kind == "term") == (field.vocab is not None), field.name
        if field.vocab is not None:
            assert field.vocab in vocab.ALL
        if field.refers_to:
            assert field.kind in ("code", "links")
            assert names.index(field.refers_to) < names.index(dataset.name)


@each_dataset
def test_a_geometry_is_of_the_type_that_is_said(dataset: Dataset) -> None:
    model = apps.get_model(dataset.model)
    names = {field.name for field in model._meta.get_fields()}
    if dataset.geometry == "none":
        assert "geom" not in names
        return
    kind = SHAPES[dataset.geometry].stored.upper()
    for name, srid in (("geom", 4490), ("geom_3857", 3857)):
        found = model._meta.get_field(name)
        output = getattr(found, "output_field", found)
        assert (output.geom_type, output.srid) == (kind, srid)


@each_layer
def test_a_layer_is_found_by_its_id(layer: Layer) -> None:
    assert registry.layer(layer.id) is layer
    assert re.fullmatch(r"[a-z][a-z_0-9]*", layer.id)


@each_layer
def test_a_scope_is_of_fields_there_are(layer: Layer) -> None:
    for path, value in layer.scope.items():
        field = field_at(apps.get_model(layer.dataset.model), path)
        assert not field.flatchoices or value in dict(field.flatchoices), path


@each_layer
def test_tiles_carry_code_and_name_and_only_fields_of_the_layer(layer: Layer) -> None:
    names = [field.name for field in layer.tile_fields]
    named = {"code"} if layer.dataset is registry.GRID else {"code", "name"}  # a cell has no name of its own
    assert named <= set(names) <= {field.name for field in layer.fields}
    assert not {"count", "geom", "fid", "volume_l", "m3_per_km2"} & set(names)
    assert all(field.kind != "links" for field in layer.tile_fields)


@each_layer
def test_zooms_make_sense(layer: Layer) -> None:
    assert 0 <= layer.min_zoom < layer.max_zoom <= 16
    if layer.geometry != "point":
        assert layer.detail_zoom == 0
    else:
        assert layer.min_zoom < layer.detail_zoom <= layer.max_zoom


@each_layer
def test_colours_are_hexadecimal_and_words_there_in_both_languages(layer: Layer) -> None:
    assert re.fullmatch(r"#[0-9a-f]{6}", layer.color)
    for word in (
        layer.zh,
        layer.en,
        layer.icon.name,
        layer.icon.path,
        *(name for f in layer.fields for name in (f.zh, f.en)),
    ):
        assert word.strip()


@each_layer
def test_a_version_depends_on_datasets_there_are(layer: Layer) -> None:
    names = {dataset.name for dataset in (*registry.DATASETS, *registry.DERIVED)}
    assert layer.dataset.name in layer.datasets()
    assert set(layer.datasets(usage=True)) <= names
    assert set(layer.datasets()) <= set(layer.datasets(usage=True))
    assert {"usage", "meter", "facility"} <= set(layer.datasets(usage=True))
    if layer.dataset.placed:
        assert "region" in layer.datasets()  # where a point lies depends on the boundaries


@each_layer
def test_filters_do_not_hide_each_other(layer: Layer) -> None:
    own = set(filters.filter_params(layer))
    assert not own & {"bbox", "region"}
    assert not own & {"fields", "limit", "offset"}
    if layer.with_usage:
        assert not own & set(filters.USAGE_PARAMS)


def test_each_level_has_its_layer_and_finer_ones_appear_later() -> None:
    levels = [registry.LEVEL_LAYERS[level] for level in (vocab.DISTRICT, vocab.TOWNSHIP, vocab.VILLAGE)]
    assert [layer.id for layer in levels] == ["district", "township", "village"]
    assert all(coarse.min_zoom < fine.min_zoom for coarse, fine in pairwise(levels))


def test_every_facility_and_sewage_kind_is_one_layer() -> None:
    for dataset, vocabulary in (("facility", vocab.FACILITY_KIND), ("sewage_plant", vocab.SEWAGE_KIND)):
        kinds = [layer.scope.get("kind") for layer in registry.LAYERS if layer.dataset.name == dataset]
        assert sorted(kinds) == sorted(vocabulary.by_id)


@pytest.mark.parametrize("ask", [registry.layer, registry.dataset])
def test_what_is_not_there_is_not_found_and_says_what_is(ask: object) -> None:
    with pytest.raises(NotFound) as caught:
        ask("lake")  # type: ignore[operator]
    assert caught.value.allowed


@pytest.mark.parametrize("table", registry.TABLES, ids=lambda table: table.id)
def test_a_table_is_published_and_not_drawn(table: Layer) -> None:
    assert registry.published(table.id) is table
    assert table.id not in {layer.id for layer in registry.LAYERS}
    assert table.geometry == "none"
    assert not set(filters.allowed_params(table)) & {"bbox", "region"}
    with pytest.raises(NotFound):
        registry.layer(table.id)


@pytest.mark.parametrize("layer", [*registry.LAYERS, *registry.TABLES], ids=lambda layer: layer.id)
def test_the_time_of_a_layer_is_of_its_dates(layer: Layer) -> None:
    kinds = {field.name: field.kind for field in layer.fields}
    assert all(kinds[name] == "date" for name in layer.temporal)
    assert len(layer.temporal) <= 2
