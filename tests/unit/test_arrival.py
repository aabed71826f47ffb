"""A request on its way in: when it is whole, how long it may take, and whose it is."""

import pytest

from geoapp.serving.arrival import BODY_BYTES, BODY_SECONDS, HEAD_BYTES, HEAD_SECONDS, Arrival, ArrivalState

GET = b"GET /api/meta HTTP/1.1\r\nHost: x\r\n\r\n"


def arrived(data: bytes, piece: int = 0) -> Arrival:
    """What has become of these bytes; ``piece`` by piece, if it is told."""
    found = Arrival(since=100.0)
    for at in range(0, len(data), piece or len(data)):
        found.take(data[at : at + (piece or len(data))])
    return found


@pytest.mark.parametrize("piece", [0, 1, 7])
def test_a_request_is_whole_with_the_end_of_its_head_and_not_before(piece: int) -> None:
    assert arrived(GET[:-1], piece).state is ArrivalState.HEAD
    found = arrived(GET, piece)
    assert (found.state, found.method, found.path) == (ArrivalState.WHOLE, "GET", "/api/meta")
    assert bytes(found.data) == GET


@pytest.mark.parametrize("piece", [0, 1])
def test_a_body_is_waited_for(piece: int) -> None:
    data = b"POST /reports/make HTTP/1.1\r\ncontent-LENGTH:  5 \r\n\r\n12345"
    assert arrived(data[:-1], piece).state is ArrivalState.BODY
    assert arrived(data, piece).state is ArrivalState.WHOLE


def test_what_comes_behind_a_request_is_kept() -> None:
    found = arrived(GET + GET)
    assert (found.state, bytes(found.data)) == (ArrivalState.WHOLE, GET + GET)


def test_a_head_and_a_body_each_have_their_time() -> None:
    head = arrived(b"GET / HTTP/1.1\r\n")
    assert head.deadline == 100.0 + HEAD_SECONDS
    assert arrived(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n1").deadline == 100.0 + HEAD_SECONDS + BODY_SECONDS


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"x" * HEAD_BYTES, 431),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * HEAD_BYTES + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (f"POST /reports/make HTTP/1.1\r\nContent-Length: {BODY_BYTES + 1}\r\n\r\n".encode(), 413),
        # Who has not logged in sends no file; and a cookie opens no other address.
        (f"POST /desk/ HTTP/1.1\r\nContent-Length: {BODY_BYTES + 1}\r\n\r\n".encode(), 413),
        (f"POST /api/x HTTP/1.1\r\nCookie: sessionid=1\r\nContent-Length: {BODY_BYTES + 1}\r\n\r\n".encode(), 413),
    ],
)
def test_what_is_not_waited_for_is_refused(data: bytes, status: int) -> None:
    found = arrived(data)
    assert (found.state, found.refusal) == (ArrivalState.REFUSED, status)


def test_a_long_body_of_somebody_who_is_logged_in_is_read_while_it_comes() -> None:
    head = f"POST /desk/ HTTP/1.1\r\nCookie: a=b; sessionid=x\r\nContent-Length: {BODY_BYTES + 1}\r\n\r\n"
    assert arrived(head.encode()).state is ArrivalState.LONG


@pytest.mark.parametrize("length", ["-1", "1e3", "+5", "5, 5", "0x10", "\u0665"])
def test_a_length_that_is_none_is_left_to_the_parser_to_refuse(length: str) -> None:
    assert arrived(f"POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode()).state is ArrivalState.WHOLE


def test_two_lengths_are_left_to_the_parser_to_refuse() -> None:
    assert arrived(b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n").state is ArrivalState.WHOLE


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/api/explain?region=11", "/api/explain"),
        ("/api/%65xplain", "/api/explain"),  # as Django reads it: no other spelling finds another lane
        ("http://host/api/explain?x", "/api/explain"),
        ("*", "*"),
        ("//[", "//["),
    ],
)
def test_the_path_is_the_one_that_django_matches(target: str, path: str) -> None:
    assert arrived(f"GET {target} HTTP/1.1\r\n\r\n".encode()).path == path


@pytest.mark.parametrize(
    "line", [b"", b"GET", b"GET /", b"\x00\xff\xfe", b"GET  / HTTP/1.1", b"GET http://[/ HTTP/1.1"]
)
def test_any_bytes_are_an_answerable_request(line: bytes) -> None:
    assert arrived(line + b"\r\n\r\n").state is ArrivalState.WHOLE
