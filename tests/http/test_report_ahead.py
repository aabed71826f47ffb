"""What every report of new data needs is begun beside it, and is the same however it comes."""

from __future__ import annotations

import gc
import threading

import pytest
from django.db import transaction

from geoapp.reports import ahead
from geoapp.reports.ask import Ask, data_stamp
from geoapp.reports.process import collected_at_the_end
from layers.kept.memory import forget
from layers.periods import parse_period
from layers.stats import profile
from tests import factories as make
from tests.report_city import make_city

ASK = Ask("110101", parse_period("2019"))


def begun() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if "_work" in repr(getattr(thread, "_args", ""))]


@pytest.mark.django_db
def test_nothing_is_begun_within_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it wrote is there for no second connection."""
    monkeypatch.setattr(ahead, "_begun", set())
    ahead.begin(ASK, ("pdf",), data_stamp())
    assert not ahead._begun
    assert not begun()


@pytest.mark.django_db(transaction=True)
def test_what_is_of_the_whole_city_is_there_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        make_city()
        make.publish()
    monkeypatch.setattr(ahead, "_begun", set())
    forget()
    ahead.begin(ASK, ("xlsx",), data_stamp())
    for thread in begun():
        thread.join(60)
    assert len(profile._counted) == 1
    again = data_stamp()
    ahead.begin(ASK, ("xlsx",), again)
    assert ahead._begun == {again} and not begun()


def test_a_report_that_is_collected_within_another_is_so_once() -> None:
    with collected_at_the_end():
        with collected_at_the_end():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
