"""Reports that are signed: which letterhead, which number, who may take which step, and that what is signed is what was checked."""

from __future__ import annotations

import io
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from django.db import close_old_connections, connection, transaction

from geoapp.reports import queue, worker
from geoapp.reports.models import ReportJob
from geoapp.reports.official import frozen, letterhead, numbers, states, work
from geoapp.reports.official.models import CommentaryEdition, IssuedReport, Letterhead, NumberSeries
from geoapp.reports.official.states import SignRefused
from geoapp.reports.official.words import APPROVED, CHECKED, DRAFT, WITHDRAWN
from layers.errors import NotFound
from layers.models import UsageRecord
from tests import factories as make
from tests import official_city as signed
from tests.factories import CITY, DISTRICT, SOUTHERN, UNIT, A
from tests.official_city import APPROVER, CHECKER, COMPILER, ask
from tests.report_city import make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_city(settings: Any) -> None:
    with transaction.atomic():
        make_city()
    settings.REPORT_WORKERS = 0


def texts(report: IssuedReport) -> list[str]:
    """The text of each page of the PDF."""
    with pypdfium2.PdfDocument(frozen.read(report, report.files["pdf"])) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


# Which letterhead


def test_the_most_specific_letterhead_is_worn(settings: Any) -> None:
    make_city(unit_of_north=True)
    assert letterhead.worn_by(ask()) is None
    for scope, code, name in ((1, "", "全部"), (2, CITY, "市"), (2, DISTRICT, "区"), (3, UNIT, "局")):
        signed.letterhead(scope=scope, code=code, bureau_zh=name, pattern=f"{name}{{year}}-{{number}}")
    expected = {CITY: "市", DISTRICT: "区", SOUTHERN: "区", A: "区"}
    assert {code: letterhead.worn_by(ask(code)).bureau_in("zh") for code in expected} == expected  # type: ignore[union-attr]
    of_unit = ask(UNIT, unit=True)
    assert letterhead.worn_by(of_unit).bureau_in("zh") == "局"  # type: ignore[union-attr]
    Letterhead.objects.filter(scope=3).delete()
    assert letterhead.worn_by(of_unit).bureau_in("zh") == "市"  # type: ignore[union-attr]  # no district has its code
    Letterhead.objects.filter(scope=2).delete()
    assert letterhead.worn_by(of_unit).bureau_in("zh") == letterhead.worn_by(ask()).bureau_in("zh") == "全部"  # type: ignore[union-attr]


def test_a_bureau_of_a_districts_code_wears_the_districts_before_the_citys(small_city: None) -> None:
    make.ReportingUnitFactory(code=DISTRICT)
    make.publish("reporting_unit")
    signed.letterhead(scope=2, code=CITY, bureau_zh="市", pattern="市{year}-{number}")
    signed.letterhead(scope=2, code=DISTRICT, bureau_zh="区", pattern="区{year}-{number}")
    assert letterhead.worn_by(ask(unit=True)).bureau_in("zh") == "区"  # type: ignore[union-attr]


def test_another_letterhead_is_another_job_and_the_same_is_one(small_city: None) -> None:
    plain = queue.ask_for(ask(), ("xlsx",))
    kept = signed.letterhead()
    worn = queue.ask_for(ask(), ("xlsx",))
    assert (worn.pk != plain.pk, plain.letterhead, len(worn.letterhead)) == (True, "", 32)
    assert queue.ask_for(ask(), ("xlsx",)).pk == worn.pk
    kept.bureau_zh = "别的局"
    kept.save()
    assert queue.ask_for(ask(), ("xlsx",)).pk not in (plain.pk, worn.pk)


def test_a_letterhead_changed_between_asking_and_making_is_told(small_city: None) -> None:
    job = queue.ask_for(ask(), ("xlsx",))
    signed.letterhead()
    worker.work(idle_s=0)
    assert "letterhead was changed" in ReportJob.objects.get(pk=job.pk).error


