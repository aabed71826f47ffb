"""What rules find is kept, and held to what they found before; and what people say of it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from layers import versions, vocab
from layers.findings import run as rules
from layers.findings import said, touched, verdicts
from layers.findings.checks import CHECKS, Check
from layers.findings.run import RuleDifference, tried
from layers.findings.verdicts import VerdictRefused
from layers.models import Finding, JudgedFinding, Judgement, Release, Well
from layers.quality import BY_CODE
from layers.record.models import RecordEntry
from layers.record.verify import verify
from tests.factories import A, B, Grid, WellFactory, at, find_faults, make_grid

pytestmark = pytest.mark.django_db

ELSEWHERE = BY_CODE["position_elsewhere"]


@pytest.fixture
def grid() -> Grid:
    return make_grid()


def of(rule: str) -> Any:
    return Finding.objects.filter(rule=BY_CODE[rule].id, standing=True)


def touch(*wells: Well, by_hand: bool = False) -> RuleDifference:
    """What an import of those wells' rows as they are now does at its end."""
    ids = [well.pk for well in wells]
    with transaction.atomic(), connection.cursor() as cursor:
        checking = touched.Checking(cursor, "well", ids)
        return checking.follow(cursor, Release.objects.latest("pk").pk, lambda: ids, by_hand=by_hand)


def strayed(grid: Grid, **more: Any) -> Well:
    """Declared in one village and found in another."""
    return WellFactory(declared_region=grid[A], geom=at(1.5, 0.5), found_region=grid[B], **more)


def whole() -> set[tuple[Any, ...]]:
    """Every standing finding with what is said of it."""
    return {
        (one.code, one.rule, one.dataset, tuple(one.object_ids), one.region_id, str(one.evidence), str(one.fixes), one.state)
        for one in Finding.objects.filter(standing=True)
    }  # fmt: skip


def test_a_finding_is_the_same_while_its_objects_are(grid: Grid) -> None:
    well = strayed(grid)
    find_faults()
    (found,) = of("position_elsewhere")
    assert (found.region, found.objects_named, found.evidence["found"]) == (grid[A], [well.code], B)
    with connection.cursor() as cursor:
        assert touched.check_all(cursor).anything is False

    Well.objects.filter(pk=well.pk).update(geom=at(1.7, 0.5))
    assert touch(well).by_rule["position_elsewhere"] == (0, 1, 0)
    assert of("position_elsewhere").get().code == found.code

    Well.objects.filter(pk=well.pk).update(found_region=grid[A], geom=at(0.5, 0.5))
    touch(well, by_hand=True)
    found.refresh_from_db()
    assert (found.standing, found.ended_by) == (False, vocab.BY_EDIT)
    Well.objects.filter(pk=well.pk).update(found_region=grid[B], geom=at(1.5, 0.5))
    touch(well)
    again = of("position_elsewhere").get()
    assert (again.pk, again.first_seen, again.ended_by) == (found.pk, found.first_seen, None)


