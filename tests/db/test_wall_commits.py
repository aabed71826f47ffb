"""The second wall over transactions that are committed, and statements outside of any."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from layers import access
from layers.models import Well
from layers.wall import lifted
from tests import factories as make
from tests.behind import behind_the_wall

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_told_outside_of_a_transaction_is_not_thought_told_inside() -> None:
    """A save in the administration begins with statements of the session, outside of its transaction."""
    make.WellFactory()
    with behind_the_wall(), access.one_moment() as moment:
        moment._rights = access.Rights()
        for _ in range(2):
            with lifted("a test"):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
                with transaction.atomic():
                    assert Well.objects.update(name="x") == 1
                assert Well.objects.count() == 1
            assert Well.objects.count() == 0
            with transaction.atomic():
                assert Well.objects.count() == 0