# Numbers


def given(series: str, year: int) -> list[int]:
    found = IssuedReport.objects.filter(series=series, year=year).order_by("number")
    return list(found.values_list("number", flat=True))


def test_numbers_are_given_in_order_by_bureau_and_year(small_city: None) -> None:
    signed.letterhead(first_number=5)
    signed.letterhead(scope=2, code=SOUTHERN, pattern="南{year}-{number:3}")
    found = [states.issue(each, COMPILER) for each in (ask(), ask(period="2018"), ask(SOUTHERN))]
    year = found[0].year
    assert [report.told for report in found] == [f"试水报〔{year}〕5号", f"试水报〔{year}〕6号", f"南{year}-001"]
    NumberSeries.objects.filter(series="default/").update(last=8)
    assert states.issue(ask(period="2019-07"), COMPILER).number == 9
    assert list(numbers.gaps(given("default/", year))) == [(7, 8)]
    Letterhead.objects.filter(scope=1).update(pattern="南{year}-{number:3}x")
    Letterhead.objects.filter(scope=2).update(pattern="试水报〔{year}〕{number}号", first_number=6)
    with pytest.raises(SignRefused, match="was given before"):
        states.issue(ask(SOUTHERN, "2018"), COMPILER)
    assert NumberSeries.objects.get(series=f"division/{SOUTHERN}").last == 1, "a refusal takes no number"


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_at_once_get_a_number_each(small_city: None) -> None:
    signed.letterhead()
    periods = [f"2019-{month:02}" for month in range(1, 9)]
    begin, failed = threading.Barrier(len(periods)), []

    def issue(period: str) -> None:
        try:
            begin.wait()
            states.issue(ask(period=period), COMPILER)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=issue, args=(period,)) for period in periods]
    [each.start() for each in threads]
    [each.join() for each in threads]
    close_old_connections()
    assert failed == []
    assert sorted(IssuedReport.objects.values_list("number", flat=True)) == list(range(1, 9))


@pytest.mark.django_db(transaction=True)
def test_the_same_report_issued_twice_at_once_is_one(small_city: None) -> None:
    signed.letterhead()
    begin, refused = threading.Barrier(4), []

    def issue() -> None:
        try:
            begin.wait()
            states.issue(ask(), COMPILER)
        except SignRefused as error:
            refused.append(error.said.in_("zh"))
        finally:
            connection.close()

    threads = [threading.Thread(target=issue) for _ in range(4)]
    [each.start() for each in threads]
    [each.join() for each in threads]
    report = IssuedReport.objects.get()
    assert len(refused) == 3 and all(report.told in each for each in refused)
    assert list(numbers.gaps(given(report.series, report.year))) == [] and NumberSeries.objects.get().last == 1


def test_what_has_no_letterhead_or_is_no_region_is_not_issued(small_city: None) -> None:
    with pytest.raises(SignRefused, match="no letterhead"):
        states.issue(ask(), COMPILER)
    signed.letterhead()
    with pytest.raises(NotFound):
        states.issue(ask("110999"), COMPILER)
    with pytest.raises(SignRefused, match="volumes"):
        states.issue(replace(ask(), code="", atlas="all"), COMPILER)
    assert not IssuedReport.objects.exists()


# States


def test_only_another_account_checks_and_approves(small_city: None) -> None:
    signed.letterhead()
    report = signed.draft()
    with pytest.raises(SignRefused, match="another account"):
        states.check(report.pk, report.revision, COMPILER)
    report = signed.checked(report)
    with pytest.raises(SignRefused, match="another account"):
        states.approve(report.pk, report.revision, COMPILER)
    assert signed.approved(report).state == APPROVED


def test_who_wrote_the_commentary_has_a_hand_in_it(small_city: None) -> None:
    signed.letterhead()
    report = signed.draft()
    report = signed.settled(states.edit(report.pk, report.revision, CHECKER, "平稳。"))
    with pytest.raises(SignRefused):
        states.check(report.pk, report.revision, CHECKER)
    assert states.check(report.pk, report.revision, APPROVER).state == CHECKED


