"""Behind a TLS proxy no cookie and no page goes in the open; without one, the site works as it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.as_set import settings_of

pytestmark = pytest.mark.django_db
GOOD = "correct horse battery"
READ = ("SESSION_COOKIE_", "CSRF_COOKIE_", "SECURE_")  # what Django goes by


@pytest.fixture
def run_with(settings: Any) -> Any:
    """The site as an environment has it run: → a browser that asks for no token, for it brings its own."""

    def run(**given: str) -> Client:
        User.objects.create_superuser("chief", password=GOOD)
        told = {name: value for name, value in settings_of(**given).items() if name.startswith(READ)}
        assert len(told) > 5
        for name, value in told.items():
            setattr(settings, name, value)
        return Client(enforce_csrf_checks=True)

    return run


def log_in(browser: Client, *, secure: bool) -> None:
    """By the form and its token, as a person does, to the first page inside."""
    assert browser.get("/account/login", secure=secure).status_code == 200
    token = browser.cookies[f"{'__Host-' if secure else ''}csrftoken"].value
    form = {"username": "chief", "password": GOOD, "csrfmiddlewaretoken": token}
    headers = {"Referer": "https://testserver/account/login"} if secure else {}
    answer = browser.post("/account/login", form, secure=secure, headers=headers)
    assert answer.status_code == 302
    assert browser.get("/admin/", secure=secure).status_code == 200


def test_behind_https_cookies_stay_on_it(run_with: Any) -> None:
    browser = run_with(HTTPS="1")
    log_in(browser, secure=True)
    assert set(browser.cookies) == {"__Host-sessionid", "__Host-csrftoken"}
    for name, cookie in browser.cookies.items():
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax"), name
        assert (cookie["path"], cookie["domain"]) == ("/", ""), name  # or a browser throws it away, by its prefix


@pytest.mark.parametrize("path", ["/", "/account/login", "/api/meta"])
def test_behind_https_nothing_is_answered_in_the_open(run_with: Any, path: str) -> None:
    browser = run_with(HTTPS="1")
    answer = browser.get(path)
    assert (answer.status_code, answer["Location"]) == (301, f"https://testserver{path}")
    assert not answer.cookies
    year = browser.get(path, secure=True)["Strict-Transport-Security"]
    assert year.split(";")[0] == "max-age=31536000"


def test_without_https_one_logs_in_all_the_same(run_with: Any) -> None:
    browser = run_with(HTTPS="0")
    log_in(browser, secure=False)
    assert set(browser.cookies) == {"sessionid", "csrftoken"}
    for name, cookie in browser.cookies.items():
        assert (bool(cookie["secure"]), cookie["httponly"], cookie["samesite"]) == (False, True, "Lax"), name
    assert "Strict-Transport-Security" not in browser.get("/admin/")
