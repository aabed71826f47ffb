"""A city that stands for all tests of a module: made once, and as it was made whenever one of them begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests import databases, warm_reader


def standing(make: Callable[[Path], Any]) -> Any:
    """A module's fixture: what ``make`` makes, whose files lie in the folder that it is given.

    It is in a transaction that every test's own lies within, and which is undone. So all tests of the module use it, and none
    is `django_db` with ``transaction=True``.
    """

    @pytest.fixture(scope="module")
    def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
        folder = tmp_path_factory.mktemp("city")
        with django_db_blocker.unblock(), transaction.atomic():
            with override_settings(STATE_DIR=folder, OPEN_TO_ALL=()), pytest.MonkeyPatch.context() as patch:
                patch.setattr("layers.ingest.apart._start", warm_reader.start)
                made = make(folder)
                databases.know_rows()
            yield made
            transaction.set_rollback(True)

    return world