def test_one_person_may_where_the_letterhead_said_so_when_it_was_issued(small_city: None) -> None:
    kept = signed.letterhead(one_person=True)
    report = signed.draft()
    kept.one_person = False
    kept.save()
    report = signed.settled(states.check(report.pk, report.revision, COMPILER))
    assert states.approve(report.pk, report.revision, COMPILER).state == APPROVED


@pytest.mark.turns(2)
def test_a_step_names_what_it_looked_at_and_fits_the_state(small_city: None) -> None:
    signed.letterhead()
    report = signed.draft()
    before = report.revision
    report = signed.settled(states.edit(report.pk, before, COMPILER, "新的一段。"))
    with pytest.raises(SignRefused, match="has changed since"):
        states.check(report.pk, before, CHECKER)
    with pytest.raises(SignRefused, match="Draft"):
        states.approve(report.pk, report.revision, APPROVER)
    report = signed.checked(report)
    for take in (
        lambda: states.edit(report.pk, report.revision, COMPILER, "另一段。"),
        lambda: states.renew(report.pk, report.revision, COMPILER),
        lambda: states.check(report.pk, report.revision, CHECKER),
    ):
        with pytest.raises(SignRefused, match="Checked"):
            take()


@pytest.mark.turns(2)
def test_back_to_draft_and_withdrawn_need_a_reason_and_keep_the_number(small_city: None) -> None:
    signed.letterhead()
    report = signed.checked(signed.draft())
    for reason in ("", "  ", "字" * 501):
        with pytest.raises(SignRefused, match="Say why"):
            states.send_back(report.pk, report.revision, CHECKER, reason)
    report = signed.settled(states.send_back(report.pk, report.revision, APPROVER, "表二有误"))
    assert (report.state, "4" in report.signers, "草稿" in texts(report)[1]) == (DRAFT, False, True)
    report = states.withdraw(report.pk, report.revision, COMPILER, "重做")
    assert (report.state, [each.reason for each in report.events.all()][-2:]) == (WITHDRAWN, ["表二有误", "重做"])
    assert states.issue(ask(), COMPILER).number == report.number + 1
    with pytest.raises(SignRefused, match="Withdrawn"):
        states.withdraw(report.pk, report.revision, COMPILER, "再来")


@pytest.mark.parametrize("text", ["字" * 4001, "\n".join("字" * 41), "a\x00b", "a\u2028b"])
def test_a_commentary_is_plain_and_bounded(small_city: None, text: str) -> None:
    signed.letterhead()
    report = states.issue(ask(), COMPILER)
    with pytest.raises(SignRefused):
        states.edit(report.pk, report.revision, COMPILER, text)
    with pytest.raises(SignRefused, match="1 to 6 digits"):
        states.edit(report.pk, report.revision, COMPILER, "", "1a")
    assert not CommentaryEdition.objects.exists()


def test_every_edition_of_the_commentary_is_kept(small_city: None) -> None:
    signed.letterhead()
    report = states.issue(ask(), COMPILER)
    for text, by in (("一。\r\n\r\n 二。 ", COMPILER), ("三。", CHECKER), ("三。", COMPILER)):
        report = states.edit(report.pk, report.revision, by, text)
    assert list(CommentaryEdition.objects.values_list("text", "by")) == [("一。\n二。", "王小明"), ("三。", "李四")]


# What is signed is what was checked


