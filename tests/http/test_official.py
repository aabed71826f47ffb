"""Signed reports over HTTP: the letterhead's form, who may see and do what, and the command that issues many."""

from __future__ import annotations

import io
import re
from typing import Any

import pypdfium2
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image

from geoapp.reports import content, document, queue, worker
from geoapp.reports.official import frozen, states
from geoapp.reports.official.models import IssuedReport, Letterhead
from tests import factories as make
from tests import official_city as signed
from tests.factories import DISTRICT, NORTHERN, SOUTHERN, UNIT
from tests.hostile import _inflated
from tests.official_city import RIGHTS, account
from tests.report_city import drawn_of, make_city
from tests.rights_city import give
from tests.standing import standing

pytestmark = pytest.mark.django_db
FORM = {
    "scope": "1", "code": "", "bureau_zh": "试验市水务局", "bureau_en": "Test Authority", "title_zh": "", "title_en": "",
    "pattern": "试水报〔{year}〕{number}号", "first_number": "1", "secrecy": "", "secrecy_term": "", "compiled_by": "",
    "checked_by": "", "approved_by": "", "seal": "2", "map_review": "", "contacts_zh": "", "contacts_en": "",
    "notes_zh": "", "notes_en": "", "margins": "1",
}  # fmt: skip
ADD = "/admin/reports/letterhead/add/"


world = standing(lambda folder: make_city(unit_of_north=True))


@pytest.fixture(autouse=True)
def _small(world: Any, db: None, settings: Any) -> None:
    settings.REPORT_WORKERS = 0


def png() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "blue").save(out, "PNG")
    return SimpleUploadedFile("logo.png", out.getvalue(), "image/png")


def pages_of(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as found:
        return [page.get_textpage().get_text_bounded() for page in found]


def seen(page: Any) -> str:
    return str(page.get_textpage().get_text_bounded())


# The form of a letterhead


def test_a_letterhead_is_set_in_the_administration(admin_client: Client) -> None:
    answer = admin_client.post(
        ADD, {**FORM, "logo_file": png(), "notes_zh": "一\r\n二", "secrecy": "4", "secrecy_term": "1年"}
    )
    assert answer.status_code == 302
    kept = Letterhead.objects.get()
    assert (kept.bureau_zh, bytes(kept.logo)[:4], kept.secrecy_term) == ("试验市水务局", b"\x89PNG", "1年")
    change = f"/admin/reports/letterhead/{kept.pk}/change/"
    assert "data:image/png;base64," in admin_client.get(change).content.decode()
    admin_client.post(change, {**FORM, "bureau_zh": "新局"})
    kept.refresh_from_db()
    assert (kept.bureau_zh, bool(kept.logo)) == ("新局", True), "the logo stays when none is sent"
    admin_client.post(change, {**FORM, "logo_none": "on"})
    kept.refresh_from_db()
    assert not kept.logo
    assert admin_client.get("/admin/reports/letterhead/").status_code == 200


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"pattern": "〔{year}〕{month}{number}"}, "pattern", "{month}"), ({"pattern": "{number}"}, "pattern", "{year}"),
        ({"bureau_zh": ""}, "bureau_zh", ""), ({"bureau_zh": "甲\u2028乙"}, "bureau_zh", "控制字符"), ({"code": DISTRICT}, "code", "不填代码"),
        ({"scope": "2"}, "code", "请填写代码"), ({"scope": "2", "code": "110999"}, "code", "110999"),
        ({"scope": "3", "code": "110999"}, "code", "填报单位"), ({"first_number": "0"}, "first_number", "999999"),
        ({"secrecy_term": "1年"}, "secrecy_term", "保密期限"), ({"margins": "9"}, "margins", ""), ({"notes_zh": "行\n" * 13}, "notes_zh", "12"),
        ({"logo_file": SimpleUploadedFile("a.svg", b"<svg/>", "image/svg+xml")}, "logo_file", "SVG"),
        ({"logo_file": SimpleUploadedFile("a.png", bytes(2 << 20), "image/png")}, "logo_file", "1024 KB"),
    ],
)  # fmt: skip
def test_a_letterhead_that_cannot_be_used_says_which_field_and_why(
    admin_client: Client, given: dict[str, Any], field: str, said: str
) -> None:
    answer = admin_client.post(ADD, {**FORM, **given})
    errors = answer.context["adminform"].form.errors
    assert field in errors and said in " ".join(errors[field])
    assert not Letterhead.objects.exists()


