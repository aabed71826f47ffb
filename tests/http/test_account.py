"""One's own account: coming in and going on, the first password, log-ins elsewhere, the second step, and who looks after accounts."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from geoapp.accounts import second, sessions, totp
from geoapp.accounts.models import Account, PersonalToken, RecoveryCode, Session
from tests.accounts import (
    CHROME,
    ELSEWHERE,
    FIREFOX,
    GOOD,
    LOGIN,
    OFFICE,
    OTHER,
    WRONG,
    browser,
    come_in,
    person,
    token,
)

pytestmark = pytest.mark.django_db


def text_of(client: Client, address: str = "/account/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.headers)
    return answer.content.decode()


def is_inside(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def outcomes(caplog: pytest.LogCaptureFixture) -> list[str]:
    return re.findall(r"outcome=(\w+)", " ".join(r.getMessage() for r in caplog.records if r.name == "shuitu.login"))


# Coming in.


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/desk/?lang=en", "/desk/?lang=en"), ("/reports/", "/reports/"), ("https://evil.example/", "/account/"),
        ("//evil.example/x", "/account/"), ("/\\evil.example", "/account/"), ("javascript:alert(1)", "/account/"),
        ("http:///evil.example", "/account/"), ("/account/login?next=/", "/account/"), ("", "/account/"),
    ],
)  # fmt: skip
def test_a_log_in_leads_on_within_the_site_and_nowhere_else(wanted: str, led: str) -> None:
    person()
    answer = browser().post(LOGIN, {"username": "wang", "password": GOOD, "next": wanted, "lang": "zh"})
    assert answer["Location"] == led


def test_a_wrong_password_is_told_with_the_seconds_until_the_next_try() -> None:
    person()
    client = browser()
    told = [client.post(LOGIN, {"username": "wang", "password": WRONG}) for _ in range(4)]
    assert [each.status_code for each in told] == [200, 200, 200, 429]
    assert "用户名或密码不对" in told[0].content.decode() and "data-seconds" not in told[0].content.decode()
    assert 'data-seconds="2"' in told[2].content.decode()
    assert told[3]["Retry-After"] == "2" and 'value="wang"' in told[3].content.decode()


def test_the_administration_has_no_log_in_of_its_own() -> None:
    person(is_staff=True)
    client = browser()
    assert client.post("/admin/login/", {"username": "wang", "password": GOOD}).status_code == 302
    assert not Session.objects.exclude(user=None).exists()
    assert unquote(client.get("/admin/layers/")["Location"]) == "/admin/login/?next=/admin/layers/"
    sent = client.get("/admin/login/?next=/admin/layers/", headers={"cookie": "shuitu_lang=en"})
    assert sent["Location"] == "/account/login?next=%2Fadmin%2Flayers%2F&lang=en"


def test_who_is_inside_and_may_not_go_there_is_told_so_and_sent_in_no_circle() -> None:
    person()
    client = come_in()
    answer = client.get("/desk/", follow=True)
    assert answer.status_code == 200 and len(answer.redirect_chain) == 1
    assert 'data-testid="inside"' in answer.content.decode() and "wang" in answer.content.decode()


def test_log_out_is_a_button_and_no_link() -> None:
    person()
    client = come_in()
    assert client.get("/account/logout").status_code == 405 and is_inside(client)
    assert client.post("/account/logout")["Location"] == LOGIN and not is_inside(client)
    assert not Session.objects.filter(ended="").exclude(user=None).exists()


def test_a_form_of_another_site_is_no_log_in() -> None:
    person()
    client = browser(enforce_csrf_checks=True)
    for address in (LOGIN, "/account/logout", "/account/password", "/account/tokens/make", "/account/sessions/end"):
        assert client.post(address, {"username": "wang", "password": GOOD}).status_code == 403, address


# The first password.


def test_who_has_a_first_password_changes_it_before_anything_else() -> None:
    user = person(is_staff=True, is_superuser=True)
    Account.objects.create(user=user, must_change=True)
    client = browser()
    answer = client.post(LOGIN, {"username": "wang", "password": GOOD, "next": "/admin/"})
    assert answer["Location"] == "/account/password?next=%2Fadmin%2F"
    assert client.get("/account/")["Location"] == "/account/password"
    assert client.post("/account/tokens/make", {})["Location"] == "/account/password"
    for closed in ("/admin/", "/desk/", "/reports/issued/"):
        assert client.get(closed, follow=True).redirect_chain[-1][0].startswith("/account/password?next="), closed
    assert 'data-testid="menu-login"' in client.get("/about").content.decode()  # nobody, elsewhere
    assert 'data-testid="must"' in text_of(client, "/account/password")
    same = client.post("/account/password", {"old": GOOD, "new": GOOD})
    assert "不能与当前密码相同" in same.content.decode()
    done = client.post("/account/password?next=/admin/", {"old": GOOD, "new": OTHER, "next": "/admin/"})
    assert done["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert not Account.objects.get().must_change


def test_a_leaked_password_is_not_taken_where_there_is_a_list(settings: Any, tmp_path: Path) -> None:
    settings.LEAKED_PASSWORDS = str(tmp_path / "leaked.txt")
    (tmp_path / "leaked.txt").write_text(f"{hashlib.sha1(OTHER.encode()).hexdigest().upper()}:17\n")
    person()
    client = come_in()
    assert "已泄露的密码库" in client.post("/account/password", {"old": GOOD, "new": OTHER}).content.decode()
    assert client.post("/account/password", {"old": GOOD, "new": OTHER + "不"}).status_code == 302


def test_the_present_password_is_guessed_no_faster_from_inside() -> None:
    person()
    client = come_in()
    tried = [client.post("/account/password", {"old": WRONG, "new": OTHER}).status_code for _ in range(5)]
    assert tried == [200, 200, 200, 429, 429]
    assert User.objects.get().check_password(GOOD)


def test_a_changed_password_ends_every_other_log_in_and_says_so() -> None:
    person()
    here, there = come_in(), come_in(agent=FIREFOX, address=ELSEWHERE)
    here.post("/account/password", {"old": GOOD, "new": OTHER})
    assert is_inside(here)
    told = there.get("/account/", follow=True).content.decode()
    assert "密码已修改，需要用新密码重新登录" in told


# Log-ins elsewhere.


def test_one_sees_where_one_is_logged_in_and_ends_it() -> None:
    person(), person("li")
    here, there, third = come_in(), come_in(agent=FIREFOX, address=ELSEWHERE), come_in(address="198.51.100.9")
    others = come_in("li")
    told = text_of(here)
    for said in ("Windows 上的 Chrome", "Linux 上的 Firefox", OFFICE, ELSEWHERE):
        assert said in told
    assert told.count('data-testid="session"') == 3
    assert not any(key in told for key in Session.objects.values_list("session_key", flat=True))
    which = re.findall(r'name="which" value="(\w{20})"', told)
    assert len(which) == 2
    rows = {own["name"]: own["address"] for own in _sessions(here)}
    (named,) = (name for name, address in rows.items() if address == ELSEWHERE)
    assert others.post("/account/sessions/end", {"which": named}).status_code == 302 and is_inside(there)  # not his
    here.post("/account/sessions/end", {"which": named})
    assert is_inside(here) and is_inside(third) and not is_inside(there)
    assert "已在“账号”页里被结束" in there.get("/account/login").content.decode()
    assert "已在“账号”页里被结束" not in there.get("/account/login").content.decode()  # told once
    here.post("/account/sessions/end", {"which": "others"})
    assert is_inside(here) and not is_inside(third) and is_inside(others)


def _sessions(client: Client) -> Any:
    return client.get("/account/").context["sessions"]


def test_who_sends_a_form_of_a_log_in_that_is_over_comes_back_to_a_page() -> None:
    person()
    assert browser().post("/account/tokens/revoke", {"token": 1})["Location"] == "/account/login?next=/account/"


def test_what_was_ended_while_a_page_was_made_is_not_begun_again_by_it() -> None:
    person()
    client = come_in()
    key = client.cookies["sessionid"].value
    under_way = sessions.SessionStore(key)
    assert under_way["started"]
    sessions.end_all(User.objects.get(), "ended")
    under_way["seen"] = 1
    with pytest.raises(sessions.UpdateError):
        under_way.save()
    assert not is_inside(client)


def test_a_closed_account_is_outside_at_once_and_stays_so() -> None:
    user = person()
    client = come_in()
    user.is_active = False
    user.save()
    assert not is_inside(client)
    user.is_active = True
    user.save()
    assert not is_inside(client)


# A session that was taken.


@pytest.mark.parametrize("agent", [FIREFOX, CHROME.replace("131", "130"), ""])
def test_a_session_in_another_network_and_browser_is_ended_for_both(
    agent: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    person(is_staff=True)
    owner, thief = come_in(), browser(agent, ELSEWHERE)
    thief.cookies["sessionid"] = owner.cookies["sessionid"].value
    told = thief.get("/admin/", follow=True).content.decode()
    assert "忽然从另一个网络、用另一种浏览器使用" in told
    assert outcomes(caplog) == ["success", "moved"]
    assert not is_inside(owner)
    assert "忽然从另一个网络、用另一种浏览器使用" in owner.get(LOGIN).content.decode()


@pytest.mark.parametrize(
    ("agent", "address"), [(CHROME, ELSEWHERE), (FIREFOX, OFFICE), (CHROME.replace("131", "140"), "192.0.2.200")]
)
def test_one_of_the_two_alone_ends_nothing(agent: str, address: str) -> None:
    """Telephones change networks, offices have many behind one address, browsers are renewed."""
    person()
    client = come_in()
    moved = browser(agent, address)
    moved.cookies["sessionid"] = client.cookies["sessionid"].value
    assert is_inside(moved) and is_inside(client)


def test_a_change_of_network_is_told_once_and_may_be_enough(caplog: pytest.LogCaptureFixture, settings: Any) -> None:
    caplog.set_level(logging.INFO)
    person()
    client = come_in()
    away = browser(CHROME, ELSEWHERE)
    away.cookies["sessionid"] = client.cookies["sessionid"].value
    assert is_inside(away) and is_inside(away)
    assert outcomes(caplog) == ["success", "elsewhere"]
    assert ELSEWHERE in text_of(away)
    settings.SESSION_NETWORK = True
    assert not is_inside(away)
    assert outcomes(caplog)[-1] == "moved"


def test_a_page_that_does_not_ask_who_it_is_asks_nothing(django_assert_num_queries: Any) -> None:
    person()
    client = come_in()
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200
        assert browser().get("/healthz").status_code == 200


def test_what_browsers_kept_before_goes_on_and_old_log_ins_do_not() -> None:
    """The step from Django's table of sessions to ours."""
    from importlib import import_module

    from django.apps import apps
    from django.contrib.sessions.models import Session as Before

    step = import_module("geoapp.accounts.migrations.0002_sessions_tokens")
    until = timezone.now() + timedelta(days=1)
    for key, held in (("a" * 32, {"reports": [7]}), ("b" * 32, {"started": 1, "_auth_user_id": "1"})):
        Before.objects.create(session_key=key, session_data=sessions.SessionStore().encode(held), expire_date=until)
    step.carry_over(apps, None)
    assert [row.session_key for row in Session.objects.all()] == ["a" * 32]
    assert sessions.SessionStore("a" * 32)["reports"] == [7]


