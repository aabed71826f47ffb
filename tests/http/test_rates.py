"""Who asks too much is told when to come again; who asks as people and their programs do never is."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def tight(settings: Any) -> Any:
    """Ten light questions, and one more every hundred seconds; three dear ones."""
    settings.LIMITS = True
    settings.LIMIT_BURST, settings.LIMIT_PER_SECOND, settings.LIMIT_DEAR_PER_MINUTE = 10, 0.01, 3
    return settings


def asked(client: Client, count: int, path: str = "/api/meta", **more: Any) -> list[int]:
    return [client.get(path, **more).status_code for _ in range(count)]


def test_who_asks_too_much_is_told_when_to_come_again(client: Client, tight: Any) -> None:
    assert asked(client, 11) == [200] * 10 + [429]
    told = client.get("/api/meta", headers={"accept-language": "en"})
    assert told["Content-Type"] == "application/problem+json"
    assert 1 <= int(told["Retry-After"]) <= 101
    assert told["RateLimit"] == f'"asker";r=0;t={told["Retry-After"]}'
    assert told["RateLimit-Policy"].startswith('"asker";q=10;w=1000')
    assert (told["Cache-Control"], told.json()["status"]) == ("no-store", 429)
    assert "Too many requests" in told.json()["title"]
    assert told["Retry-After"] in told.json()["detail"]
    page = client.get("/about", headers={"accept": "text/html", "accept-language": "zh"})
    assert page.status_code == 429
    assert "请求过于频繁" in page.content.decode()


def test_an_address_is_one_asker_and_a_network_of_ipv6_too(client: Client, tight: Any) -> None:
    assert asked(client, 11, REMOTE_ADDR="192.0.2.1")[-1] == 429
    assert asked(client, 1, REMOTE_ADDR="192.0.2.2") == [200]
    assert asked(client, 10, REMOTE_ADDR="2001:db8::1") == [200] * 10
    assert asked(client, 1, REMOTE_ADDR="2001:db8::2") == [429]
    assert asked(client, 1, REMOTE_ADDR="2001:db8:0:1::1") == [200]


def test_who_logs_in_has_a_bucket_of_their_own_wherever_they_ask_from(client: Client, tight: Any) -> None:
    asked(client, 11)
    inside = Client()
    inside.force_login(User.objects.create_user("anna"))
    assert asked(inside, 10) == [200] * 10
    assert asked(inside, 1, REMOTE_ADDR="192.0.2.9") == [429]
    other = Client()
    other.force_login(User.objects.create_user("bert"))
    assert asked(other, 1) == [200]


@pytest.mark.parametrize("made_up", [{"cookie": "sessionid=0123456789abcdef0123456789abcdef"}, {"x-api-key": "x"}])
def test_a_made_up_log_in_is_no_other_asker(client: Client, tight: Any, made_up: dict[str, str]) -> None:
    asked(client, 10)
    assert client.get("/about", headers=made_up).status_code == 429


def test_a_header_of_ones_own_makes_nobody_another(client: Client, tight: Any) -> None:
    asked(client, 10)
    assert client.get("/api/meta", headers={"x-forwarded-for": "198.51.100.4"}).status_code == 429


def test_what_takes_seconds_is_bounded_by_the_minute_for_strangers(client: Client, tight: Any) -> None:
    tight.LIMIT_BURST = 10_000
    for path in ("/api/explain", "/reports/preview", "/feeds/well.csv"):
        assert client.get(path).status_code != 429
    assert client.get("/feeds/well.csv").status_code == 429
    assert client.post("/reports/make").status_code == 429
    assert client.get("/api/meta").status_code == 200
    inside = Client()
    inside.force_login(User.objects.create_user("anna"))
    assert 429 not in asked(inside, 6, "/feeds/well.csv")


def test_who_watches_the_site_asks_without_end(client: Client, tight: Any) -> None:
    assert set(asked(client, 30, "/healthz")) == {200}


def test_it_can_be_turned_off(client: Client, tight: Any) -> None:
    tight.LIMITS = False
    assert set(asked(client, 30)) == {200}


def test_people_and_their_programs_never_meet_it(settings: Any) -> None:
    """By the table alone: two hundred people behind one address open the map within half a minute, and QGIS asks twenty a second for an
    hour, over the same address."""
    from geoapp.walls.limits import Bucket, Buckets

    now = 0.0
    table = Buckets(None, lambda: now)
    usual = Bucket(settings.LIMIT_BURST, settings.LIMIT_PER_SECOND)
    for _ in range(30):
        now += 1
        assert table.take("office", 200 * 100 / 30, usual) == 0
    for _ in range(3600):
        now += 1
        assert all(table.take("office", 5, usual) == 0 for _ in range(20))
