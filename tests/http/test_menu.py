"""The menu: one list for the map and for every page, and each shown what he may."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from geoapp import menu
from geoapp.accounts.models import Session
from tests.addresses import patterns, route

OPEN = ["map", "reports", "feeds", "desktop", "interfaces", "about", "record", "divisions", "quality"]
PAGES = ["/reports/", "/feeds/", "/api/docs", "/desktop/", "/about", "/record/", "/divisions", "/objects/well/NOPE"]


def of_page(client: Client, address: str) -> list[str]:
    text = client.get(address, headers={"accept": "text/html"}).content.decode()
    return re.findall(r'data-testid="menu-(\w+)"', text.split('<nav id="menu"')[1].split("</nav>")[0])


def of_map(client: Client) -> list[str]:
    text = client.get("/").content.decode()
    found = re.search(r'<script id="menu-entries" type="application/json">(.*?)</script>', text)
    assert found
    return [entry["key"] for entry in json.loads(found[1])]


def somebody(name: str, *, staff: bool = False, clerk: bool = False) -> Client:
    user = User.objects.create_user(name, is_staff=staff)
    if clerk:
        user.user_permissions.add(Permission.objects.get(codename="import_data"))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_everybody_sees_what_he_may_on_the_map_and_on_every_page() -> None:
    expected = {
        "stranger": (Client(), [*OPEN, "login"]),
        "reader": (somebody("reader"), [*OPEN, "account"]),
        "staff": (somebody("staff", staff=True), [*OPEN, "admin", "account"]),
        "clerk": (somebody("clerk", staff=True, clerk=True), [*OPEN, "desk", "admin", "account"]),
    }
    for who, (client, entries) in expected.items():
        assert (who, of_map(client)) == (who, entries)
        for address in PAGES:
            assert (who, address, of_page(client, address)) == (who, address, entries)
    assert of_page(expected["clerk"][0], "/desk/") == [*OPEN, "desk", "admin", "account"]


@pytest.mark.django_db
def test_the_administration_and_the_standards_pages_have_it_too() -> None:
    clerk = somebody("clerk", staff=True, clerk=True)
    text = clerk.get("/admin/?lang=zh", follow=True).content.decode()
    assert re.findall(r'data-testid="menu-(\w+)"', text) == [*OPEN, "desk", "admin", "account"]
    assert re.findall(r'data-testid="menu-(\w+)" aria-current="page"', text) == ["admin"]
    text = Client().get("/ogc/?f=html").content.decode()
    assert text.count('data-testid="menu"') == 1 and "桌面软件 Desktop" in text and "/desk/" not in text


@pytest.mark.django_db
def test_every_page_says_truly_whether_somebody_is_logged_in() -> None:
    """All addresses that answer with a page, as they are found: one that does not know who asks says nothing of a log-in."""
    clerk, stranger = somebody("clerk", staff=True, clerk=True), Client()
    seen = set()
    for pattern in patterns():
        if "<" in str(pattern.pattern):
            continue
        address = reverse(route(pattern))
        told = clerk.get(address, headers={"accept": "text/html"}, follow=True)
        if told.streaming or not told.headers.get("Content-Type", "").startswith("text/html"):
            continue
        text = told.content.decode()
        assert text.count('data-testid="menu"') == 1 or address in ("/", "/shell"), f"{address} has no head of the site"
        assert "/account/login" not in text, f"{address} offers the log-in to who is logged in"
        if "/admin/" in text:
            seen.add(address)
            answer = stranger.get(address, headers={"accept": "text/html"})
            assert "/account/login" in answer.content.decode() + answer.headers.get("Location", ""), address
    assert {"/", "/feeds/", "/api/docs", "/about", "/divisions", "/desktop/", "/reports/"} <= seen


@pytest.mark.django_db
def test_a_page_says_which_it_is_and_speaks_its_language() -> None:
    text = Client().get("/about?lang=en").content.decode()
    assert re.findall(r'data-testid="menu-(\w+)" aria-current="page"', text) == ["about"]
    assert 'href="/desktop/?lang=en"' in text and "Desktop" in text
    assert "桌面软件" in Client().get("/about").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_log_in_that_has_ended_is_taken_away_by_a_page_that_only_reads() -> None:
    client = somebody("clerk", staff=True, clerk=True)
    session = client.session
    session["started"] = session["seen"] = 1  # long ago
    session.save()
    assert of_page(client, "/desktop/") == [*OPEN, "login"]
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_without_the_database_nobody_is_known() -> None:
    class Request:
        @property
        def user(self) -> User:
            raise OperationalError

    assert menu.roles(Request()) == menu.FOR_ALL  # type: ignore[arg-type]


def test_an_address_that_is_not_there_has_the_menu_too(client: Client) -> None:
    text = client.get("/nowhere?lang=zh", headers={"accept": "text/html"}).content.decode()
    found = re.findall(r'<a href="([^"]+)" title', text)
    assert found == [entry.address for entry in menu.ENTRIES if entry.whose in menu.FOR_ALL]