# The second step.


def key_of(client: Client) -> bytes:
    import base64

    spelt = re.search(r'data-testid="key">([A-Z2-7 ]+)<', text_of(client, "/account/totp"))
    assert spelt
    return base64.b32decode(spelt[1].replace(" ", ""))


def set_up(client: Client) -> tuple[bytes, list[str]]:
    key = key_of(client)
    page = client.post("/account/totp", {"action": "confirm", "code": code(key, -1), "password": GOOD}).content.decode()
    return key, re.findall(r"<code>(\w{4}-\w{4}-\w{4})</code>", page)


def code(key: bytes, steps: int = 0) -> str:
    return totp.code_at(key, int(time.time() // 30) + steps)


def test_a_second_step_is_set_up_with_the_password_and_a_code_of_its_own() -> None:
    person()
    client = come_in()
    key = key_of(client)
    for form, said in (
        ({"code": code(key), "password": WRONG}, "当前密码不对"),
        ({"code": "000000", "password": GOOD}, "验证码不对"),
    ):
        assert said in client.post("/account/totp", {"action": "confirm", **form}).content.decode()
    assert second.of(User.objects.get()) is None and key_of(client) == key


def test_a_second_step_is_asked_for_before_anybody_is_inside() -> None:
    person()
    key, codes = set_up(come_in())
    assert len(codes) == second.RECOVERY_CODES == RecoveryCode.objects.count()
    assert key.hex() not in Account.objects.get().totp_key
    client = browser()
    answer = client.post(LOGIN, {"username": "wang", "password": GOOD, "next": "/reports/"})
    assert answer["Location"] == "/account/code?next=%2Freports%2F"
    assert not is_inside(client)
    assert "验证码不对" in client.post("/account/code", {"code": "000000"}).content.decode()
    assert client.post("/account/code", {"code": code(key), "next": "/reports/"})["Location"] == "/reports/"
    assert is_inside(client)


def test_no_code_is_taken_twice_and_a_recovery_code_once() -> None:
    person()
    key, codes = set_up(come_in())
    used = code(key)
    for given, enters in ((used, True), (used, False), (codes[0].upper(), True), (codes[0], False), (codes[1], True)):
        client = browser()
        client.post(LOGIN, {"username": "wang", "password": GOOD})
        client.post("/account/code", {"code": given})
        assert is_inside(client) is enters, given


def test_codes_are_guessed_as_slowly_as_passwords(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    person()
    set_up(come_in())
    client = browser()
    client.post(LOGIN, {"username": "wang", "password": GOOD})
    answers = [client.post("/account/code", {"code": f"{n:06}"}) for n in range(5)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert "data-seconds" in answers[-1].content.decode()
    assert outcomes(caplog)[-5:] == ["code_refused"] * 3 + ["slowed"] * 2


def test_who_waits_too_long_before_the_code_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from geoapp.accounts import doors

    person()
    key, _ = set_up(come_in())
    client = browser()
    client.post(LOGIN, {"username": "wang", "password": GOOD})
    real = time.time

    class Later:
        @staticmethod
        def time() -> float:
            return real() + doors.HALF_SECONDS + 1

    monkeypatch.setattr(doors, "time", Later)
    assert client.post("/account/code", {"code": code(key)})["Location"] == LOGIN


def test_it_is_switched_off_with_the_password_alone() -> None:
    person()
    client = come_in()
    set_up(client)
    refused = client.post("/account/totp", {"action": "off", "password": WRONG})
    assert "当前密码不对" in refused.content.decode()
    assert second.of(User.objects.get()) is not None
    client.post("/account/totp", {"action": "off", "password": GOOD})
    assert second.of(User.objects.get()) is None and not RecoveryCode.objects.exists()


def test_it_may_be_wanted_of_everybody_in_the_administration(settings: Any) -> None:
    settings.TOTP_FOR_ADMINS = True
    person(is_staff=True), person("li")
    come_in("li").get("/account/")
    client = come_in()
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/account/totp?next=%2Fadmin%2F"
    set_up(client)
    assert client.get("/admin/").status_code == 200


# Who looks after accounts.


@pytest.fixture
def chief() -> Client:
    User.objects.create_superuser("chief", password=GOOD)
    return come_in("chief")


def test_a_new_account_has_a_password_that_is_shown_once(chief: Client) -> None:
    answer = chief.post("/admin/auth/user/add/", {"username": "zhao"})
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    given = re.search(r'data-testid="first-password">([\w-]+)<', answer.content.decode())
    assert given
    made = User.objects.get(username="zhao")
    assert made.check_password(given[1]) and made.account.must_change
    assert given[1] not in text_of(chief, f"/admin/auth/user/{made.pk}/change/")
    client = browser()
    assert client.post(LOGIN, {"username": "zhao", "password": given[1]})["Location"] == "/account/password"


def test_a_reset_password_is_another_first_one_and_ends_what_there_was(chief: Client) -> None:
    user = person()
    client = come_in()
    token(user)
    address = f"/admin/auth/user/{user.pk}/password/"
    assert "初始密码" in text_of(chief, address)
    given = re.search(r'data-testid="first-password">([\w-]+)<', chief.post(address).content.decode())
    user.refresh_from_db()
    assert given and user.check_password(given[1]) and user.account.must_change and not is_inside(client)
    assert "管理员结束了您的登录" in client.get(LOGIN).content.decode()
    assert not PersonalToken.objects.filter(revoked_at=None).exists(), "whose they are nobody knows"


def test_a_closed_account_has_no_token_when_it_is_opened_again() -> None:
    user = person()
    token(user)
    for is_active in (False, True):
        user.is_active = is_active
        user.save()
    assert not PersonalToken.objects.filter(revoked_at=None).exists()


def test_log_ins_tokens_and_second_steps_are_shut_in_the_administration(
    chief: Client, caplog: pytest.LogCaptureFixture
) -> None:
    user = person()
    client = come_in()
    set_up(client)
    token(user)
    page = text_of(chief, "/admin/auth/user/")
    assert all(name in page for name in ("须改密码", "两步验证", "有效令牌"))
    caplog.set_level(logging.INFO)
    caplog.clear()
    for action in ("end_sessions", "revoke_tokens", "reset_totp"):
        chief.post("/admin/auth/user/", {"action": action, "_selected_action": [user.pk]})
    assert not is_inside(client) and second.of(user) is None
    assert PersonalToken.objects.filter(revoked_at=None).count() == 0
    assert outcomes(caplog) == ["session_ended", "token_withdrawn", "totp_off"]


def test_who_looks_after_accounts_comes_by_no_administrators(chief: Client) -> None:
    from django.contrib.auth.models import Permission

    keeper = person("keeper", is_staff=True)
    keeper.user_permissions.set(Permission.objects.filter(codename__in=("view_user", "change_user")))
    client = come_in("keeper")
    head = User.objects.get(username="chief")
    assert client.post(f"/admin/auth/user/{head.pk}/password/").status_code == 403
    assert client.get(f"/admin/auth/user/{keeper.pk}/password/").status_code == 200
    client.post("/admin/auth/user/", {"action": "end_sessions", "_selected_action": [head.pk]})
    assert is_inside(chief)
