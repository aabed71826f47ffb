"""The report in the browser: its figures are read where it is asked for, and drawn in the process beside."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import pytest
from django.test import Client

from geoapp.beside import helper
from geoapp.reports import document, kinds
from layers.slots import slot
from tests.factories import DISTRICT
from tests.report_city import make_city

pytestmark = pytest.mark.django_db
URL = f"/reports/preview?region={DISTRICT}&period="


@pytest.fixture(autouse=True)
def _city() -> None:
    make_city()


def test_it_is_drawn_in_no_web_process(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "draw", None)
    told = client.get(f"{URL}2019")
    assert told.status_code == 200 and told.content.count(b"data:image/svg+xml") > 5
    assert client.get(f"{URL}2019", headers={"if-none-match": told["ETag"]}).status_code == 304


@pytest.mark.parametrize(("lang", "said"), [("zh", "报告没有画完，请再试一次"), ("en", "The report was not finished")])
def test_a_crash_costs_one_asker_an_answer(lang: str, said: str, client: Client) -> None:
    assert client.get(f"{URL}2018").status_code == 200  # it runs
    process = helper._ours._process
    assert process

    def kill() -> None:
        while not helper._ours._turn.locked():
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)

    os.kill(process.pid, signal.SIGSTOP)  # or it might be quicker
    threading.Thread(target=kill).start()
    refused = client.get(f"{URL}2019&lang={lang}")
    assert (refused.status_code, refused["Retry-After"], refused["Cache-Control"]) == (503, "5", "no-store")
    assert said in refused.content.decode()
    assert client.get(f"{URL}2019&lang={lang}").status_code == 200


@pytest.mark.parametrize(("lang", "said"), [("zh", "正在为别人绘制报告，请稍后再试"), ("en", "drawn for others")])
def test_who_finds_no_place_is_told_to_come_again(
    lang: str, said: str, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BESIDE_SLOTS = 1
    monkeypatch.setattr(helper, "PATIENCE_S", 0.1)
    with slot(helper.ROOM, 1, 0):
        refused = client.get(f"{URL}2019&lang={lang}")
    assert (refused.status_code, refused["Retry-After"]) == (503, "10") and said in refused.content.decode()


def test_a_fault_of_ours_is_a_fault(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would fail again is no reason to ask again."""
    monkeypatch.setattr(kinds, "preview", document.pdf)  # given what it knows nothing of
    client.raise_request_exception = False
    assert client.get(f"{URL}2019").status_code == 500
