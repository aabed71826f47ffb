"""Coming in: guessing is slowed where it is done and nowhere else, each try is a line of log, a log-in ends."""

from __future__ import annotations

import logging
import re
import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from geoapp.accounts import sessions, slowing
from geoapp.accounts.models import Session, Tries

pytestmark = pytest.mark.django_db
GOOD, WRONG = "correct horse battery", "wrong"
LOGIN = "/account/login"


@pytest.fixture
def chief() -> User:
    return User.objects.create_superuser("chief", password=GOOD)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The time of the pauses, moved by hand."""

    class Clock:
        now = timezone.now()

        def forward(self, **amount: float) -> None:
            self.now += timedelta(**amount)

    made = Clock()
    monkeypatch.setattr(slowing.timezone, "now", lambda: made.now)
    return made


def try_in(password: str, account: str = "chief", address: str = "192.0.2.1", **extra: Any) -> Any:
    client = Client()
    return client.post(LOGIN, {"username": account, "password": password}, REMOTE_ADDR=address, **extra)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "shuitu.login"]


def test_guessing_is_slowed_more_and_more(chief: User, clock: Any) -> None:
    pauses = []
    for _ in range(9):
        while (response := try_in(WRONG)).status_code == 429:
            pauses.append(int(response["Retry-After"]))
            clock.forward(seconds=pauses[-1])
        assert response.status_code == 200
    assert pauses == [2, 4, 8, 16, 32, 64]
    assert slowing.pause_seconds(slowing.HERE, 10_000) == 900


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_has_to_wait_is_told_until_when(chief: User, clock: Any, language: str) -> None:
    for _ in range(8):
        clock.forward(seconds=1000)
        assert try_in(WRONG).status_code == 200
    response = try_in(GOOD, query_params={"lang": language})  # the right one waits as well
    text = response.content.decode()
    assert response.status_code == 429 and 0 < int(response["Retry-After"]) <= 64
    until = timezone.localtime(clock.now + timedelta(seconds=int(response["Retry-After"])))
    assert until.strftime("%H:%M:%S") in text
    assert ("尝试过多" if language == "zh" else "Too many tries") in text
    assert f'data-seconds="{response["Retry-After"]}"' in text
    clock.forward(seconds=int(response["Retry-After"]))
    assert try_in(GOOD).status_code == 302


def test_a_log_in_begins_anew(chief: User, clock: Any) -> None:
    for _ in range(3):
        try_in(WRONG)
    clock.forward(seconds=2)
    assert try_in(GOOD).status_code == 302
    assert [try_in(WRONG).status_code for _ in range(3)] == [200, 200, 200]


def test_nobody_is_locked_out_from_elsewhere(chief: User, clock: Any) -> None:
    assert try_in(GOOD, address="192.0.2.1").status_code == 302  # the usual place
    for i in range(200):
        try_in(WRONG, address=f"198.51.100.{i}")
    assert try_in(GOOD, address="192.0.2.1").status_code == 302
    new = try_in(GOOD, address="203.0.113.9")
    assert new.status_code == 429 and int(new["Retry-After"]) <= slowing.ACCOUNT.longest_seconds


def test_an_address_that_tries_many_accounts_is_slowed_and_its_neighbours_are_not(chief: User, clock: Any) -> None:
    assert try_in(GOOD, address="192.0.2.1").status_code == 302
    answers = [try_in(WRONG, account=f"user{i}", address="192.0.2.1").status_code for i in range(30)]
    assert answers[:20] == [200] * 20 and set(answers[20:]) == {429}
    assert try_in(GOOD, address="192.0.2.1").status_code == 302  # known here
    assert try_in(WRONG, account="user1", address="192.0.2.2").status_code == 200


def test_a_network_of_ipv6_is_one_address(chief: User, clock: Any) -> None:
    answers = [try_in(WRONG, address=f"2001:db8::{i:x}").status_code for i in range(1, 6)]
    assert answers == [200, 200, 200, 429, 429]


def test_an_own_account_is_no_way_to_go_on_guessing(chief: User, clock: Any) -> None:
    User.objects.create_user("clerk", password=GOOD)
    answers = []
    for i in range(40):
        try_in(GOOD, account="clerk")
        answers.append(try_in(WRONG, account=f"user{i}").status_code)
    assert 429 in answers[:25]


def test_an_account_is_one_however_it_is_written(chief: User, clock: Any) -> None:
    answers = [try_in(WRONG, account=name).status_code for name in ("chief", "CHIEF", "Chief", "cHief")]
    assert answers == [200, 200, 200, 429]


def test_accounts_that_are_not_there_are_answered_as_those_that_are(chief: User, clock: Any) -> None:
    there = [try_in(WRONG, account="chief", address="192.0.2.1").status_code for _ in range(6)]
    nobody = [try_in(WRONG, account="nobody", address="192.0.2.2").status_code for _ in range(6)]
    assert there == nobody


def test_a_forged_header_makes_no_new_address(chief: User, clock: Any, settings: Any) -> None:
    answers = [try_in(WRONG, HTTP_X_FORWARDED_FOR=f"203.0.113.{i}").status_code for i in range(5)]
    assert answers == [200, 200, 200, 429, 429]


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_are_no_more_than_one_after_another(chief: User) -> None:
    taken: list[bool] = []

    def one() -> None:
        try:
            slowing.begin(slowing.AccountPlace("chief", "192.0.2.1"))
            taken.append(True)
        except slowing.Slowed:
            taken.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 12 and 0 < sum(taken) <= slowing.HERE.free


def test_what_is_remembered_is_let_go_and_names_nobody(chief: User, clock: Any) -> None:
    for i in range(30):
        try_in(WRONG, account=f"user{i}", address=f"198.51.100.{i}")
    assert Tries.objects.count() == 90
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in Tries.objects.values_list("key", flat=True))
    clock.forward(days=2)
    try_in(WRONG)
    assert Tries.objects.count() == 3
    assert try_in(GOOD).status_code == 302
    clock.forward(days=31)
    try_in(WRONG)
    assert Tries.objects.count() == 3


def test_each_try_is_a_line(chief: User, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    try_in(GOOD)
    for _ in range(4):
        try_in(WRONG, account='x" outcome=success\r\n2026 admin', address="192.0.2.5")
    found = lines(caplog)
    assert found[0] == 'outcome=success account="chief" address=192.0.2.1'
    assert [each.split()[0] for each in found[1:]] == ["outcome=refused"] * 3 + ["outcome=slowed"]
    assert all(each.isprintable() and each.endswith(" address=192.0.2.5") for each in found[1:])
    assert '"x\\" outcome=success\\r\\n2026 admin"' in found[1]
    assert not any(GOOD in each or WRONG in each for each in found)


def test_the_way_goes_on_where_it_was_meant_to(chief: User) -> None:
    client = Client()
    asked = client.get("/admin/layers/well/?q=1", follow=True)
    assert asked.redirect_chain[-1][0] == "/account/login?next=%2Fadmin%2Flayers%2Fwell%2F%3Fq%3D1"
    there = client.post(
        asked.redirect_chain[-1][0], {"username": "chief", "password": GOOD, "next": "/admin/layers/well/?q=1"}
    )
    assert there["Location"] == "/admin/layers/well/?q=1"


@pytest.mark.parametrize(
    ("page", "button"), [("/desk/?lang=en", "Log in"), ("/desk/", "登录"), ("/desk/?lang=xx", "登录")]
)
def test_who_asks_a_closed_page_logs_in_in_its_language(page: str, button: str) -> None:
    client = Client()
    sent = client.get(page)["Location"]
    assert button in client.get(sent).content.decode()
    assert button in client.post(sent, {"username": "nobody", "password": WRONG}).content.decode()


# Sessions.


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Moves the time of sessions by hand."""
    gone = 0.0
    real = time.time

    def forward(seconds: float) -> None:
        nonlocal gone
        gone += seconds

    class Moved:
        @staticmethod
        def time() -> float:
            return real() + gone

    monkeypatch.setattr(sessions, "time", Moved)
    return forward