def test_what_a_changed_rule_no_longer_finds_went_by_the_rule(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    strayed(grid)
    find_faults()
    stricter = replace(
        ELSEWHERE, sql=f"SELECT * FROM ({ELSEWHERE.sql}) f WHERE (f.evidence->>'km')::float > 1000", version=2
    )
    checks = [Check(stricter, "well")]
    with connection.cursor() as cursor:
        (trial,) = tried(cursor, checks)
        assert (trial.would_add, trial.would_remove) == (0, 1)
        assert of("position_elsewhere").count() == 1  # tried, and nothing written
        rules.run(cursor, checks)
    assert Finding.objects.get(rule=ELSEWHERE.id).ended_by == vocab.BY_RULE


def test_a_verdict_holds_while_its_evidence_does_and_comes_back_with_it(grid: Grid) -> None:
    well = strayed(grid)
    find_faults()
    act = verdicts.give(of("position_elsewhere"), vocab.ACCEPTED, by="clerk", reason="界桩以外，属本区管理")
    assert (of("position_elsewhere").get().state, act.until) == (vocab.ACCEPTED, verdicts.term())

    Well.objects.filter(pk=well.pk).update(geom=at(0.5, 0.5), found_region=grid[A])
    touch(well)
    Well.objects.filter(pk=well.pk).update(geom=at(1.5, 0.5), found_region=grid[B])
    touch(well)
    assert of("position_elsewhere").get().state == vocab.ACCEPTED

    Well.objects.filter(pk=well.pk).update(geom=at(1.99, 0.99))
    touch(well)
    found = of("position_elsewhere").get()
    assert (found.state, found.verdict) == (vocab.OPEN, None)


def test_a_verdict_lapses_after_its_term(grid: Grid) -> None:
    strayed(grid)
    find_faults()
    act = verdicts.give(of("position_elsewhere"), vocab.ACCEPTED, by="clerk", reason="理由")
    assert verdicts.lapse() == 0
    Judgement.objects.filter(pk=act.pk).update(until=timezone.localdate() - timedelta(days=1))
    assert verdicts.lapse() == 1
    assert of("position_elsewhere").get().state == vocab.OPEN
    find_faults()
    assert of("position_elsewhere").get().state == vocab.OPEN


def test_many_are_judged_in_one_act_and_it_is_taken_back_as_one(grid: Grid) -> None:
    wells = [strayed(grid) for _ in range(3)]
    find_faults()
    first = of("position_elsewhere").get(object_ids=[wells[0].pk])
    verdicts.give(Finding.objects.filter(pk=first.pk), vocab.SAID_FIXED, by="one")
    with pytest.raises(VerdictRefused):
        verdicts.give(of("position_elsewhere"), vocab.SAID_FIXED, by="clerk")  # many, without a reason
    act = verdicts.give(of("position_elsewhere"), vocab.ACCEPTED, by="clerk", reason="一并认可")
    assert act.verdicts.count() == 3
    assert verdicts.take_back(act.pk, "clerk") == 3
    assert sorted(of("position_elsewhere").values_list("state", flat=True)) == [
        vocab.OPEN,
        vocab.OPEN,
        vocab.SAID_FIXED,
    ]
    with pytest.raises(VerdictRefused):
        verdicts.take_back(act.pk, "clerk")


def test_verdicts_are_entered_into_the_record_and_what_is_changed_past_it_is_named(grid: Grid) -> None:
    strayed(grid)
    find_faults()
    act = verdicts.give(of("position_elsewhere"), vocab.ACCEPTED, by="clerk", reason="界桩以外")
    verdicts.take_back(act.pk, "clerk")
    entered = RecordEntry.objects.filter(kind="verdict", subject=str(act.pk))
    assert entered.count() == 2 and "界桩以外" not in str([one.leaf for one in entered])
    assert [one.zh for one in verify().wrong] == []
    JudgedFinding.objects.filter(act=act).update(evidence_hash="0" * 32)
    (wrong,) = verify().wrong
    assert str(act.pk) in wrong.zh


def test_nobody_judges_what_changed_since_they_looked(grid: Grid) -> None:
    strayed(grid)
    find_faults()
    found = of("position_elsewhere").get()
    with pytest.raises(VerdictRefused):
        verdicts.give(of("position_elsewhere"), vocab.ACCEPTED, by="a", reason="b", seen={found.code: "0" * 32})
    with pytest.raises(VerdictRefused):
        verdicts.give(of("position_elsewhere"), vocab.ACCEPTED, by="a", reason="两\n行")
    with pytest.raises(VerdictRefused):
        verdicts.give(of("position_elsewhere"), vocab.ACCEPTED, by="a", reason=" ")
    assert (found.state, Judgement.objects.count()) == (vocab.OPEN, 0)


def test_the_version_rises_with_findings_and_with_verdicts_alone(grid: Grid) -> None:
    strayed(grid)
    before = versions.as_of_now(["finding"]).order
    find_faults()
    found = versions.as_of_now(["finding"]).order
    find_faults()
    same = versions.as_of_now(["finding"]).order
    verdicts.give(of("position_elsewhere"), vocab.ACCEPTED, by="a", reason="b")
    assert before < found == same < versions.as_of_now(["finding"]).order


def test_what_is_touched_is_checked_as_the_whole_would_be(grid: Grid) -> None:
    """Twenty rounds of changes at random, verdicts among them: after each, checking what was touched gives what checking all does."""
    chance = random.Random(1226)
    wells = [WellFactory(declared_region=grid[A], found_region=grid[A]) for _ in range(12)]
    find_faults()
    for _ in range(20):
        some = chance.sample(wells, 3)
        for well in some:
            column, row = chance.choice([(0.5, 0.5), (1.5, 0.5), (0.5, 0.25), (5.0, 5.0)])
            region = {0.5: grid[A], 1.5: grid[B]}.get(column)
            well.geom = chance.choice([at(column, row), None])
            well.found_region = region if well.geom else None
            well.depth_m = chance.choice([None, 80.0])
            well.save()
        if chance.random() < 0.5 and (open_ones := list(Finding.objects.filter(standing=True, state=vocab.OPEN))):
            one = chance.choice(open_ones)
            verdicts.give(Finding.objects.filter(pk=one.pk), vocab.ACCEPTED, by="a", reason="b")
        touch(*some)
        few = whole()
        find_faults()
        assert whole() == few
    accepted = Finding.objects.filter(standing=True, state=vocab.ACCEPTED)
    assert all(one.verdict.verdicts.get(finding=one.code).evidence_hash == one.evidence_hash for one in accepted)


def test_every_finding_is_said_in_both_languages(grid: Grid) -> None:
    strayed(grid)
    WellFactory(declared_region=grid[A], geom=None)
    find_faults()
    for one in Finding.objects.filter(standing=True):
        for lang in ("zh", "en"):
            for text in (said.evidence(one).in_(lang), *(each.in_(lang) for each in said.fixes(one))):
                assert text and "{" not in text, (one.rule, text)


def test_a_fix_says_the_term_and_large_numbers_are_grouped(grid: Grid) -> None:
    WellFactory(declared_region=grid[A], found_region=grid[A], metering=3)
    find_faults()
    (fix,) = said.fixes(of("well_unmetered").get())
    assert "水表" in fix.in_("zh") and "water_meter" not in fix.in_("zh")
    used = Finding(rule=BY_CODE["permit_overused"].id, evidence={"year": 2019, "m3": 25_000, "permitted_m3": 16_200})
    assert said.evidence(used).in_("en") == "25,000 m³ in 2019, 16,200 m³ permitted"


def test_the_command_tells_what_is_open_and_by_its_exit_code(grid: Grid, capsys: pytest.CaptureFixture[str]) -> None:
    strayed(grid)
    call_command("quality", check=True)
    call_command("quality", due=True)
    assert "已按现行规则检查" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        call_command("quality", region=A, severity="grave")
    assert ended.value.code == 1
    assert ELSEWHERE.in_("zh") in capsys.readouterr().out
    with pytest.raises(CommandError, match="没有区划 110102"):
        call_command("quality", region="110102")
    with pytest.raises(CommandError, match="2026-13-01"):
        call_command("quality", since="2026-13-01")
    call_command("quality", region=B, rule=["position_elsewhere"])
    call_command("quality", since=str(Release.objects.latest("pk").pk))
    assert capsys.readouterr().out.count("没有待处理的问题") == 2


def test_ids_codes_and_titles_of_rules_are_given_once() -> None:
    found = {check.rule for check in CHECKS}
    for told in (
        lambda rule: rule.id,
        lambda rule: rule.code,
        lambda rule: rule.in_("zh"),
        lambda rule: rule.in_("en"),
    ):
        assert len({told(rule) for rule in found}) == len(found)
