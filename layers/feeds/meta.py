"""What there is: layers with their fields, vocabularies, months, and what of it is synthetic."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from layers import access, editions, filters, place, printed, registry, vocab
from layers.built import built_layers, is_built, paged_ones
from layers.kept.memory import Memory
from layers.models import Release
from layers.names import english_units
from layers.registry import Field, Layer
from layers.stats import divisions, query
from layers.stats.offered import offered
from layers.stats.profile import object_counts
from layers.stats.regions import region_index
from layers.versions import ALL_DATASETS, AsOf, as_of, as_of_layers
from layers.words import ENGLISH, Words

SYNTHETIC_NOTE = Words(
    "演示城市：区划名称与代码、设施名录及所在区、各类总数与用水总量取自真实资料；街乡和社区（村）边界、全部点位、"
    "单个对象的属性（供水与处理能力、井深、许可、用户、水表、逐表水量）为程序合成，不可用于决策。",
    "Demo city: division names and codes, facility rosters with their districts, counts and totals of use are real;"
    " township and village boundaries, all positions and what single objects carry (capacity, depth, permits, users,"
    " meters and their volumes) are synthetic and must not be used for decisions.",
)


def _field(layer: Layer, declared: Field) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": declared.name,
        **declared.everywhere(),
        "kind": declared.kind,
        "filter": declared.name in filters.filter_params(layer),
    }
    if declared.unit:
        found["unit"] = declared.unit
    if declared.vocab is not None:
        found["vocab"] = declared.vocab.name
    return found


def _looks(layer: Layer) -> dict[str, Any]:
    """What a page has to know of a layer or table to show one of its objects."""
    return {
        "id": layer.id,
        "title": layer.everywhere(),
        "stage": layer.stage,
        "geometry": layer.geometry,
        "color": layer.color,
        "icon": layer.icon.name,
        "glyph": {"path": layer.icon.path, "solid": layer.icon.solid},
        "measured": bool(layer.dataset.litres_of),
        "fields": [_field(layer, declared) for declared in layer.fields],
    }


def layer_info(layer: Layer, version: AsOf, count: int, synthetic: bool) -> dict[str, Any]:
    return {
        **_looks(layer),
        "min_zoom": layer.min_zoom,
        "max_zoom": layer.max_zoom,
        "detail_zoom": layer.detail_zoom,
        "count": count,
        "notes": [note.to_dict() for note in printed.of_count(layer.id)] if synthetic else [],
        "synthetic": synthetic,
        "with_usage": layer.with_usage,
        "filters": filters.allowed_params(layer),
        "tilejson": f"/tiles/{layer.id}.json",
        "features": f"/api/layers/{layer.id}/features",
        "style": f"/styles/{layer.id}.json",
        "as_of": version.to_dict(),
    }


def _every() -> list[Layer]:
    """Every layer that is built, seen or not: whether it is made up is no secret."""
    return [layer for layer in registry.LAYERS if is_built(layer)]


_kept: Memory[Any] = Memory(8)


def _sizes() -> dict[str, int]:
    """Features by layer, as far as they may be seen."""
    counts = {found["layer"]: found["count"] for found in object_counts()}
    return {
        layer.id: counts[layer.id] if layer.id in counts else filters.base(layer).count() for layer in built_layers()
    }


def _synthetic(version: AsOf) -> frozenset[str]:
    """The layers with anything made up in them."""
    found: frozenset[str] = _kept.get_or_make(version.of_data, "synthetic", _with_synthetic)
    return found


def _with_synthetic() -> frozenset[str]:
    found = set()
    for layer in _every():
        quality = next(f for f in layer.fields if f.vocab in (vocab.POSITION_QUALITY, vocab.BOUNDARY_QUALITY))
        if filters.base(layer).filter(**{quality.orm_path: vocab.SYNTHETIC}).exists():
            found.add(layer.id)
    # A table's rows carry no mark: made up are those that a release of the demo wrote last.
    made_up = Release.objects.filter(access.made_up()).values("pk")
    found |= {table.id for table in _tables() if filters.base(table).filter(release__in=made_up).exists()}
    return frozenset(found)


def _tables() -> list[Layer]:
    """The tables whose objects have pages, open or not."""
    return [one for one in registry.TABLES if one.dataset.field("code") is not None]


def is_synthetic(layer: Layer) -> bool:
    """Whether any of a layer's positions or outlines is made up: then everything that shows it says so."""
    return layer.id in _synthetic(as_of(ALL_DATASETS))


def any_synthetic() -> bool:
    """Whether anything that is shown is made up."""
    return bool(_synthetic(as_of(ALL_DATASETS)))


def figures_are_synthetic() -> bool:
    """Whether usage by place is made up: it is when the places that it was measured at, or counted in, are."""
    found = _synthetic(as_of(ALL_DATASETS))
    return any(layer.id in found for layer in registry.LAYERS if layer.dataset.name in registry.STATISTICS)


def layer_infos() -> list[dict[str, Any]]:
    """Every layer that is here with its version, size and fields, in the registry's order."""
    version = as_of(ALL_DATASETS)
    sizes: dict[str, int] = _kept.get_or_make(version.stamp, "sizes", _sizes)
    synthetic = _synthetic(version)
    layers = built_layers()
    versions = as_of_layers(layers)
    return [layer_info(layer, versions[layer.id], sizes[layer.id], layer.id in synthetic) for layer in layers]


def meta() -> dict[str, Any]:
    """All a page needs to start with, in one answer."""
    index = region_index()
    city, here = index.root, place.read()
    infos = layer_infos()
    return {
        "title": Words("水图", "Shuitu water map").everywhere(),
        "synthetic": {**SYNTHETIC_NOTE.everywhere(), "parts": [info["id"] for info in infos if info["synthetic"]]},
        "months": [str(month) for month in query.available_months()],
        "measures": offered(),
        "divisions": [one.to_dict() for one in divisions.every()],
        "vocab": {
            vocabulary.name: [{"code": term.code, **term.everywhere()} for term in vocabulary]
            for vocabulary in registry.VOCABULARIES
        },
        "access": access.now().to_dict(),
        "layers": infos,
        "tables": [_looks(table) for table in paged_ones() if table.geometry == "none"],
        "bounds": city.bounds if city else None,
        "city": {"code": city.code, "name": city.name} if city else None,
        "levels": [vocab.LEVEL.by_id[level].code for level in index.below],
        "worded": {name: term.everywhere() for name, term in vocab.worded().items()},
        "names_en": {
            **{
                code: told
                for code, region in index.by_code.items()
                if (told := here.called(code, region.name, ENGLISH)) != region.name
            },
            **{
                f"{vocab.UNIT}/{unit.code}": english_units()[unit.code, unit.name]
                for unit in index.units.values()
                if (unit.code, unit.name) in english_units()
            },
        },
        "place": {
            "name": {"zh": here.zh, "en": here.en},
            "plane": here.plane,
            "authority": {"zh": here.authority_zh, "en": here.authority_en},
            "credit": {"zh": here.credit_zh, "en": here.credit_en},
        },
        "usage_records": _kept.get_or_make(as_of(ALL_DATASETS).of_data, "usage_records", _usage_records),
    }


def _usage_records() -> int:
    total = (
        apps.get_model("layers.UsageSum")
        ._default_manager.filter(edition=editions.OWN, level=vocab.CITY, source_sel=0, purpose_sel=0)
        .values_list("records", flat=True)
    )
    return sum(total)
