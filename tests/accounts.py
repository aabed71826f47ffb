"""People, their browsers and their tokens, for tests of who may come in."""

from __future__ import annotations

import base64
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from geoapp.accounts import tokens

GOOD, OTHER, WRONG = "correct horse battery", "泵站在河东边第三个路口", "wrong"
LOGIN = "/account/login"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
OFFICE, ELSEWHERE = "192.0.2.1", "203.0.113.77"


def person(name: str = "wang", **more: Any) -> User:
    return User.objects.create_user(name, password=GOOD, **more)


def browser(agent: str = CHROME, address: str = OFFICE, **more: Any) -> Client:
    return Client(headers={"user-agent": agent}, REMOTE_ADDR=address, **more)


def come_in(name: str = "wang", password: str = GOOD, **more: Any) -> Client:
    """A browser that somebody logged in with, by the form."""
    made = browser(**more)
    answer = made.post(LOGIN, {"username": name, "password": password})
    assert answer.status_code == 302, answer.content.decode()
    return made


def token(user: User, *scope: str, days: int = 30) -> str:
    return tokens.make(user, "QGIS", scope or ("figures", "objects"), days)[1]


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def ways(text: str) -> dict[str, dict[str, str]]:
    """By the program: what it sends."""
    return {
        "curl, GDAL_HTTP_HEADERS": {"authorization": f"Bearer {text}"},
        "a sloppy one": {"authorization": f"bearer  {text} "},
        "QGIS and ArcGIS Pro Basic": {"authorization": basic("wang", text)},
        "without a name": {"authorization": basic("", text)},
        "as the name": {"authorization": basic(text, "")},
        "QGIS API Header": {"x-api-key": text},
        "QGIS EsriToken": {"x-esri-authorization": f"Bearer {text}"},
    }