@pytest.mark.turns(2)
def test_figures_stay_as_they_were_frozen_though_data_change(small_city: None) -> None:
    signed.letterhead()
    report = signed.draft()
    before = texts(report)
    figures_file = frozen.read(report, report.frozen)
    UsageRecord.objects.all().update(volume_l=1_000)
    make.publish("usage")
    after = texts(signed.approved(signed.checked(report)))
    report.refresh_from_db()
    assert frozen.read(report, report.frozen) == figures_file
    assert [page.replace("草稿", "").split() for page in before[2:]] == [page.split() for page in after[2:]]
    assert not any("草稿" in page or "待批准" in page for page in after)
    signatures = report.events.filter(action__in=(1, 4, 5)).values_list("digest", flat=True)
    assert signatures[1] == signatures[2]


@pytest.mark.turns(2)
def test_figures_are_taken_anew_in_a_draft_alone(small_city: None) -> None:
    signed.letterhead()
    report = signed.draft()
    old, version = report.frozen["sha256"], report.version
    make.publish("usage")
    report = signed.settled(states.renew(report.pk, report.revision, COMPILER))
    assert report.frozen["sha256"] != old and report.version > version


@pytest.mark.turns(2)
def test_each_state_stands_on_every_page(small_city: None) -> None:
    signed.letterhead()
    report = signed.draft()
    assert all("草稿" in page for page in texts(report))
    report = signed.checked(report)
    assert all("待批准" in page and "草稿" not in page for page in texts(report))
    first = texts(signed.approved(report))[0]
    assert all(each in first for each in (report.told, "试验市水务局", "王小明", "李四", "赵五"))


@pytest.mark.turns(2)
def test_what_is_not_what_was_checked_is_not_approved(small_city: None) -> None:
    signed.letterhead()
    report = signed.checked(signed.draft())
    IssuedReport.objects.filter(pk=report.pk).update(commentary="夹带的一段。")
    with pytest.raises(SignRefused, match="not what was checked"):
        states.approve(report.pk, report.revision, APPROVER)


@pytest.mark.turns(2)
def test_the_first_sheet_says_number_state_and_who(small_city: None) -> None:
    signed.letterhead(bureau_zh="甲&乙局", secrecy=2)
    report = signed.approved(signed.checked(signed.draft()))
    book = openpyxl.load_workbook(io.BytesIO(frozen.read(report, report.files["xlsx"])))
    told = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows(max_row=9)}
    assert (told["编号"], told["状态"], told["编发单位"], told["密级"]) == (report.told, "已批准", "甲&乙局", "内部")
    assert told["编制"].startswith("王小明 20") and told["批准"].startswith("赵五 20")


@pytest.mark.turns(2)
def test_an_approved_report_is_kept_when_all_others_go(small_city: None, monkeypatch: pytest.MonkeyPatch) -> None:
    signed.letterhead()
    report = signed.approved(signed.checked(signed.draft()))
    monkeypatch.setattr(queue, "KEPT", 0)
    queue.ask_for(ask(), ("xlsx",))
    worker.work(idle_s=0)
    queue.prune()
    assert not ReportJob.objects.exists()
    assert all(frozen.path_of(report, told) for told in (report.frozen, *report.files.values()))
    from geoapp import state

    assert frozen.FOLDER in state.KEPT and frozen.FOLDER not in state.CACHES


def test_a_damaged_file_is_never_sent_nor_approved(small_city: None) -> None:
    signed.letterhead()
    report = signed.checked(signed.draft())
    path = Path(frozen.folder_of(report) / report.frozen["name"])
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(frozen.Damaged, match="backup"):
        frozen.read(report, report.frozen)


def test_a_failing_report_is_given_up_and_told(small_city: None, monkeypatch: pytest.MonkeyPatch) -> None:
    signed.letterhead()
    report = states.issue(ask(), COMPILER)

    def fail(_: IssuedReport) -> Any:
        raise RuntimeError

    monkeypatch.setattr(frozen, "freeze", fail)
    claimed = work.claim()
    assert claimed is not None
    work.do(claimed)
    report.refresh_from_db()
    assert (report.waits_for, bool(report.error), work.claim()) == (states.FREEZE, True, None)
    monkeypatch.undo()
    states.try_again(report.pk)
    signed.settled(report)
