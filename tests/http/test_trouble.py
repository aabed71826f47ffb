"""What goes wrong is said in the asker's language: a page of ours to a person, a problem body to a program."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest
from django.test import Client, RequestFactory
from psycopg import errors as pg_errors

from geoapp import logs
from geoapp.database.watch import Gone, NoneFree
from geoapp.problems import hosts, words
from geoapp.problems.cause import trouble_of
from geoapp.problems.language import asked_language

pytestmark = pytest.mark.django_db
DJANGO = ("Django", "Traceback", "<h1>Not Found", "<h1>Bad Request", "<h1>Server Error", "403 Forbidden", "CSRF")
TROUBLES = [each for each in vars(words).values() if isinstance(each, words.Trouble)]


@pytest.fixture
def asker() -> Client:
    """A client that is answered as a stranger is, also when something raises."""
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def page(response: Any, trouble: words.Trouble, language: str) -> str:
    """A page of ours, whole in itself, in that language."""
    text = str(response.content.decode())
    assert response.status_code == trouble.status, text[:300]
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert f"<h1>{trouble.told(language).title}</h1>" in text
    assert f'<html lang="{"en" if language == "en" else "zh-CN"}"' in text
    assert response["Content-Language"] == ("en" if language == "en" else "zh-CN")
    assert not [word for word in DJANGO if word in text]
    # Nothing has to be fetched for it: no asset, no script, no style sheet.
    assert not re.findall(r"<script|<link (?!rel=\"icon\" href=\"data:,\")|<img|src=|url\(", text)
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert response["X-Request-Id"] in text
    return text


def problem(response: Any, trouble: words.Trouble, language: str) -> dict[str, Any]:
    assert response.status_code == trouble.status, response.content[:300]
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert set(body) - {"allowed"} == {"type", "title", "status", "detail", "request_id"}
    assert body["request_id"] == response["X-Request-Id"]
    assert body["status"] == trouble.status
    assert body["title"] == trouble.told(language).title
    assert not [word for word in DJANGO if word in response.content.decode()]
    return body


LANGUAGES = [
    ("", "", "zh"),
    ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
    ("", "en-US,en;q=0.9,zh-CN;q=0.8", "en"),
    ("", "fr-FR,fr;q=0.9", "zh"),
    ("", "fr-FR,fr;q=0.9,en;q=0.5", "en"),
    ("lang=en", "zh-CN", "en"),
    ("lang=zh", "en", "zh"),
    ("lang=xx", "en", "en"),
    ("", "\x00;;q=,,,*", "zh"),
]


@pytest.mark.parametrize(("query", "header", "language"), LANGUAGES)
def test_the_language_is_the_askers(query: str, header: str, language: str) -> None:
    request = RequestFactory().get(f"/nothing?{query}", headers={"accept-language": header})
    assert asked_language(request) == language


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["/nothing-here", "/admin-nothing", "/reports/nothing", "/objects/well"])
def test_what_is_not_there(asker: Client, path: str, language: str) -> None:
    text = page(asker.get(path, {"lang": language}), words.NOT_FOUND, language)
    assert path in text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["/api/nothing", "/ogc/nothing", "/tiles/nothing", "/feeds/a/b", "/healthz/x"])
def test_what_is_not_there_told_to_a_program(asker: Client, path: str, language: str) -> None:
    body = problem(asker.get(path, headers={"accept-language": language}), words.NOT_FOUND, language)
    assert path in body["detail"] and body["allowed"]


def test_an_address_is_repeated_as_text_and_not_whole(asker: Client) -> None:
    text = page(asker.get("/<script>alert(1)</script>" + "x" * 3000), words.NOT_FOUND, "zh")
    assert "&lt;script&gt;" in text and "x" * 300 not in text


def test_who_asks_for_json_gets_a_problem_and_who_reads_pages_a_page(asker: Client) -> None:
    problem(asker.get("/nothing", headers={"accept": "application/json"}), words.NOT_FOUND, "zh")
    page(asker.get("/ogc/nothing", headers={"accept": "text/html,*/*;q=0.8"}), words.NOT_FOUND, "zh")
    problem(asker.get("/api/nothing", headers={"accept": "text/html,*/*;q=0.8"}), words.NOT_FOUND, "zh")


RAISED = [
    (BadRequest("x"), words.BAD_REQUEST),
    (PermissionDenied("x"), words.DENIED),
    (Http404("x"), words.NOT_FOUND),
    (RuntimeError("SELECT secret"), words.FAULT),
    (OperationalError("server closed the connection"), words.DATABASE_GONE),
]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("error", "trouble"), RAISED, ids=[type(error).__name__ for error, _ in RAISED])
def test_what_a_view_raises(
    asker: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, trouble: words.Trouble, language: str
) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise error

    monkeypatch.setattr("geoapp.web.views._page", fail)
    monkeypatch.setattr("layers.feeds.views.find", fail)
    headers = {"accept-language": language}
    text = page(asker.get("/about", headers=headers), trouble, language)
    assert "secret" not in text
    answered = asker.get("/api/search?q=a", headers=headers)
    if trouble.status in (403, 404):  # REST framework's own, in the API's words
        assert (answered.status_code, answered["Content-Type"]) == (trouble.status, "application/problem+json")
    else:
        problem(answered, trouble, language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_form_without_its_token(asker: Client, language: str) -> None:
    headers = {"accept-language": language}
    for path in ("/account/login", "/reports/make"):
        page(asker.post(path, {"x": "1"}, headers=headers), words.NO_TOKEN, language)
    told = asker.post("/reports/make", {"x": "1"}, headers={**headers, "accept": "application/json"})
    problem(told, words.NO_TOKEN, language)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["/", "/about", "/healthz", "/api/meta", "/tiles/well.json", "/feeds/", "/ogc/"])
def test_a_method_that_is_not_taken(asker: Client, path: str, language: str) -> None:
    response = asker.post(f"{path}?lang={language}")
    response = response if response.status_code == 405 else Client().post(f"{path}?lang={language}")
    assert "GET" in response["Allow"]
    if path in ("/", "/about"):
        page(response, words.WRONG_METHOD, language)
    elif path == "/api/meta":  # REST framework's own
        assert response["Content-Type"] == "application/problem+json"
    else:
        assert "GET" in problem(response, words.WRONG_METHOD, language)["detail"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_too_much(asker: Client, settings: Any, language: str) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5
    client = Client(raise_request_exception=False)
    headers = {"accept-language": language}
    page(client.post("/reports/make", {"x": "1" * 2000}, headers=headers), words.TOO_LARGE, language)
    page(client.post("/reports/make", {f"x{i}": "1" for i in range(9)}, headers=headers), words.TOO_LARGE, language)


def test_a_broken_upload_is_a_bad_request() -> None:
    client = Client(raise_request_exception=False)
    response = client.generic("POST", "/reports/make", b"not parts", content_type="multipart/form-data; boundary=")
    page(response, words.BAD_REQUEST, "zh")


# The host.


@pytest.fixture
def host_lines(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    hosts._logged.clear()
    caplog.set_level(logging.INFO)
    return caplog


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_wrong_host_is_told_what_allows_it(
    asker: Client, settings: Any, language: str, host_lines: pytest.LogCaptureFixture
) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    headers = {"host": "map.example:8000", "accept-language": language}
    text = page(asker.get("/", headers=headers), words.WRONG_HOST, language)
    assert "“map.example:8000”" in text
    assert "ALLOWED_HOSTS=localhost,127.0.0.1,map.example ./shuitu up" in text
    assert "ALLOWED_HOSTS" in problem(asker.get("/api/meta", headers=headers), words.WRONG_HOST, language)["detail"]


def test_a_wrong_host_is_logged_once_an_hour_and_without_a_trace(
    asker: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, host_lines: pytest.LogCaptureFixture
) -> None:
    settings.ALLOWED_HOSTS = ["map.water.example"]
    for _ in range(5):
        asker.get("/", headers={"host": "one.example"})
    asker.get("/", headers={"host": "two.example"})
    lines = [record for record in host_lines.records if record.name == "shuitu.host"]
    assert [record.args[0] for record in lines] == ["one.example", "two.example"]  # type: ignore[index]
    assert "ALLOWED_HOSTS=map.water.example,one.example ./shuitu up" in lines[0].getMessage()
    assert not any(record.exc_info for record in lines)
    hosts._logged["one.example"] -= hosts.HOUR_SECONDS
    asker.get("/", headers={"host": "one.example"})
    assert len([record for record in host_lines.records if record.name == "shuitu.host"]) == 3


def test_names_that_are_allowed_are_not_told_to_a_stranger(asker: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["inner.water.example", "localhost"]
    text = page(asker.get("/", headers={"host": "other.example"}), words.WRONG_HOST, "zh")
    assert "inner.water.example" not in text and "已经登记的网址要一并写上" in text


@pytest.mark.parametrize(
    "host",
    ["<script>alert(1)</script>", "a b", "$(reboot).example", "a;reboot", "x" * 3000, "[::1", "", "\udcff", "{way}"],
)
def test_a_host_that_is_no_name_stands_in_no_command(
    asker: Client, settings: Any, host: str, host_lines: pytest.LogCaptureFixture
) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    text = page(asker.get("/", HTTP_HOST=host), words.WRONG_HOST, "zh")
    assert "./shuitu up" not in text and "<script>" not in text and "x" * 200 not in text
    assert len([record for record in host_lines.records if record.name == "shuitu.host"]) <= 1


def test_invented_hosts_fill_neither_memory_nor_log(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts._logged.clear()
    for i in range(hosts.KEPT + 50):
        hosts.tell_operator(f"h{i}.example")
    assert len(hosts._logged) == hosts.KEPT


# The database, as far as it can be told without taking it away; test_database_down takes it away.


def caused(cause: Exception) -> OperationalError:
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (caused(Gone("x")), words.DATABASE_GONE),
        (caused(NoneFree("x")), words.BUSY),
        (caused(pg_errors.QueryCanceled("x")), words.TOO_SLOW),
        (caused(pg_errors.AdminShutdown("x")), words.DATABASE_GONE),
        (caused(pg_errors.CannotConnectNow("x")), words.DATABASE_GONE),
        (caused(pg_errors.TooManyConnections("x")), words.DATABASE_GONE),
        (caused(pg_errors.DeadlockDetected("x")), words.BUSY),
        (caused(pg_errors.IoError("x")), words.FAULT),
        (InterfaceError("connection already closed"), words.DATABASE_GONE),
        (InterfaceError("cursor already closed"), words.FAULT),
        (ValueError("x"), words.FAULT),
        (None, words.FAULT),
    ],
)
def test_what_an_error_of_the_database_means(error: BaseException | None, trouble: words.Trouble) -> None:
    assert trouble_of(error) is trouble


def test_a_statement_that_was_cut_off_is_too_slow_wherever_it_ran() -> None:
    with pytest.raises(OperationalError) as caught, connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '20ms'; SELECT pg_sleep(5)")
    assert trouble_of(caught.value) is words.TOO_SLOW


def test_health_tells_the_process_from_the_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"
    response = client.get("/healthz/database")
    assert (response.status_code, response.json()) == (200, {"database": "ok"})


def test_a_database_that_is_away_is_not_logged_once_a_request(caplog: pytest.LogCaptureFixture) -> None:
    known = logs.Unknown()

    def record(error: Exception) -> logging.LogRecord:
        return logging.LogRecord("django.request", logging.ERROR, "", 0, "x", None, (type(error), error, None))

    assert not known.filter(record(caused(Gone("x"))))
    slow = record(caused(pg_errors.QueryCanceled("x")))
    assert known.filter(slow) and slow.exc_info is None
    fault = record(RuntimeError("x"))
    assert known.filter(fault) and fault.exc_info is not None


OF_TOKENS = [each for name, each in vars(words).items() if name.startswith("TOKEN_") or name == "NO_PASSWORD_HERE"]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_trouble_is_said_in_both_languages_and_in_plain_words(trouble: words.Trouble) -> None:
    for told in (trouble.told("zh"), trouble.told("en")):
        assert told.title and told.detail
        said = told.title + told.detail
        if trouble in OF_TOKENS:  # which their owners have made, and know by that name
            said = re.sub("(?i)token", "", said)
        assert not re.search(r"CSRF|token|HTTP|exception|traceback|SQL|psycopg|请求体", said, re.I)
    assert re.search("[一-鿿]", trouble.title.zh + trouble.detail.zh)
    assert not re.search("[一-鿿]", trouble.title.en + trouble.detail.en)
    assert not (trouble.by_itself and trouble.retry_seconds is None)


def test_a_page_of_a_form_does_not_send_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from geoapp.problems.answers import answer

    def told(request: HttpRequest) -> str:
        return answer(request, words.DATABASE_GONE).content.decode()

    assert 'http-equiv="refresh"' in told(RequestFactory().get("/"))
    assert 'http-equiv="refresh"' not in told(RequestFactory().post("/"))
