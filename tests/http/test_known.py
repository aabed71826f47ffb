"""Who a session was found to be is kept, and asked for again when anything that decides it has changed: a right that is taken away is
gone at the next request, and one that stays costs none of the database's time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from geoapp.accounts import known, sessions
from geoapp.accounts.models import Account, Session
from layers.models import Grant, Region, RightsChange, Role
from tests import factories as make
from tests.accounts import CHROME, ELSEWHERE, FIREFOX, OFFICE, browser, come_in, person
from tests.rights_city import choose, give

pytestmark = pytest.mark.django_db
WELLS = "/api/layers/well/features"
SEARCH = "/api/search?q=%E6%B0%B4"
GONE = (401, 403, 404)


@pytest.fixture
def wang(db: None) -> User:
    """Who may see wells though the site is closed, until something changes."""
    make.make_grid()
    choose("closed")
    user = person()
    give(user, (("figures", "objects"), "11"))
    return user


def statements(client: Client, address: str = WELLS) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in asked]


@pytest.mark.parametrize("address", [WELLS, SEARCH, "/api/layers", "/tiles/well.json"])
def test_a_warm_answer_asks_no_more_for_an_account_than_for_anybody(wang: User, address: str) -> None:
    client = come_in()
    for one in (client, client):
        first = len(statements(one, address))
    assert any("accounts_session" in text for text in statements(come_in(), address)), (
        "a session of another browser is looked at"
    )
    choose("open")
    stranger = browser()
    for _ in range(2):
        everybody = len(statements(stranger, address))
        statements(client, address)
    assert len(statements(client, address)) == everybody <= first


TAKEN: dict[str, Callable[[User], object]] = {
    "its grant": lambda user: Grant.objects.filter(account=user).delete(),
    "what its role means": lambda user: Role.objects.filter(grants__account=user).update(capabilities=["figures"]),
    "its region": lambda user: (
        Region.objects.filter(code="11").update(valid_to=make.ReleaseFactory()),
        make.publish("region"),
    ),
    "the account": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "its password": lambda user: (user.set_password("another 泵站 password"), user.save()),
    "the session, ended": lambda user: sessions.end_all(user, "own"),
    "the session, deleted": lambda user: Session.objects.all().delete(),
}


@pytest.mark.parametrize("what", TAKEN)
def test_what_is_taken_away_is_gone_at_the_next_request(wang: User, what: str) -> None:
    client = come_in()
    assert [client.get(WELLS).status_code for _ in range(3)] == [200, 200, 200]
    TAKEN[what](wang)
    assert client.get(WELLS).status_code in GONE


@pytest.mark.parametrize("what", TAKEN)
def test_also_when_it_is_taken_after_the_account_was_recalled(
    wang: User, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's change is committed between the two: the answer's snapshot has it."""
    client = come_in()
    assert client.get(WELLS).status_code == 200
    recall, taken = known.recall, []

    def then_taken(request: Any) -> Any:
        found = recall(request)
        if not taken:
            assert found is not None
            taken.append(TAKEN[what](wang))
        return found

    monkeypatch.setattr(known, "recall", then_taken)
    assert client.get(WELLS).status_code in GONE
    assert taken


def test_what_is_given_is_there_at_the_next_request(wang: User) -> None:
    Grant.objects.all().delete()
    client = come_in()
    assert [client.get(WELLS).status_code for _ in range(2)] == [403, 403]
    give(wang, (("figures", "objects"), "11"))
    assert client.get(WELLS).status_code == 200
    Grant.objects.all().delete()
    User.objects.filter(pk=wang.pk).update(is_superuser=True)
    assert client.get(WELLS).status_code == 200
    User.objects.filter(pk=wang.pk).update(is_superuser=False)
    assert client.get(WELLS).status_code == 403


def test_a_change_that_is_taken_back_leaves_nothing(wang: User) -> None:
    from django.db import transaction

    client = come_in()
    assert client.get(WELLS).status_code == 200
    with transaction.atomic():
        Grant.objects.all().delete()
        assert client.get(WELLS).status_code == 403
        transaction.set_rollback(True)
    assert client.get(WELLS).status_code == 200


def test_what_was_found_within_a_change_that_is_taken_back_is_not_found_after_the_next(wang: User) -> None:
    from django.db import transaction

    client = come_in()
    with transaction.atomic():
        give(wang, (("personal",), "11"))
        assert client.get("/api/layers/water_user/features").status_code == 200
        transaction.set_rollback(True)
    give(wang, (("figures",), "11"))
    assert client.get("/api/layers/water_user/features").status_code in GONE


@pytest.mark.parametrize(
    ("agent", "address", "status"), [(CHROME, ELSEWHERE, 200), (FIREFOX, OFFICE, 200), (FIREFOX, ELSEWHERE, 401)]
)
def test_from_another_place_a_session_is_looked_at(wang: User, agent: str, address: str, status: int) -> None:
    client = come_in()
    assert client.get(WELLS).status_code == 200
    other = browser(agent, address)
    other.cookies["sessionid"] = client.cookies["sessionid"].value
    with CaptureQueriesContext(connection) as asked:
        assert other.get(WELLS).status_code == status
    assert any("accounts_session" in query["sql"] for query in asked)


def test_it_is_kept_no_longer_than_the_last_use_is_not_written(wang: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that an hour without a page ends a session as before, and a working day does."""
    client = come_in()
    statements(client)
    before = Session.objects.get().seen_at
    assert before is not None

    class Later:
        @staticmethod
        def time() -> float:
            return before.timestamp() + sessions.WRITE_SECONDS + 2  # type: ignore[union-attr]

    monkeypatch.setattr(known, "time", Later)
    monkeypatch.setattr(sessions, "time", Later)
    assert any("accounts_session" in text for text in statements(client))
    seen = Session.objects.get().seen_at
    assert seen is not None and seen > before


def test_who_has_to_change_a_password_first_is_nobody_however_often_he_asks(wang: User) -> None:
    Account.objects.create(user=wang, must_change=True)
    client = come_in()
    assert [client.get(WELLS).status_code for _ in range(3)] == [401, 401, 401]


def test_coming_in_and_going_on_tell_nobody_of_a_change() -> None:
    """Else every log-in had every account found anew."""
    person()
    before = set(RightsChange.objects.values_list("kind", "number"))
    client = come_in()
    client.get("/account/")
    assert set(RightsChange.objects.values_list("kind", "number")) == before
