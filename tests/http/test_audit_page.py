"""The page of the audit and its files: for who was given the right, newest first, by filters that indexes answer."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.utils import timezone

from geoapp import audit
from geoapp.audit import files, filters, page, rights
from geoapp.audit.models import Line
from geoapp.audit.who import Who
from geoapp.audit.words import ACT
from tests.audit_lines import ADDRESS, Lines, auditor
from tests.audit_lines import client as browser

pytestmark = pytest.mark.django_db
HOME = "/audit/"
ALICE = Who(11, "alice", "192.0.2.11", "desk", "r1", "POST /desk/")
BOB = Who(12, "bob", "192.0.2.12", "file", "r2", "GET /feeds/well.csv")


@pytest.fixture
def reader(db: None) -> Client:
    return browser(auditor())


@pytest.fixture
def lines(reader: Client) -> Lines:
    return Lines()


@pytest.fixture
def some(lines: Lines) -> None:
    audit.write(
        "import_committed", by=ALICE, object="well", rows=120, detail={"file": "=cmd|' /C calc'!A1", "release": 5}
    )
    audit.write(
        "import_refused",
        result="refused",
        by=ALICE,
        object="well",
        detail={"why": {"zh": "没有数据行", "en": "no rows"}},
    )
    audit.write("export", by=BOB, object="meter", rows=7, detail={"format": "csv"})
    audit.write("login_refused", result="refused", by=Who(None, "<b>x</b>", "192.0.2.66", "admin"))


def shown(client: Client, query: str = "") -> list[tuple[str, str]]:
    """Account and act of each line of the page, without those of looking at it."""
    text = client.get(f"{HOME}?{query}").content.decode()
    found = re.findall(r'<span class="act">([^<]+?)(?: <em>.*?</em>)?</span>\s*<span class="who">([^<]*)', text)
    return [
        (who.strip(), act)
        for act, who in found
        if act != "查看审计" and who.strip() in ("alice", "bob", "&lt;b&gt;x&lt;/b&gt;")
    ]


# Who


def test_only_who_was_given_the_right_reads_it(lines: Lines) -> None:
    group = Group.objects.create(name="auditors")
    group.permissions.add(Permission.objects.get(codename="read_audit"))
    by_group = User.objects.create_user("by group")
    by_group.groups.add(group)
    chief = User.objects.create_superuser("chief")
    gone = auditor("gone")
    gone.is_active = False
    gone.save()
    assert [
        rights.may_audit(user) for user in (by_group, auditor("own"), chief, gone, User.objects.create_user("x"))
    ] == [True, True, False, False, False]
    assert browser(by_group).get(HOME).status_code == 200
    chief.user_permissions.add(Permission.objects.get(codename="read_audit"))
    assert rights.may_audit(chief), "given by name"


@pytest.mark.parametrize("address", [HOME, "/audit/export.csv", "/audit/export.xlsx"])
def test_an_administrator_is_no_auditor_and_his_try_is_a_line(lines: Lines, address: str) -> None:
    chief = User.objects.create_superuser("chief")
    client = browser(chief)
    lines.forget()
    assert client.get(address).status_code == 403
    told = lines.one()
    assert (told.what, told.account, told.address, told.line.question) == (
        ("denied", "refused"),
        "chief",
        ADDRESS,
        f"GET {address}",
    )


def test_a_stranger_is_sent_to_the_log_in(lines: Lines) -> None:
    response = browser().get(f"{HOME}?act=login")
    assert response.status_code == 302 and response["Location"].startswith("/admin/login/?next=/audit/")


def test_the_menu_leads_there_whoever_may(reader: Client) -> None:
    assert 'data-testid="menu-audit"' in reader.get("/about").content.decode()
    assert (
        'data-testid="menu-audit"' not in browser(User.objects.create_superuser("chief")).get("/about").content.decode()
    )


def test_there_is_no_other_way_in(reader: Client) -> None:
    assert reader.post(HOME).status_code == 405
    assert reader.delete(HOME).status_code == 405
    chief = browser(User.objects.create_superuser("chief"))
    assert chief.get("/admin/audit/line/").status_code == 404


def test_looking_at_it_is_a_line_itself(reader: Client, lines: Lines, some: None) -> None:
    lines.forget()
    reader.get(f"{HOME}?account=alice&lang=en")
    told = lines.one()
    assert (told.what, told.account, told.rows, told.channel) == (("audit_read", "done"), "auditor", 2, "page")
    assert told.line.question == "GET /audit/?account=alice&lang=en"


# What


def test_the_newest_come_first_and_each_opens_to_its_details(reader: Client, some: None) -> None:
    assert shown(reader) == [
        ("&lt;b&gt;x&lt;/b&gt;", "登录被拒"),
        ("bob", "下载"),
        ("alice", "导入被拒"),
        ("alice", "导入"),
    ]
    text = reader.get(f"{HOME}?account=alice").content.decode()
    assert "120 行" in text and "没有数据行" in text and "<dt>发布</dt><dd>5</dd>" in text and "POST /desk/" in text
    english = reader.get(f"{HOME}?account=alice&lang=en").content.decode()
    assert "no rows" in english and "Imported" in english and "没有数据行" not in english and 'lang="en"' in english
    assert not re.search("[\u4e00-\u9fff]", re.sub(r'<div class="languages">.*?</div>', "", english)), "one language"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("account=bob", 1), ("act=import_committed", 1), ("result=refused&account=alice", 1), ("address=192.0.2.11", 2),
        ("channel=file&object=meter", 1), ("object=well", 2), ("account=alice&act=export", 0), ("account=ali", 0),
        ("from={today}&to={today}&account=alice", 2), ("to={yesterday}&account=alice", 0), ("from={tomorrow}&account=alice", 0),
    ],
)  # fmt: skip
def test_filters(reader: Client, some: None, query: str, found: int) -> None:
    today = timezone.localdate()
    days = {"today": today, "yesterday": today - timedelta(days=1), "tomorrow": today + timedelta(days=1)}
    assert len(shown(reader, query.format(**days))) == found


@pytest.mark.parametrize(
    "query",
    ["act=nonsense", "result=x", "channel=9", "from=tomorrow", "to=2026-02-30", "from=2026-02-02&to=2026-02-01"],
)
def test_a_filter_that_cannot_be_read_is_said(reader: Client, lines: Lines, query: str) -> None:
    response = reader.get(f"{HOME}?{query}")
    assert response.status_code == 400 and 'role="alert"' in response.content.decode()
    assert lines.one().what == ("audit_read", "refused")
    assert reader.get(f"/audit/export.csv?{query}").status_code == 400
    assert lines.one().what == ("audit_read", "refused")


def test_pages_go_on_where_the_last_one_ended(reader: Client, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PAGE", 4)
    for number in range(10):
        audit.write("edit", by=ALICE, object=f"o{number}")
    seen, address = [], f"{HOME}?account=alice"
    while address:
        text = reader.get(address).content.decode()
        seen += re.findall(r'<span class="what">(o\d)', text)
        audit.write("edit", by=ALICE, object="newer")  # what comes meanwhile moves nothing
        older = re.search(r'href="\?([^"]+)" data-testid="older"', text)
        address = f"{HOME}?{older[1].replace('&amp;', '&')}" if older else ""
    assert seen == [f"o{number}" for number in range(9, -1, -1)]
    assert reader.get(f"{HOME}?before=nonsense").status_code == 200
    assert reader.get(f"{HOME}?before=9{'0' * 30}-1").status_code == 200


def test_the_picture_counts_by_day_and_kind(reader: Client, lines: Lines, some: None) -> None:
    at = timezone.now() - timedelta(days=2)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_line (at, act, result, account, address, channel, request_id, errand, question, object, detail)"
            " SELECT %s, 1, 1, 'alice', '', 1, '', '', '', '', '{}' FROM generate_series(1, 5)", [at],
        )  # fmt: skip
    picture = page.picture(filters.parse({"account": "alice"}), "en")
    assert [bar["told"] for bar in picture["bars"]] == [
        f"{timezone.localtime(at):%Y-%m-%d}: Log-ins and log-outs 5",
        f"{timezone.localdate():%Y-%m-%d}: Imports and edits 1, Refused and failed 1",
    ]
    assert (picture["total"], picture["most"]) == (7, 5)
    assert [one["name"] for one in picture["legend"]] == [
        "Log-ins and log-outs",
        "Imports and edits",
        "Refused and failed",
    ]
    assert 'data-testid="days"' in reader.get(f"{HOME}?account=alice").content.decode()


# Files


def rows_of(response: Any) -> list[list[str]]:
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_filtered_lines_as_csv(reader: Client, lines: Lines, some: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BATCH", 2)
    audit.write("edit", by=Who(11, "=1+1", "192.0.2.11", "desk", question="GET /?q=-2+3"), object="@SUM(A1)")
    lines.forget()
    found = rows_of(reader.get("/audit/export.csv?address=192.0.2.11&lang=en"))
    assert found[0][:4] == ["Number", "Time", "Act", "Result"]
    assert [(row[2], row[4], row[8]) for row in found[1:]] == [
        ("Edited by hand", "'=1+1", "'@SUM(A1)"), ("Import refused", "alice", "well"), ("Imported", "alice", "well"),
    ]  # fmt: skip
    told = lines.one()
    assert (told.what, told.rows, told.line.detail) == (("audit_read", "done"), 3, {"format": "csv"})


def test_the_filtered_lines_as_a_workbook(reader: Client, lines: Lines, some: None) -> None:
    audit.write("edit", by=Who(11, "=1+1", "192.0.2.11", "desk"), object="well")
    lines.forget()
    response = reader.get("/audit/export.xlsx?object=well&address=192.0.2.11")
    book = openpyxl.load_workbook(io.BytesIO(response.getvalue()))
    found = list(book.active.iter_rows(values_only=True))
    assert found[0][:3] == ("编号", "时间", "行为") and [row[4] for row in found[1:]] == ["=1+1", "alice", "alice"]
    assert [cell.data_type for cell in book.active["E"]] == ["s"] * 4, "no formula"
    assert lines.one().rows == 3


def test_more_than_a_file_holds_is_refused_and_not_cut(
    reader: Client, lines: Lines, some: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST", 1)
    lines.forget()
    response = reader.get("/audit/export.csv?account=alice")
    assert response.status_code == 413 and "超过 1 行" in response.content.decode()
    assert lines.one().what == ("audit_read", "refused")
    assert len(rows_of(reader.get("/audit/export.csv?account=bob"))) == 2


# Plans


@pytest.fixture
def many(db: None) -> None:
    """Enough that no plan reads them all, in rows that a second writes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_line (at, act, result, account, address, channel, request_id, errand, question, object, detail)"
            " SELECT now() - n * interval '10 seconds', 1 + n % 7, CASE WHEN n % 50 = 0 THEN 2 ELSE 1 END, 'account' || n % 500,"
            " '10.0.' || n % 200 || '.1', 1 + n % 9, '', '', '', 'object' || n % 300, '{}' FROM generate_series(1, 60000) AS n"
        )
        cursor.execute("ANALYZE audit_line")


# One after the other over the same sixty thousand lines, which take longer to write than to ask.
FILTERS: tuple[dict[str, str], ...] = (
    {}, {"account": "account7"}, {"account": "nobody"}, {"act": "login"}, {"act": "export"}, {"address": "10.0.9.1"},
    {"object": "object5"}, {"result": "refused"}, {"result": "failed"}, {"channel": "report"}, {"account": "account7", "act": "login"},
    {"from": "2020-01-01"},
)  # fmt: skip


def test_an_index_answers_each_filter(many: None) -> None:
    for given in FILTERS:
        wanted = filters.parse(given)
        later = filters.parse({**given, "before": str(filters.LineAt(timezone.now() - timedelta(days=2), 5))})
        for one in (wanted, later):
            plan = filters.behind(one.lines(), one.before)[: page.PAGE + 1].explain()
            assert "Seq Scan" not in plan and "Index" in plan, (given, plan)
            if given == {"result": "failed"}:
                assert "audit_line_bad" in plan, "there are none, and all others would be looked through"
    assert ACT.codes and Line.objects.count() >= 60_000
