"""From where a request came, and how a line of log looks."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from geoapp.address import address_of, network, parse_proxies
from geoapp.env import BadSetting
from geoapp.logs import LogLine, iso, one_line

PROXIES = ["10.0.0.0/8", "::1"]


@pytest.mark.parametrize(
    ("address", "asker", "place"),
    [
        ("192.0.2.7", "192.0.2.7", "192.0.2.0/24"),
        ("192.0.2.255", "192.0.2.255", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64", "2001:db8:1::/48"),  # a neighbour at the same place
        ("::1", "::/64", "::/48"),
        ("", "", ""),  # over a Unix socket
        ("unix:", "unix:", "unix:"),
    ],
)
def test_an_address_is_of_one_asker_and_at_one_place(address: str, asker: str, place: str) -> None:
    assert (network(address), network(address, v4=24, v6=48)) == (asker, place)


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "address"),
    [
        ("192.0.2.7", None, [], "192.0.2.7"),
        ("192.0.2.7", "1.1.1.1", [], "192.0.2.7"),  # nobody is believed unless it is said
        ("192.0.2.7", "1.1.1.1", PROXIES, "192.0.2.7"),  # nor who is no proxy
        ("10.0.0.1", "192.0.2.9", PROXIES, "192.0.2.9"),
        ("10.0.0.1", "6.6.6.6, 192.0.2.9", PROXIES, "192.0.2.9"),  # what the asker wrote stands left
        ("10.0.0.1", "6.6.6.6, 192.0.2.9, 10.0.0.2", PROXIES, "192.0.2.9"),  # through two proxies
        ("10.0.0.1", "10.0.0.9", PROXIES, "10.0.0.9"),
        ("10.0.0.1", "", PROXIES, "10.0.0.1"),
        ("10.0.0.1", "nonsense", PROXIES, "10.0.0.1"),
        ("10.0.0.1", "192.0.2.9, nonsense", PROXIES, "10.0.0.1"),
        ("10.0.0.1", "192.0.2.9:5311", PROXIES, "192.0.2.9"),
        ("10.0.0.1", "[2001:db8::1]:5311", PROXIES, "2001:db8::1"),
        ("::1", "2001:db8::2", PROXIES, "2001:db8::2"),
        ("::ffff:10.0.0.1", "192.0.2.9", PROXIES, "192.0.2.9"),
        ("", "192.0.2.9", PROXIES, ""),  # a Unix socket that nobody vouches for
        ("", "192.0.2.9", ["unix"], "192.0.2.9"),
        ("", None, ["unix"], ""),
        ("192.0.2.7\n", "x", [], "192.0.2.7"),
    ],
)
def test_the_address_is_what_can_be_known(peer: str, forwarded: str | None, proxies: list[str], address: str) -> None:
    assert address_of(peer, forwarded or "", parse_proxies(proxies)) == address


@pytest.mark.parametrize("name", ["proxy.example", "10.0.0.0/99", "*", "10.0.0.1/8"])
def test_a_proxy_is_an_address_or_a_network(name: str) -> None:
    with pytest.raises(BadSetting, match="TRUSTED_PROXIES"):
        parse_proxies([name])


@pytest.fixture
def elsewhere() -> Iterator[None]:
    """The machine is in another zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "America/New_York"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


def line(message: str, *args: object) -> str:
    record = logging.LogRecord("shuitu.x", logging.INFO, "", 0, message, args, None)
    record.created = 1_772_323_200.25
    return LogLine().format(record)


def test_a_line_has_its_time_with_zone_whatever_the_machine_says(elsewhere: None) -> None:
    assert iso(0) == "1970-01-01T08:00:00.000+08:00"
    assert line("a %s", "b") == "2026-03-01T08:00:00.250+08:00 INFO shuitu.x a b"


@pytest.mark.parametrize("text", ["a\r\nb", "a\nb", "a\x1b[2Jb", "a\x00b", "a\x85b", "a\u2028b", "a\x7fb"])
def test_what_is_logged_stays_on_its_line(text: str) -> None:
    assert len(line("%s", text).splitlines()) == 1
    assert one_line(text).isprintable() and one_line(text) != text


def test_chinese_and_quotes_are_left_as_they_are() -> None:
    assert one_line('水"务') == '水"务'


def test_a_trace_follows_on_lines_of_its_own() -> None:
    try:
        raise RuntimeError("x")
    except RuntimeError as error:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "m", (), (type(error), error, error.__traceback__))
    assert "\nTraceback" in LogLine().format(record)


@pytest.mark.parametrize(
    "given", [{}, {"HTTPS": "1"}, {"HTTPS": "1", "TRUSTED_PROXIES": "10.0.0.1"}, {"TRUSTED_PROXIES": "unix"}]
)
def test_django_believes_no_forwarded_header_itself(given: dict[str, str]) -> None:
    """gunicorn reads them, of trusted proxies alone; behind HTTPS the launcher's own look is from this machine."""
    said = (
        "from geoapp import settings as s; from geoapp.serving import conf as c;"
        "print(hasattr(s, 'SECURE_PROXY_SSL_HEADER'), hasattr(s, 'USE_X_FORWARDED_HOST'), c.secure_scheme_headers,"
        " c.forwarded_allow_ips, sep='|')"
    )
    kept = {name: text for name, text in os.environ.items() if name not in ("HTTPS", "TRUSTED_PROXIES")}
    done = subprocess.run(
        [sys.executable, "-c", said], env={**kept, **given}, capture_output=True, text=True, check=True
    )
    secure, host, headers, peers = done.stdout.strip().split("|")
    assert (secure, host) == ("False", "False")
    assert (headers != "{}") is bool(given)
    assert ("127.0.0.1" in peers) is ("HTTPS" in given)