def test_there_is_one_letterhead_for_each(admin_client: Client) -> None:
    signed.letterhead(scope=3, code=UNIT)
    other = {**FORM, "scope": "3", "code": UNIT, "pattern": "{year}-{number}"}
    assert "已经有一个版头" in admin_client.post(ADD, other).content.decode()
    assert "scope" not in admin_client.post(ADD, {**FORM, "pattern": signed.PATTERN}).context["adminform"].form.errors


def test_one_click_shows_a_real_report_with_the_form_as_it_is(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoapp.beside.done", lambda what, read: what(*read()))
    kept = signed.letterhead(bureau_zh="存着的局")
    url = f"/admin/reports/letterhead/{kept.pk}/preview/"
    assert f'formaction="{url}"' in admin_client.get(f"/admin/reports/letterhead/{kept.pk}/change/").content.decode()
    answer = admin_client.post(url, {**FORM, "bureau_zh": "没存的局", "margins": "2", "logo_file": png()})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    first = pages_of(answer.content)[0]
    assert "没存的局" in first and "样张" in first and "1号" in first
    kept.refresh_from_db()
    assert (kept.bureau_zh, bool(kept.logo), IssuedReport.objects.exists()) == ("存着的局", False, False)
    bad = admin_client.post(url, {**FORM, "pattern": "{month}"})
    assert bad.status_code == 422 and "{month}" in bad.content.decode()
    assert admin_client.get(url).status_code == 403
    assert account("plain").post(url, FORM).status_code == 403
    assert Client().post(url, FORM).status_code == 302


# What a report without and with a letterhead looks like


def test_without_a_letterhead_a_report_is_as_it_was() -> None:
    report = content.build(signed.ask())
    page = document.html(drawn_of(report))
    assert "official" not in page and "issued-cover" not in page and "imprint" not in page


def test_a_report_that_nobody_issued_wears_the_letterhead_without_number_secrecy_or_signatures(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoapp.beside.done", lambda what, read: what(*read()))
    url = f"/reports/preview?region={DISTRICT}&period=2019"
    before = client.get(url)
    kept = signed.letterhead(secrecy=2, compiled_by="张三", contacts_zh="电话 010-1", title_zh="用水通报")
    after = client.get(url, headers={"if-none-match": before["ETag"]})
    text = after.content.decode()
    assert after.status_code == 200 and "issued-cover" not in before.content.decode()
    assert all(each in text for each in ("试验市水务局", "未编号", "电话 010-1", "试验区用水通报"))
    assert not any(each in text for each in ("内部", "张三", "<!--official", "盖章"))
    kept.delete()
    assert client.get(url).content == before.content


def test_the_print_keeps_its_tags_and_its_paper() -> None:
    signed.letterhead(margins=2, seal=3, contacts_zh="电话")
    report = signed.draft()
    data = frozen.read(report, report.files["pdf"])
    objects = b"".join(_inflated(data))
    assert b"/StructTreeRoot" in objects and b"/MarkInfo <</Marked true>>" in objects and objects.count(b"/Alt") > 3
    assert len(re.findall(rb"/S /H1\b", objects)) == 1
    with pypdfium2.PdfDocument(data) as found:
        for at, page in enumerate(found):
            assert [round(side) for side in page.get_size()] == [595, 842]
            left = min(each.get_bounds()[0] for each in page.get_objects() if each.type == 1)
            assert left >= 27.9 * 72 / 25.4, "the binding margin is free"
            assert ("电话" in seen(page)) == (at == len(found) - 1), "the foot is on the last page alone"
            assert max(each.get_bounds()[2] for each in page.get_objects() if each.type == 1) <= 595 - 11 * 72 / 25.4


# Who may do what


@pytest.mark.turns(2)
def test_from_the_list_to_an_approved_report(client: Client) -> None:
    signed.letterhead()
    compiler, checker, approver = (account(*each) for each in zip(("甲", "乙", "丙"), RIGHTS, strict=True))
    job = queue.ask_for(signed.ask(), ("xlsx",))
    worker.work(idle_s=0)
    assert client.get("/reports/jobs").json()["jobs"][0]["issue"] == ""
    assert checker.get("/reports/jobs").json()["jobs"][0]["issue"] == ""
    assert compiler.get("/reports/jobs").json()["jobs"][0]["issue"] == "/reports/issued/new"
    answer = compiler.post("/reports/issued/new", {"job": job.pk})
    report = IssuedReport.objects.get()
    url = f"/reports/issued/{report.pk}/"
    assert (answer.status_code, answer["Location"]) == (302, url)
    worker.work(idle_s=0)

    def take(who: Client, action: str, **given: str) -> int:
        report.refresh_from_db()
        code = who.post(f"{url}step", {"action": action, "revision": report.revision, **given}).status_code
        worker.work(idle_s=0)
        return int(code)

    assert take(compiler, "edit", commentary="一段。\n<b>二段</b>。", copy_number="7") == 302
    assert [take(who, "check") for who in (Client(), compiler, approver, checker)] == [302, 403, 403, 302]
    assert client.get(f"{url}pdf").status_code == 404
    assert client.get("/reports/").content.decode().count(report.told) == 0
    assert [take(who, "approve") for who in (compiler, checker, approver)] == [403, 403, 302]
    report.refresh_from_db()
    assert (report.state, [each.by for each in report.events.all()]) == (3, ["甲", "甲", "乙", "丙"])
    first, *_ = pages = pages_of(b"".join(client.get(f"{url}pdf").streaming_content))
    assert "000007" in first and any("<b>二段</b>" in page and "甲 撰写" in page for page in pages)
    assert report.told in client.get("/reports/").content.decode()
    make.publish("usage")
    assert "之后数据有变" in client.get("/reports/").content.decode()
    assert "之后数据有变" in checker.get(url).content.decode()
    assert [take(approver, "withdraw"), take(approver, "withdraw", reason="误发")] == [409, 302]
    assert client.get(f"{url}pdf").status_code == 404
    assert report.told not in client.get("/reports/").content.decode()


def test_the_same_account_twice_is_refused_with_a_page() -> None:
    signed.letterhead()
    client = account("独", *RIGHTS)
    user = User.objects.get(username="独")
    report = signed.settled(states.issue(signed.ask(), states.person(user)))
    page = client.get(f"/reports/issued/{report.pk}/").content.decode()
    assert 'data-testid="check"' not in page and "须由另一个账号" in page
    answer = client.post(f"/reports/issued/{report.pk}/step?lang=en", {"action": "check", "revision": report.revision})
    assert answer.status_code == 409 and "another account has to" in answer.content.decode()


def test_strangers_see_nothing_of_drafts() -> None:
    signed.letterhead()
    report = signed.draft()
    plain, compiler = account("职员"), account("编制人", "compile_report")
    for who, of_list, of_one, of_file in (
        (Client(), 302, 302, 404), (account("访客", staff=False), 403, 403, 404), (plain, 200, 403, 404), (compiler, 200, 200, 200),
    ):  # fmt: skip
        assert who.get("/reports/issued/").status_code == of_list
        assert who.get(f"/reports/issued/{report.pk}/").status_code == of_one
        assert who.get(f"/reports/issued/{report.pk}/pdf").status_code == of_file
    assert report.told not in plain.get("/reports/issued/").content.decode()
    assert report.told in compiler.get("/reports/issued/").content.decode()
    assert plain.post("/reports/issued/new", {"job": 1}).status_code == 403
    for action in ("edit", "renew", "check", "approve", "send_back", "withdraw", "retry"):
        given = {"action": action, "revision": report.revision, "reason": "x"}
        assert plain.post(f"/reports/issued/{report.pk}/step", given).status_code == 403
    assert plain.post(f"/reports/issued/{report.pk}/step", {"action": "nothing", "revision": "1"}).status_code == 400
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = plain.cookies
    assert strict.post(f"/reports/issued/{report.pk}/step", given).status_code == 403
    assert IssuedReport.objects.get().state == 1


def test_a_bureau_signs_its_own_reports_alone() -> None:
    """A role's right to reports reaches as far as the role was given; a unit's reports are all of its divisions."""
    signed.letterhead()
    own, other = signed.draft(), signed.settled(states.issue(signed.ask(NORTHERN), signed.COMPILER))
    user = User.objects.create_user("分局", is_staff=True)
    give(user, (("figures", "objects", "personal", "reports", "publish"), SOUTHERN))
    client = Client()
    client.force_login(user)
    IssuedReport.objects.filter(pk=own.pk).update(region=SOUTHERN)
    listed = client.get("/reports/issued/").content.decode()
    assert own.told in listed and other.told not in listed
    assert [client.get(f"/reports/issued/{each.pk}/").status_code for each in (own, other)] == [200, 403]
    for action in ("edit", "renew", "check", "approve", "send_back", "withdraw", "retry"):
        given = {"action": action, "revision": other.revision, "reason": "x"}
        assert client.post(f"/reports/issued/{other.pk}/step", given).status_code == 403
    given = {"action": "check", "revision": own.revision}
    assert client.post(f"/reports/issued/{own.pk}/step", given).status_code == 302
    for code, unit, status in (
        (SOUTHERN, False, 200),
        (DISTRICT, False, 403),
        (DISTRICT, True, 200),
        (UNIT, True, 403),
    ):
        IssuedReport.objects.filter(pk=own.pk).update(region=code, unit=unit)
        assert client.get(f"/reports/issued/{own.pk}/").status_code == status, "a bureau has what its divisions have"
    IssuedReport.objects.filter(pk=own.pk).update(region="", unit=False, area="110101001")
    assert client.get(f"/reports/issued/{own.pk}/").status_code == 403, "an area may lie anywhere"


@pytest.mark.turns(2)
def test_what_is_internal_is_for_staff_after_approval_too(client: Client) -> None:
    signed.letterhead(secrecy=2)
    report = signed.approved(signed.checked(signed.draft()))
    assert client.get(f"/reports/issued/{report.pk}/pdf").status_code == 404
    assert report.told not in client.get("/reports/").content.decode()
    assert account("职员").get(f"/reports/issued/{report.pk}/pdf").status_code == 200
    IssuedReport.objects.update(secrecy="")
    assert client.get(f"/reports/issued/{report.pk}/pdf").status_code == 200


@pytest.mark.turns(2)
def test_a_damaged_file_is_refused_and_not_made_again(client: Client) -> None:
    signed.letterhead()
    report = signed.approved(signed.checked(signed.draft()))
    path = frozen.folder_of(report) / report.files["pdf"]["name"]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    answer = client.get(f"/reports/issued/{report.pk}/pdf")
    assert answer.status_code == 400 and "backup" in answer.content.decode()
    worker.work(idle_s=0)
    assert client.get(f"/reports/issued/{report.pk}/pdf").status_code == 400


def test_gaps_and_withdrawn_numbers_are_told() -> None:
    from geoapp.reports.official.models import NumberSeries

    signed.letterhead()
    first = states.issue(signed.ask(), signed.COMPILER)
    NumberSeries.objects.update(last=3)
    states.issue(signed.ask(period="2018"), signed.COMPILER)
    states.withdraw(first.pk, first.revision, signed.COMPILER, "误发")
    page = account("编制人", "compile_report").get("/reports/issued/?lang=en").content.decode()
    row = page.split('data-testid="numbers"')[1].split("<tbody>")[1]
    assert [cell.split("</td>")[0] for cell in row.split("<td>")[1:6]] == [
        "Test Water Authority",
        str(first.year),
        "4",
        "2–3",
        "1",
    ]


def test_one_command_issues_drafts_for_all(capsys: pytest.CaptureFixture[str]) -> None:
    signed.letterhead()
    account("编制", "compile_report"), account("别人", "check_report")
    for name in ("没有", "别人"):
        with pytest.raises(CommandError, match=name):
            call_command("report", "--all", "--period", "2019", "--issue", name)
    call_command("report", "--all", "--period", "2019", "--issue", "编制")
    report = IssuedReport.objects.get()
    assert report.told in capsys.readouterr().out and report.events.get().by == "编制"
    with pytest.raises(CommandError):
        call_command("report", "--all", "--period", "2019", "--issue", "编制")
    assert report.told in capsys.readouterr().out and IssuedReport.objects.count() == 1
    signed.settled(report)
