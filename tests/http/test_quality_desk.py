"""The work list of findings: who sees which, what narrows it, what is said of one and of many, and its files."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from geoapp.quality import filters, page, rows
from layers import vocab
from layers.findings import run, touched
from layers.models import Finding, JudgedFinding, Judgement, Well
from layers.quality import BY_CODE
from tests.factories import CITY, NORTHERN, SOUTHERN, A, B, Grid, MeterFactory, WellFactory, at
from tests.rights_city import account, choose

pytestmark = pytest.mark.django_db
HOME = "/quality/"
HTML = {"accept": "text/html"}
SEES = ("figures", "objects")
ALL = (*SEES, "personal", "judge")


@pytest.fixture(autouse=True)
def closed(grid: Grid) -> None:
    choose("figures")


def client_of(user: User) -> Client:
    client = Client(headers=HTML)
    client.force_login(user)
    return client


def clerk(name: str = "wang", code: str = "", *more: str) -> Client:
    return client_of(account(name, ((*ALL, *more), code)))


# Some of the rules: what the others find in these wells is no matter here.
CHOSEN = ("position_missing", "position_missing_of_person", "position_elsewhere", "code_spelt_twice")
CHECKS = [one for one in run.CHECKS if one.rule.code in CHOSEN]


def check() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        touched.check_all(cursor, CHECKS)
        cursor.execute("DISCARD TEMP")  # the tables of a run are its connection's, which is no web process's


def findings(grid: Grid) -> dict[str, Finding]:
    """A well without a position in each of three divisions, one elsewhere than it says, and a meter without one, by object."""
    WellFactory(code="W1", geom=None, declared_region=grid[A])
    WellFactory(code="W2", geom=None, declared_region=grid[B])
    WellFactory(code="W3", geom=None, declared_region=grid[NORTHERN])
    WellFactory(code="W4", declared_region=grid[A], geom=at(1.5, 0.5), found_region=grid[B])
    MeterFactory(code="M1", geom=None, declared_region=grid[A])
    check()
    found = {one.name: one for one in Finding.objects.filter(standing=True)}
    assert {"W1", "W2", "W3", "W4", "M1"} <= set(found)
    return found


def shown(client: Client, query: str = "", status: int = 200) -> list[str]:
    """The objects of the findings on the page, in its order."""
    answer = client.get(f"{HOME}?{query}")
    assert answer.status_code == status, answer.content.decode()[:500]
    return listed(answer.content.decode())


def listed(text: str) -> list[str]:
    return re.findall(r'<p class="objects">.*?(?:<a [^>]*>|<b>)([^<]+)<', text)


def value(finding: Finding) -> str:
    return f"{finding.code}-{finding.evidence_hash}"


def send(
    client: Client, *found: Finding, state: str = "accepted", reason: str = "现场核实", query: str = "", **more: str
) -> Any:
    form = {"state": state, "reason": reason, "code": [value(one) for one in found], **more}
    return client.post(f"{HOME}?{query}", form)


def states(found: dict[str, Finding]) -> dict[str, int]:
    return dict(Finding.objects.filter(standing=True).values_list("name", "state"))


# Who sees what


def test_a_stranger_is_led_to_the_log_in_where_figures_alone_are_open(grid: Grid) -> None:
    findings(grid)
    for address in (HOME, f"{HOME}list.csv", f"{HOME}list.xlsx"):
        answer = Client(headers=HTML).get(address)
        assert (answer.status_code, "/account/login" in answer["Location"]) == (302, True)
    assert client_of(account("reader", (("figures",), ""))).get(HOME).status_code == 403


def test_everybody_sees_what_is_open_to_all_and_judges_nothing(grid: Grid, settings: LazySettings) -> None:
    settings.OPEN_TO_ALL = ()
    found = findings(grid)
    choose("open")
    stranger = Client(headers=HTML)
    assert set(shown(stranger)) == {"W1", "W2", "W3", "W4"}  # persons are closed: the data are somebody's own
    text = stranger.get(HOME).content.decode()
    assert "data-judge" not in text and "data-several" not in text
    assert send(stranger, found["W1"]).status_code == 403
    assert set(states(found).values()) == {vocab.OPEN}


def test_a_district_sees_its_own_and_persons_only_who_may(grid: Grid) -> None:
    findings(grid)
    assert set(shown(clerk())) == {"W1", "W2", "W3", "W4", "M1"}
    assert set(shown(client_of(account("south", (SEES, SOUTHERN))))) == {"W1", "W2", "W4"}
    assert set(shown(client_of(account("whole", (SEES, ""))))) == {"W1", "W2", "W3", "W4"}
    assert set(shown(client_of(account("persons", ((*SEES, "personal"), SOUTHERN))))) == {"W1", "W2", "W4", "M1"}


def test_who_reads_of_persons_is_written_down(grid: Grid) -> None:
    from geoapp.audit.models import Line
    from geoapp.audit.words import ACT

    findings(grid)
    told = Line.objects.filter(act=ACT.id_of("personal_read"), account="wang")
    client = clerk()
    shown(client, "dataset=well")
    assert not told.exists()
    shown(client, "dataset=meter")
    assert told.count() == 1


def test_the_menu_leads_there_whoever_sees_findings(grid: Grid) -> None:
    def leads(client: Client) -> bool:
        return 'data-testid="menu-quality"' in client.get("/about", headers=HTML).content.decode()

    assert not leads(Client())
    assert not leads(client_of(account("reader", (("figures",), ""))))
    assert leads(client_of(account("south", (SEES, SOUTHERN))))
    choose("open")
    assert leads(Client())


# What narrows it


def test_filters_narrow_the_list_and_stand_in_every_address(grid: Grid) -> None:
    found = findings(grid)
    Finding.objects.filter(pk=found["W2"].pk).update(first_seen=timezone.now() - timedelta(days=40))
    client = clerk()
    assert shown(client)[0] == "W4", "the gravest first"
    assert shown(client, "rule=position_missing")[-1] == "W2", "then the newest"
    assert shown(client, "severity=grave") == ["W4"]
    assert set(shown(client, f"region={A}")) == {"W1", "W4", "M1"}
    assert set(shown(client, f"region={NORTHERN}")) == {"W3"}
    assert shown(client, "dataset=meter") == ["M1"]
    assert "W2" not in shown(client, "age=30") and "W2" in shown(client, "age=90")
    assert shown(client, "object=w3") == ["W3"]
    assert shown(client, "state=accepted") == []
    text = client.get(f"{HOME}?rule=position_missing&dataset=well&lang=en").content.decode()
    assert re.findall(r'data-testid="total">(\d+)', text) == ["3"]
    assert 'href="/quality/list.xlsx?rule=position_missing&amp;dataset=well&amp;lang=en"' in text
    assert 'action="/quality/?rule=position_missing&amp;dataset=well&amp;lang=en"' in text


@pytest.mark.parametrize("query", ["rule=nope", "severity=9", "state=x", "region=abc", "age=8", "dataset=permits"])
def test_what_cannot_be_read_is_said_above_an_empty_list(grid: Grid, query: str) -> None:
    answer = clerk().get(f"{HOME}?{query}")
    assert answer.status_code == 400
    assert 'data-testid="wrong"' in answer.content.decode()


def test_an_object_beside_others_is_found_too(grid: Grid) -> None:
    for code in ("AB-1", "AB1"):
        WellFactory(
            code=code, geom=at(0.2, 0.2 if code == "AB1" else 0.3), declared_region=grid[A], found_region=grid[A]
        )
    check()
    client = clerk()
    for begins in ("AB-1", "AB1"):
        assert shown(client, f"rule=code_spelt_twice&object={begins}")
    assert not shown(client, "rule=code_spelt_twice&object=B1")


def test_pages_go_on_from_a_finding_and_stay_there(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "PAGE", 2)
    for number in range(7):
        WellFactory(code=f"W{number}", geom=None, declared_region=grid[A])
    check()
    client = clerk()
    pages, query = [], ""
    while True:
        text = client.get(f"{HOME}?{query}").content.decode()
        pages.append((query, listed(text)))
        onward = re.search(r'href="\?([^"]+)" rel="next"', text)
        if not onward:
            break
        query = onward[1].replace("&amp;", "&")
    assert [code for _, codes in pages for code in codes] == ["W6", "W5", "W4", "W3", "W2", "W1", "W0"] or len(
        {code for _, codes in pages for code in codes}
    ) == 7
    third = pages[2][0]
    back = re.search(r'href="\?([^"]*)" rel="prev"', client.get(f"{HOME}?{third}").content.decode())
    assert back and listed(client.get(f"{HOME}?{back[1].replace('&amp;', '&')}").content.decode()) == pages[1][1]
    # The two of the page are judged: it goes on with what comes after them, and what was before is before it still.
    two = Finding.objects.filter(name__in=pages[2][1])
    answer = send(client, *two, query=third)
    assert answer.status_code == 302
    assert listed(client.get(answer["Location"]).content.decode()) == pages[3][1]
    # The last of the list is judged from its own page: the page before it is shown.
    (one,) = Finding.objects.filter(name__in=pages[3][1])
    answer = send(client, one, query=pages[3][0])
    assert listed(client.get(answer["Location"]).content.decode()) == pages[1][1]


# What is said of findings


def test_one_is_accepted_with_a_reason_and_opened_again(grid: Grid) -> None:
    found = findings(grid)
    client = clerk()
    answer = send(client, found["W1"], query="dataset=well", next=found["W2"].code)
    assert (answer.status_code, answer["Location"]) == (302, f"{HOME}?dataset=well#f-{found['W2'].code}")
    assert "W1" not in shown(client)
    text = client.get(f"{HOME}?state=accepted").content.decode()
    assert listed(text) == ["W1"]
    act = Judgement.objects.get()
    assert (act.by, act.reason, act.account) == ("wang", "现场核实", User.objects.get(username="wang"))
    assert "wang" in text and "现场核实" in text and f"有效至 {act.until}" in text
    send(client, found["W1"], state="open", reason="", query="state=accepted")
    assert states(found)["W1"] == vocab.OPEN


def test_what_is_open_to_all_does_not_name_who_judged(grid: Grid) -> None:
    found = findings(grid)
    send(clerk("zhang.san"), found["W1"])
    choose("open")
    text = Client(headers=HTML).get(f"{HOME}?state=accepted").content.decode()
    assert listed(text) == ["W1"] and "zhang.san" not in text and "现场核实" not in text
    assert "现场核实" not in Client().get(f"{HOME}list.csv?state=accepted").content.decode()


@pytest.mark.parametrize(
    ("state", "reason", "given"),
    [("accepted", "", 400), ("wrong_rule", " ", 400), ("fixed", "", 302), ("nope", "x", 400)],
)
def test_what_keeps_the_data_as_they_are_needs_a_reason(grid: Grid, state: str, reason: str, given: int) -> None:
    found = findings(grid)
    answer = send(clerk(), found["W1"], state=state, reason=reason)
    assert answer.status_code == given
    if given == 400:
        assert 'data-testid="refusal"' in answer.content.decode() and states(found)["W1"] == vocab.OPEN


def test_many_are_one_act_which_is_taken_back_as_one(grid: Grid) -> None:
    found = findings(grid)
    client = clerk()
    refused = send(client, found["W1"], found["W2"], reason="", state="fixed", several="1")
    text = refused.content.decode()
    assert refused.status_code == 400 and "请写明理由" in text
    assert len(re.findall(r"<input type=\"checkbox\"[^>]* checked data-tick>", text)) == 2, (
        "what was ticked is so still"
    )
    send(client, found["W1"], found["W2"], several="1")
    (act,) = Judgement.objects.all()
    assert JudgedFinding.objects.filter(act=act).count() == 2
    assert f'name="act" value="{act.pk}"' in client.get(HOME).content.decode()
    answer = client.post(HOME, {"action": "take_back", "act": str(act.pk)})
    assert answer.status_code == 302
    assert (states(found)["W1"], states(found)["W2"]) == (vocab.OPEN, vocab.OPEN)
    again = client.post(HOME, {"action": "take_back", "act": str(act.pk)})
    assert again.status_code == 400 and "已撤回" in again.content.decode()


def test_another_cannot_take_an_act_back(grid: Grid) -> None:
    found = findings(grid)
    send(clerk(), found["W1"])
    answer = clerk("li").post(HOME, {"action": "take_back", "act": str(Judgement.objects.get().pk)})
    assert (answer.status_code, states(found)["W1"]) == (400, vocab.ACCEPTED)


def digest(client: Client, query: str = "") -> str:
    found = re.search(r'name="digest" value="(\w+)"', client.get(f"{HOME}?{query}").content.decode())
    assert found
    return found[1]


def test_all_of_a_filter_are_one_act_if_they_are_what_was_shown(grid: Grid) -> None:
    found = findings(grid)
    client = clerk()
    query = "rule=position_missing&dataset=well"
    told = digest(client, query)
    WellFactory(code="W9", geom=None, declared_region=grid[A])
    check()
    refused = send(client, query=query, all="1", digest=told, several="1")
    assert refused.status_code == 400 and "这份清单刚刚变了" in refused.content.decode()
    assert 'value="现场核实"' in refused.content.decode(), "the reason is there still"
    assert not Judgement.objects.exists()
    send(client, query=query, all="1", digest=digest(client, query), several="1")
    assert {name for name, state in states(found).items() if state == vocab.ACCEPTED} == {"W1", "W2", "W3", "W9"}
    assert Judgement.objects.count() == 1


def test_nobody_judges_what_changed_meanwhile(grid: Grid) -> None:
    found = findings(grid)
    client = clerk()
    Well.objects.filter(code="W4").update(geom=at(1.9, 0.5))
    check()
    answer = send(client, found["W4"])
    text = answer.content.decode()
    assert answer.status_code == 400 and found["W4"].code in text and "依据刚刚变了" in text
    assert 'value="现场核实"' in text
    assert states(found)["W4"] == vocab.OPEN
    Well.objects.filter(code="W4").delete()
    check()
    assert send(client, found["W4"]).status_code == 400, "it is gone"


def test_who_judges_a_district_is_refused_the_whole_with_one_beyond(grid: Grid) -> None:
    found = findings(grid)
    south = client_of(account("south", (SEES, ""), (("judge",), SOUTHERN)))
    text = south.get(HOME).content.decode()
    assert set(listed(text)) == {"W1", "W2", "W3", "W4"}
    assert text.count("data-judge>") == 3, "no form at what is the neighbour's"
    answer = send(south, found["W1"], found["W3"], several="1")
    told = answer.content.decode()
    assert answer.status_code == 400 and found["W3"].code in told and "不在您的处理范围内" in told
    assert set(states(found).values()) == {vocab.OPEN}
    send(south, all="1", digest=digest(south), several="1")
    assert states(found) == {"W1": 2, "W2": 2, "W4": 2, "W3": 1, "M1": 1}
    assert send(south, found["M1"]).status_code == 400, "what is not seen is not judged"
    assert states(found)["M1"] == vocab.OPEN


def test_who_sees_alone_judges_nothing(grid: Grid) -> None:
    found = findings(grid)
    reader = client_of(account("reader", (SEES, "")))
    assert "data-several" not in reader.get(HOME).content.decode()
    assert send(reader, found["W1"]).status_code == 403
    assert reader.post(HOME, {"action": "take_back", "act": "1"}).status_code == 403
    assert states(found)["W1"] == vocab.OPEN


def test_a_verdict_wants_the_token_of_the_form(grid: Grid) -> None:
    found = findings(grid)
    user = account("wang", (ALL, ""))
    strict = Client(enforce_csrf_checks=True, headers=HTML)
    strict.force_login(user)
    assert send(strict, found["W1"]).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', strict.get(HOME).content.decode())
    assert token
    assert send(strict, found["W1"], csrfmiddlewaretoken=token[1]).status_code == 302
    assert states(found)["W1"] == vocab.ACCEPTED


# Where it leads


def test_it_leads_to_objects_their_forms_and_the_map(grid: Grid) -> None:
    findings(grid)
    text = clerk().get(f"{HOME}?lang=en").content.decode()
    assert 'href="/objects/well/W1?lang=en"' in text and "/admin/layers/well/" not in text
    spot = Well.objects.get(code="W4").geom
    assert f"/?map=16/{spot.y:.6f}/{spot.x:.6f}&amp;layers=finding&amp;lang=en" in text
    user = account("editor", ((*SEES, "edit"), SOUTHERN))
    user.is_staff = True
    user.save()
    editor = client_of(user)
    text = editor.get(HOME).content.decode()
    assert f'href="/admin/layers/well/{Well.objects.get(code="W1").pk}/change/"' in text
    assert editor.get(f"/admin/layers/well/{Well.objects.get(code='W1').pk}/change/").status_code == 200


@pytest.mark.parametrize(("lang", "words"), [("zh", ("位置与登记区划不符", "相距", "补填坐标", "怎样改", "待处理")), ("en", ("Not in the declared division", "km off", "fill in the coordinates", "How to mend it", "Open"))])  # fmt: skip
def test_both_languages(grid: Grid, lang: str, words: tuple[str, ...]) -> None:
    findings(grid)
    text = clerk().get(f"{HOME}?lang={lang}").content.decode()
    assert [word for word in words if word not in text] == []
    assert 'data-testid="menu"' in text


def test_an_outline_is_an_object_too(grid: Grid) -> None:
    """Its code is its division's, and its layer goes by that one's level."""
    code = "AB" * 16
    outline = grid.boundary(A)
    Finding.objects.create(
        code=code, rule=BY_CODE["position_missing"].id, rule_version=1, severity=1, dataset="region", object_ids=[outline.pk],
        objects_named=[A], name=A, region=grid[A], first_seen=timezone.now(), evidence_hash="0" * 32,
    )  # fmt: skip
    client = client_of(User.objects.create_superuser("chief"))
    text = client.get(HOME).content.decode()
    assert f'href="/objects/village/{A}"' in text
    assert f"/admin/layers/boundary/{outline.pk}/change/" in text
    assert client.get(f"/admin/layers/boundary/{outline.pk}/change/").status_code == 200


# How it looks in sum


def test_the_overview_counts_findings_beside_objects(grid: Grid) -> None:
    findings(grid)
    for number in range(6):
        WellFactory(code=f"G{number}", geom=at(0.1 + number / 10, 0.5), declared_region=grid[A], found_region=grid[A])
    text = clerk().get(HOME).content.decode()
    line = re.findall(r'<tr data-region="110101".*?</tr>', text, re.DOTALL)[0]
    figures = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", line, re.DOTALL)]
    # One grave, four notable; ten wells and a meter; of these four lack a position.
    assert figures == ["1", "4", "0", "5", "11", "454.5", "63.6%"]
    text = clerk("li").get(f"{HOME}?region={A[:6]}").content.decode()
    by_township = {
        found[0]: [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", found[1], re.DOTALL)]
        for found in re.findall(r'<tr data-region="(\d*)"(.*?)</tr>', text, re.DOTALL)
    }
    assert (by_township[SOUTHERN][3], by_township[NORTHERN][3]) == ("4", "1")
    assert by_township[NORTHERN][6] == "0.0%"
    text = client_of(account("south", (SEES, SOUTHERN))).get(HOME).content.decode()
    figures = re.findall(r'<tr data-region="110101".*?</tr>', text, re.DOTALL)[0]
    assert ">9<" in figures, "nobody is told of objects that he does not see"


def test_a_page_takes_few_questions_however_long_it_is(grid: Grid, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        WellFactory(code=f"W{number}", geom=None, declared_region=grid[A])
    check()
    client = clerk()
    client.get(HOME)
    with django_assert_max_num_queries(40):
        assert len(shown(client)) == page.rows.PAGE


# Its files


def test_the_files_hold_the_filtered_list_guarded(grid: Grid) -> None:
    found = findings(grid)
    Finding.objects.filter(pk=found["W2"].pk).update(name="=cmd|' /C calc'!A1")
    client = clerk()
    send(client, found["W1"], reason="+1 现场")
    answer = client.get(f"{HOME}list.csv?rule=position_missing&state=any")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    by_code = {line[0]: line for line in lines[1:]}
    assert set(by_code) == {found[name].code for name in ("W1", "W2", "W3")}
    one = by_code[found["W1"].code]
    assert one[1:6] == ["没有位置", "一般", "W1", "http://testserver/objects/well/W1", "没有坐标"]
    assert (one[6], one[9], one[10], one[11]) == (A, "已认可", "'+1 现场", "补填坐标")
    assert by_code[found["W2"].code][3] == "'=cmd|' /C calc'!A1"
    answer = client.get(f"{HOME}list.xlsx?rule=position_missing&state=any&lang=en")
    assert "attachment" in answer["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    cells = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert cells[found["W1"].code][4].hyperlink.target == "http://testserver/objects/well/W1?lang=en"
    assert (cells[found["W2"].code][3].value, cells[found["W2"].code][3].data_type) == ("=cmd|' /C calc'!A1", "s")
    assert [cell.value for cell in sheet[1]][:3] == ["Code", "Rule", "Severity"]
    one, again = (client.get(f"{HOME}list.xlsx").content for _ in range(2))
    assert one == again


def test_the_files_are_of_what_the_asker_sees(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    from geoapp.quality import files

    findings(grid)
    text = client_of(account("south", (SEES, SOUTHERN))).get(f"{HOME}list.csv").content.decode()
    assert "W1" in text and "W3" not in text and "M1" not in text
    monkeypatch.setattr(files, "MOST", 1)
    assert client_of(account("whole", (SEES, ""))).get(f"{HOME}list.csv").status_code == 413


def test_a_place_in_an_address_is_read_as_it_was_written() -> None:
    assert [rows.FindingAt.read(text) for text in ("", "1-2", "x-1-1", "1--1", f"1-{10**20}-1")] == [None] * 5
    place = rows.FindingAt(2, timezone.now(), 77)
    assert rows.FindingAt.read(str(place)) == place
    assert filters.parse({"region": CITY}).region == CITY
    assert BY_CODE[filters.DATASETS and "position_missing"].code == "position_missing"
