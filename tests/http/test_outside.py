"""Log-in by an authority's own provider, a real one on this machine: whom it lets in, and what it does not believe."""

from __future__ import annotations

import http.client
import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client

from geoapp.accounts.models import OutsideAccount
from tests import provider as providers
from tests.accounts import LOGIN, browser, person
from tests.provider import Provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: Any, tmp_path: Path) -> Iterator[Provider]:
    with providers.running() as running:
        secret = tmp_path / "secret"
        secret.write_text(providers.SECRET + "\n")
        settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = running.address, providers.CLIENT
        settings.OIDC_CLIENT_SECRET_FILE, settings.OIDC_NAME = str(secret), "市政务统一认证"
        yield running


def there_and_back(client: Client, wanted: str = "") -> str:
    """The address that the provider sends somebody back to, as his browser follows it."""
    sent = client.get("/account/oidc", {"next": wanted} if wanted else {})["Location"]
    parts = urlsplit(sent)
    link = http.client.HTTPConnection(parts.netloc, timeout=10)
    link.request("GET", f"{parts.path}?{parts.query}")
    back = link.getresponse().headers["Location"]
    link.close()
    return back.removeprefix("http://testserver")


def known(subject: str = "u-1001", **more: Any) -> User:
    user = person("zhang", **more)
    OutsideAccount.objects.create(user=user, issuer=OIDC(), subject=subject)
    return user


def OIDC() -> str:
    from django.conf import settings

    return str(settings.OIDC_ISSUER)


def test_without_a_provider_there_is_no_such_door() -> None:
    assert 'data-testid="oidc"' not in browser().get(LOGIN).content.decode()
    assert browser().get("/account/oidc").status_code == browser().get("/account/oidc/back").status_code == 404


def test_who_is_known_comes_in_and_goes_on(provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    known()
    client = browser()
    page = client.get(LOGIN, {"next": "/reports/"}).content.decode()
    assert "市政务统一认证" in page and 'href="/account/oidc?next=%2Freports%2F"' in page
    answer = client.get(there_and_back(client, "/reports/"))
    assert answer["Location"] == "/reports/"
    assert "zhang" in client.get("/account/").content.decode()
    assert any('outcome=success account="zhang"' in each.getMessage() for each in caplog.records)


def test_who_is_new_is_registered_and_waits(provider: Provider) -> None:
    person("zhang")  # of the same name, and somebody else
    client = browser()
    told = client.get(there_and_back(client)).content.decode()
    made = User.objects.exclude(username="zhang").get()
    assert re.fullmatch(r"zhang-[0-9a-f]{8}", made.username) and made.username in told and "等待管理员开通" in told
    assert (made.is_active, made.is_staff, made.has_usable_password(), made.groups.count()) == (False, False, False, 0)
    assert client.get("/account/").status_code == 302
    User.objects.filter(pk=made.pk).update(is_active=True)
    assert client.get(there_and_back(client))["Location"] == "/account/"
    assert User.objects.count() == 2


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "for another client": {"aud": "another"},
    "of another log-in": {"nonce": "another"},
    "long over": {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200},
    "nobody": {"sub": ""},
}


@pytest.mark.parametrize("lie", [*LIES, "another key"])
def test_what_cannot_be_trusted_lets_nobody_in(provider: Provider, lie: str, caplog: pytest.LogCaptureFixture) -> None:
    known()
    provider.lies, provider.forged = LIES.get(lie, {}), lie == "another key"
    client = browser()
    told = client.get(there_and_back(client)).content.decode()
    assert "统一认证没有成功" in told
    assert client.get("/account/").status_code == 302 and User.objects.count() == 1
    assert any("outcome=outside_refused" in each.getMessage() for each in caplog.records)


def test_an_answer_is_taken_once_and_only_by_whoever_asked(provider: Provider) -> None:
    known()
    mine, other = browser(), browser()
    back = there_and_back(mine)
    assert other.get(back).status_code == 200 and other.get("/account/").status_code == 302
    assert (
        "统一认证没有成功" in mine.get("/account/oidc/back", {"error": "access_denied", "state": "x"}).content.decode()
    )
    back = there_and_back(mine)
    assert mine.get(back).status_code == 302
    mine.post("/account/logout")
    assert mine.get(back).status_code == 200 and mine.get("/account/").status_code == 302
    assert parse_qs(urlsplit(back).query)["code"]


def test_a_provider_that_is_away_is_told(provider: Provider, settings: Any) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    assert "连不上" in browser().get("/account/oidc").content.decode()


def test_a_closed_account_stays_outside(provider: Provider) -> None:
    known(is_active=False)
    client = browser()
    assert client.get(there_and_back(client)).status_code == 200
    assert client.get("/account/").status_code == 302
