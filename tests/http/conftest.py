"""What tests of the administration start from: a superuser's browser, and the little city."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests import factories as make
from tests.behind import all_behind  # noqa: F401  # of every test here, if asked for


@pytest.fixture
def admin(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("chief"))
    return client


@pytest.fixture
def grid(db: None) -> make.Grid:
    return make.make_grid()
