"""Letterheads and accounts for tests of reports that are signed, and the steps that make one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client

from geoapp.reports.ask import Ask
from geoapp.reports.official import states, work
from geoapp.reports.official.models import IssuedReport, Letterhead
from geoapp.reports.official.states import Person
from layers.periods import parse_period
from tests.factories import DISTRICT

COMPILER, CHECKER, APPROVER = Person(1001, "王小明"), Person(1002, "李四"), Person(1003, "赵五")
PATTERN = "试水报〔{year}〕{number}号"
RIGHTS = ("compile_report", "check_report", "approve_report")


def letterhead(**given: Any) -> Letterhead:
    usual = {"bureau_zh": "试验市水务局", "bureau_en": "Test Water Authority", "pattern": PATTERN}
    return Letterhead.objects.create(**usual | given)


def ask(code: str = DISTRICT, period: str = "2019", lang: str = "zh", unit: bool = False) -> Ask:
    return Ask(code, parse_period(period), lang, unit, site="http://testserver/")


def settled(report: IssuedReport) -> IssuedReport:
    """With its files, as a worker makes them."""
    while (claimed := work.claim()) is not None:
        work.do(claimed)
    report.refresh_from_db()
    assert (report.waits_for, report.error) == ("", "")
    return report


def draft(**given: Any) -> IssuedReport:
    return settled(states.issue(ask(**given), COMPILER))


def checked(report: IssuedReport) -> IssuedReport:
    return settled(states.check(report.pk, report.revision, CHECKER))


def approved(report: IssuedReport) -> IssuedReport:
    return settled(states.approve(report.pk, report.revision, APPROVER))


def account(name: str, *rights: str, staff: bool = True) -> Client:
    user = User.objects.create_user(name, password=None, is_staff=staff, last_name=name, first_name="")
    user.user_permissions.set(Permission.objects.filter(codename__in=rights, content_type__app_label="reports"))
    client = Client()
    client.force_login(user)
    return client