@pytest.fixture
def inside(chief: User, client: Client) -> Client:
    assert client.post(LOGIN, {"username": "chief", "password": GOOD}).status_code == 302
    return client


def test_the_cookie_ends_with_the_browser_and_no_script_reads_it(inside: Client) -> None:
    cookie = inside.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert not cookie["max-age"] and not cookie["expires"]


def test_a_log_in_ends_when_nobody_is_there(inside: Client, later: Any) -> None:
    for _ in range(3):
        later(50 * 60)
        assert inside.get("/admin/").status_code == 200
    later(61 * 60)
    assert "/admin/login/" in inside.get("/admin/")["Location"]
    assert Session.objects.count() == 0


def test_a_log_in_ends_after_a_working_day_whoever_is_there(inside: Client, later: Any) -> None:
    pages = 0
    while inside.get("/admin/").status_code == 200:
        pages += 1
        later(31 * 60)
        assert pages < 30
    assert pages == 24  # from 0:00 to 11:53


def test_a_page_costs_no_write(inside: Client, later: Any, django_assert_num_queries: Any) -> None:
    def written() -> datetime:
        return Session.objects.get().expire_date

    before = written()
    later(60)
    inside.get("/admin/")
    assert written() == before
    later(5 * 60)
    inside.get("/admin/")
    assert written() > before


def test_sessions_that_nobody_came_back_to_are_deleted_at_a_log_in(chief: User) -> None:
    try_in(GOOD)
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    try_in(GOOD)
    assert Session.objects.count() == 1


# Passwords.

COMMON = [
    "password", "Password2026!", "p@ssw0rd123", "1234567890", "admin123456", "Admin@123456", "shuitu2026!", "!!Shuiwu2026",
    "woaini1314520", "abcabcabcabc", "2026-11-26!", "qwertyuiop", "short-1", "iloveyou2026",
]  # fmt: skip


@pytest.mark.parametrize("password", COMMON)
def test_a_common_password_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, User(username="clerk"))


@pytest.mark.parametrize(
    "password", [GOOD, "泵站在河东边第三个路口", "tuvlw-okmqz-72", "X3uYp0_qLw8zT1vB", "河边password不行吧哈哈"]
)
def test_another_is_taken(password: str) -> None:
    validate_password(password, User(username="clerk"))


def test_the_page_that_changes_it_checks_too(inside: Client) -> None:
    assert inside.get("/admin/password_change/")["Location"] == "/account/password"
    page = inside.post("/account/password", {"old": GOOD, "new": "p@ssw0rd123"})
    assert page.status_code == 200 and 'data-testid="error"' in page.content.decode()
    assert User.objects.get().check_password(GOOD)


def test_the_first_administrator_has_no_common_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("SHUITU_STATE", str(tmp_path))
    (tmp_path / "secret_key").write_text("x")
    (tmp_path / "admin_password").write_text("Password2026!")
    with pytest.raises(CommandError, match="admin_password"):
        call_command("ensure_admin")
    assert not User.objects.exists()
    (tmp_path / "admin_password").unlink()
    call_command("ensure_admin")
    assert User.objects.get().password.startswith("argon2$")


def test_an_older_password_is_kept_anew_at_its_log_in(chief: User) -> None:
    from django.contrib.auth.hashers import make_password

    User.objects.update(password=make_password(GOOD, hasher="pbkdf2_sha256"))
    assert try_in(GOOD).status_code == 302
    assert User.objects.get().password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
