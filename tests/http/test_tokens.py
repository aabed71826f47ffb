"""Personal tokens in each way that programs send them: what they open, what they do not, and how each refusal is told."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone

from geoapp.accounts import bearer, tokens
from geoapp.accounts.models import PersonalToken, Session
from tests.accounts import GOOD, basic, browser, come_in, person, token, ways

pytestmark = pytest.mark.django_db
READ = "/feeds/?f=json"


@pytest.fixture
def wang() -> User:
    return person()


def ask(address: str = READ, method: str = "get", **headers: str) -> Any:
    return getattr(Client(REMOTE_ADDR="192.0.2.1"), method)(address, headers=headers)


def test_it_is_taken_in_every_way_and_says_whose_it_is(wang: User, monkeypatch: pytest.MonkeyPatch) -> None:
    text = token(wang, "figures")
    seen: list[tuple[str, list[str]]] = []
    from geoapp import menu

    real = menu.roles
    monkeypatch.setattr(
        menu,
        "roles",
        lambda request: seen.append((request.user.username, request.token.scope)) or real(request),  # type: ignore[func-returns-value]
    )
    for way, headers in ways(text).items():
        assert ask("/desktop/", accept="text/html", **headers).status_code == 200, way
        assert seen.pop() == ("wang", ["figures"]), way


def test_it_costs_one_question_and_none_where_there_is_none(wang: User, django_assert_num_queries: Any) -> None:
    text = token(wang)
    ask(authorization=f"Bearer {text}")  # "last used" is written

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok" if request.token is None else request.token.user.username)  # type: ignore[attr-defined]

    from django.test import RequestFactory

    took = bearer.take(view)
    with django_assert_num_queries(1):
        assert took(RequestFactory().get("/tiles/x", headers={"authorization": f"Bearer {text}"})).content == b"wang"
    with django_assert_num_queries(0):
        assert took(RequestFactory().get("/tiles/x")).content == b"ok"
        assert took(RequestFactory().get("/", headers={"authorization": f"Bearer {text}"})).content == b"ok"


def test_its_secret_is_kept_nowhere(wang: User) -> None:
    text = token(wang)
    row = PersonalToken.objects.values().get()
    secret = text.rpartition(row["public_id"] + "_")[2]
    assert len(secret) == 43 and not any(secret in str(value) for value in row.values())


def spoilt(user: User, how: str) -> str:
    text = token(user)
    row = PersonalToken.objects.latest("pk")
    if how == "expired":
        PersonalToken.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "revoked":
        tokens.revoke(PersonalToken.objects.filter(pk=row.pk))
    elif how == "closed":
        User.objects.filter(pk=user.pk).update(is_active=False)
    elif how == "wrong secret":
        text = text[:-1] + ("A" if text[-1] != "A" else "B")
    elif how == "cut short":
        text = text[:-1]
    elif how == "nobody's":
        text = text.replace(row.public_id, "zzzzzzzzzz")
    elif how == "of somebody else":
        return f"ghp_{'x' * 36}"
    return text


@pytest.mark.parametrize(
    ("how", "title", "outcome"),
    [
        ("expired", "令牌已到期", "token_expired"), ("revoked", "令牌已撤销", "token_revoked"),
        ("closed", "账号已停用", "token_closed"), ("wrong secret", "令牌不对", "token_wrong"),
        ("cut short", "令牌不对", "token_wrong"), ("nobody's", "令牌不对", "token_wrong"),
        ("of somebody else", "令牌不对", "token_wrong"),
    ],
)  # fmt: skip
def test_each_refusal_says_which_it_is_and_is_in_the_journal(
    wang: User, how: str, title: str, outcome: str, caplog: pytest.LogCaptureFixture
) -> None:
    text = spoilt(wang, how)
    caplog.set_level(logging.INFO)
    answer = ask(authorization=f"Bearer {text}")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert (answer.json()["title"] == title and "/account/" in answer.json()["detail"]) or how == "closed"
    assert answer["WWW-Authenticate"].startswith('Bearer realm="Shuitu"') and answer["Cache-Control"] == "no-store"
    (line,) = (r.getMessage() for r in caplog.records if r.name == "shuitu.login")
    known = how in ("expired", "revoked", "closed")
    assert line == f'outcome={outcome} account="{"wang" if known else ""}" address=192.0.2.1'
    assert text not in line
    english = ask(authorization=f"Bearer {text}", accept_language="en").json()["title"]
    assert re.fullmatch(r"The (token|account) .*", english)


def test_what_is_revoked_is_refused_at_the_next_request(wang: User) -> None:
    text = token(wang)
    assert ask(x_api_key=text).status_code == 200
    tokens.revoke(PersonalToken.objects.all())
    assert ask(x_api_key=text).status_code == 401


def test_the_password_of_an_account_is_not_taken(wang: User) -> None:
    answer = ask(authorization=basic("wang", GOOD))
    assert answer.status_code == 401 and answer["WWW-Authenticate"].startswith("Basic ")
    assert answer.json()["title"] == "这里不收登录密码" and "个人令牌" in answer.json()["detail"]


def test_what_is_no_token_of_ours_and_no_password_is_left_to_others(wang: User) -> None:
    for given in ("Negotiate YIIabc", 'Digest username="x"', ""):
        assert ask(authorization=given).status_code == 200, given
    assert ask(authorization="Basic not-base64!").status_code == 401


def test_an_address_that_sends_wrong_ones_is_slowed_and_good_ones_are_not(wang: User) -> None:
    text = token(wang)
    answers = [ask(authorization=f"Bearer shuitu_{n}") for n in range(25)]
    assert [each.status_code for each in answers[:20]] == [401] * 20
    assert answers[-1].status_code == 429 and int(answers[-1]["Retry-After"]) > 0
    assert answers[-1].json()["title"] == "错误的令牌太多，请稍等"
    assert ask(authorization=f"Bearer {text}").status_code == 200
    assert Client(REMOTE_ADDR="192.0.2.9").get(READ, headers={"authorization": "Bearer x"}).status_code == 401


@pytest.mark.parametrize("address", ["/admin/", "/desk/", "/account/", "/account/password"])
def test_it_opens_nothing_but_what_is_read(address: str) -> None:
    chief = User.objects.create_superuser("chief", password=GOOD)
    for headers in ways(token(chief)).values():
        answer = ask(address, **headers)
        assert answer.status_code == 403 and "令牌不能用在这里" in answer.content.decode()
    assert ask(address, authorization=basic("chief", GOOD)).status_code == 302  # as if it were not there
    assert not Session.objects.exists()


def test_it_sends_and_changes_nothing(wang: User) -> None:
    text = token(wang)
    found = Client().post("/ogc/collections/well/search", {}, "application/json", headers={"x-api-key": text})
    assert found.status_code == 200
    for address in ("/reports/make", "/reports/issued/1/step"):
        answer = ask(address, "post", authorization=f"Bearer {text}", accept="application/json")
        assert answer.status_code == 403, address


def test_last_used_is_written_now_and_then(wang: User, django_assert_num_queries: Any) -> None:
    text = token(wang)
    ask(x_api_key=text)
    first = PersonalToken.objects.get().last_used_at
    ask(x_api_key=text)
    assert first and PersonalToken.objects.get().last_used_at == first
    PersonalToken.objects.update(last_used_at=first - timedelta(minutes=6))
    ask(x_api_key=text)
    assert PersonalToken.objects.get().last_used_at > first


def test_a_program_that_waits_to_be_asked_is_asked(wang: User) -> None:
    """ArcGIS Pro sends name and password only after 401 with a challenge."""
    text = token(wang)
    asked = ask("/ogc/?login=basic")
    assert asked.status_code == 401 and asked["WWW-Authenticate"] == 'Basic realm="Shuitu", charset="UTF-8"'
    told = ask("/ogc/?login=basic&f=json", authorization=basic("wang", text))
    assert told.status_code == 200 and told["Content-Type"].startswith("application/json")
    assert "login=basic" not in told.content.decode()


def test_what_is_told_to_a_token_is_nobody_elses_to_keep(wang: User) -> None:
    address = "/tiles/district/0/0/0.pbf"
    assert "public" in ask(address)["Cache-Control"]
    assert "public" not in ask(address, x_api_key=token(wang))["Cache-Control"]


# The page.


def make(client: Client, **form: Any) -> Any:
    return client.post(
        "/account/tokens/make", {"name": "QGIS", "scope": ["figures"], "days": "90", "password": GOOD, **form}
    )


def test_it_is_made_with_the_password_and_shown_once(wang: User) -> None:
    client = come_in()
    page = make(client)
    text = re.search(r"<code>(shuitu_\w{10}_[\w-]{43})</code>", page.content.decode())
    assert text and page["Cache-Control"] == "no-store"
    assert ask(x_api_key=text[1]).status_code == 200
    home = client.get("/account/").content.decode()
    assert text[1] not in home and "QGIS" in home
    row = PersonalToken.objects.get()
    assert row.scope == ["figures"] and timedelta(days=89) < row.expires_at - timezone.now() <= timedelta(days=90)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "起个名字"), ({"scope": []}, "至少选一项"), ({"scope": ["everything"]}, "至少选一项"),
        ({"password": "wrong"}, "当前密码不对"),
    ],
)  # fmt: skip
def test_what_is_lacking_is_told(wang: User, wrong: dict[str, Any], said: str) -> None:
    assert said in make(come_in(), **wrong).content.decode()
    assert not PersonalToken.objects.exists()


def test_none_lasts_longer_than_a_year(wang: User) -> None:
    client = come_in()
    for days in ("365", "36500", "-1", "x"):
        make(client, days=days)
    assert max(t.expires_at - t.made_at for t in PersonalToken.objects.all()) == timedelta(days=365)
    assert tokens.make(wang, "x", ("figures",), 10**6)[0].expires_at <= timezone.now() + timedelta(days=365)


def test_one_revokes_ones_own_alone(wang: User) -> None:
    token(wang)
    person("li")
    number = PersonalToken.objects.get().pk
    assert come_in("li").post("/account/tokens/revoke", {"token": number}).status_code == 404
    assert come_in().post("/account/tokens/revoke", {"token": number}, follow=True).status_code == 200
    assert PersonalToken.objects.get().revoked_at


def test_there_is_an_end_to_their_number(wang: User) -> None:
    for _ in range(tokens.MOST):
        token(wang)
    assert "不能再多" in make(come_in()).content.decode()


def test_the_page_of_desktops_tells_each_with_ones_own_name_and_no_secret(wang: User) -> None:
    token(wang)
    client = come_in()
    text = client.get("/desktop/").content.decode()
    assert "wang" in text and "shuitu_TOKEN" in text and "http://testserver/ogc/" in text
    assert PersonalToken.objects.get().public_id not in text
    assert "/account/login?next=" in browser().get("/desktop/").content.decode()
