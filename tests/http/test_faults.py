"""What is wrong with an object is told with it, to who is told of the object; and findings are layers like any other."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from layers import versions, vocab
from layers.admin import journal
from layers.findings import verdicts
from layers.models import Finding, Well
from layers.registry import layer
from tests import factories as make
from tests.factories import A, B, Grid, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Any) -> Grid:
    settings.OPEN_TO_ALL = ("personal",)
    grid = make.make_grid()
    make.WellFactory(code="W1", geom=at(1.5, 0.5), declared_region=grid[A], depth_m=None)
    make.WellFactory(code="W2", geom=at(0.5, 0.5), declared_region=grid[A], depth_m=80, year_built=1999)
    make.MeterFactory(code="M1", geom=None, declared_region=grid[B])
    grid.settle()
    make.find_faults()
    return grid


def faults(client: Client, of: str) -> list[dict[str, Any]]:
    answer = client.get(f"/api/layers/{of}")
    assert answer.status_code == 200, answer.content[:300]
    found: list[dict[str, Any]] = answer.json()["faults"]
    return found


def test_an_object_says_what_is_wrong_with_it_the_gravest_first(client: Client, world: Grid) -> None:
    told = faults(client, "well/features/W1")
    assert told[0]["rule"] == "position_elsewhere"
    assert [vocab.SEVERITY.id_of(one["severity"]) for one in told] == sorted(
        vocab.SEVERITY.id_of(one["severity"]) for one in told
    )
    (first, *_) = told
    assert "甲社区" in first["evidence"]["zh"] and "{" not in first["evidence"]["en"]
    assert first["state"] == "open" and first["fixes"][0]["zh"] and first["objects"] == ["W1"]
    assert "position_elsewhere" not in {one["rule"] for one in faults(client, "well/features/W2")}


def test_findings_of_persons_are_told_with_the_right_to_personal_data_alone(
    client: Client, world: Grid, settings: Any
) -> None:
    listed = "/api/layers/finding_of_person/features"
    assert "position_missing_of_person" in {one["rule"] for one in faults(client, "meter/features/M1")}
    assert client.get(listed).json()["count"] > 0
    settings.OPEN_TO_ALL = ()
    assert client.get("/api/layers/meter/features/M1").status_code == 404
    assert client.get(listed).status_code == 404
    assert client.get("/api/layers/finding/features").json()["count"] > 0
    assert '"M1"' not in client.get("/api/layers/finding/features").content.decode()


def test_a_verdict_is_seen_at_once_by_object_feed_and_tile(client: Client, world: Grid) -> None:
    one = Finding.objects.get(rule__isnull=False, dataset="well", evidence__found=B)
    before = versions.as_of_now(layer("finding").datasets()).order
    assert client.get(f"/api/layers/finding/features/{one.code}").json()["properties"]["state"] == "open"
    assert faults(client, "well/features/W1")[0]["state"] == "open"
    verdicts.give(Finding.objects.filter(pk=one.pk), vocab.ACCEPTED, by="clerk", reason="理由")
    assert client.get(f"/api/layers/finding/features/{one.code}").json()["properties"]["state"] == "accepted"
    assert client.get("/api/layers/finding/features?state=accepted").json()["count"] == 1
    assert faults(client, "well/features/W1")[0]["state"] == "accepted"
    assert versions.as_of_now(layer("finding").datasets()).order > before


def test_the_dataset_of_a_finding_and_its_rule_are_asked_for_like_any_field(client: Client, world: Grid) -> None:
    found = client.get("/api/layers/finding/features?rule=well_without_depth").json()
    assert [one["properties"]["name"] for one in found["features"]] == ["W1"]
    assert client.get("/ogc/collections/finding/items?filter=severity='grave'&limit=1").status_code == 200
    assert client.get("/tiles/finding.json").status_code == 200


def test_a_change_by_hand_is_checked_in_its_transaction(world: Grid) -> None:
    well = Well.objects.get(code="W1")
    with transaction.atomic(), connection.cursor():
        journal.claim()
        change = journal.ChangeByHand("well", "clerk", "change", [well.pk], ["W1"])
        Well.objects.filter(pk=well.pk).update(depth_m=30.0)
        change.settle([well.pk])
    gone = Finding.objects.get(dataset="well", objects_named=["W1"], ended_by__isnull=False)
    assert (gone.standing, gone.ended_by, gone.last_release_id) == (False, vocab.BY_EDIT, change.release.pk)
