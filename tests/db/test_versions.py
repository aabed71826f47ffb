"""One growing number says which data an answer shows: raised by what could change it, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from layers import models, registry, versions
from layers.versions import NOTHING_YET, as_of, as_of_layers
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_before_any_import_the_version_is_0_without_a_time() -> None:
    assert as_of() == NOTHING_YET
    assert NOTHING_YET.to_dict() == {"version": 0, "changed_at": None}


def test_an_answer_is_as_new_as_the_newest_of_its_datasets() -> None:
    wells, meters = make.publish("well"), make.publish("meter")
    assert as_of(["well"]).version == wells.pk
    assert as_of(["well", "meter"]).version == meters.pk
    assert as_of(["usage"]).version == 0
    assert as_of().version == meters.pk


def test_a_version_says_when_in_the_citys_own_time() -> None:
    make.publish("well")
    assert as_of(["well"]).to_dict()["changed_at"].endswith("+08:00")


def test_a_datasets_own_version_counts_its_releases() -> None:
    for _ in range(3):
        make.publish("well")
    make.publish("meter")
    assert dict(models.LayerVersion.objects.values_list("dataset", "version")) == {"well": 3, "meter": 1}


@pytest.mark.parametrize(
    ("changed", "layers"),
    [
        ("well", {"well"}),
        ("usage", set()),  # without a period no layer shows usage
        ("facility", {"urban_plant", "township_plant", "village_station", "self_built", "supply_area"}),
        ("sewage_plant", {"sewage_plant", "village_sewage_station"}),
        ("region", {layer.id for layer in registry.LAYERS} - {"supply_area"}),  # points lie elsewhere in new outlines
    ],
)
def test_a_release_makes_the_layers_new_that_it_can_change(changed: str, layers: set[str]) -> None:
    make.publish()
    before = as_of_layers(registry.LAYERS)
    release = make.publish(changed)
    after = as_of_layers(registry.LAYERS)
    assert {layer for layer in after if after[layer] != before[layer]} >= layers
    assert {layer for layer in after if after[layer].version == release.pk} - layers <= {"supply_area"}


@pytest.mark.parametrize("dataset", ["usage", "meter", "water_user", "facility", "region", "reporting_unit"])
def test_what_changes_a_figure_makes_layers_with_usage_new(dataset: str) -> None:
    make.publish()
    release = make.publish(dataset)
    for layer in registry.LAYERS:
        if layer.with_usage:
            assert as_of(layer.datasets(usage=True)).version == release.pk


def test_one_query_gives_the_version_of_any_answer(django_assert_num_queries: Any) -> None:
    make.publish()
    with django_assert_num_queries(1):
        as_of()
    with django_assert_num_queries(1):
        as_of_layers(registry.LAYERS)


@pytest.fixture
def checkout(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A checkout in small: a file of every kind that makes answers, in the folders and deep below them."""
    for folder in ("layers", "layers/a/b", "tiles", "tiles/c", "geoapp"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        for suffix in versions._MAKERS:
            (tmp_path / folder / f"made{suffix}").write_text("one")
    (tmp_path / "requirements.lock").write_text("one==1")
    settings.BASE_DIR = tmp_path
    yield tmp_path
    versions.fingerprint.cache_clear()


def built() -> str:
    versions.fingerprint.cache_clear()
    return versions.build()


def test_every_file_that_makes_answers_is_in_the_build(checkout: Path) -> None:
    """Another byte (of the same length), another name, one more, one less: each makes another build, and undone the same."""
    first = built()
    makers = [path for folder in ("layers", "tiles") for path in sorted((checkout / folder).rglob("*.*"))]
    assert len(makers) == 4 * len(versions._MAKERS)
    for path in [*makers, checkout / "requirements.lock"]:
        before = path.read_text()
        path.write_text(before.replace("one", "two"))
        assert built() != first, path
        path.unlink()
        assert built() != first, path
        path.write_text(before)
        assert built() == first, path
    for path in makers:
        other = path.with_stem("other")
        path.rename(other)
        assert built() != first, path
        other.rename(path)
        other.write_text("")
        assert built() != first, path
        other.unlink()
    # What two files hold is not one file that holds both.
    (checkout / "tiles/made.py").write_text("on")
    (checkout / "tiles/made.sql").write_text("eone")
    assert built() != first


def test_what_makes_no_answers_is_not_in_the_build(checkout: Path) -> None:
    first = built()
    for other in ("geoapp/made.py", "layers/made.pyc", "layers/note.md", "README.md"):
        (checkout / other).write_text("another")
        assert built() == first, other


def test_every_kind_of_file_there_is_makes_answers(root: Path) -> None:
    """A new kind of file in these folders is either a maker, or told here why not."""
    here = {path.suffix for folder in ("layers", "tiles") for path in (root / folder).rglob("*.*") if path.is_file()}
    assert here - {".pyc"} <= versions._MAKERS


def test_the_build_is_told_by_the_code_alone() -> None:
    versions.fingerprint.cache_clear()
    first = versions.build()
    versions.fingerprint.cache_clear()
    assert versions.build() == first
    assert len(first) == 12
