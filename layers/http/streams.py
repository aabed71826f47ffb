"""Bodies that are sent while they are made, and what has to be let go of when they end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase


class FromDisk(StreamingHttpResponse):
    """A body that is a file already: nothing of it is asked of the database any more."""


class Closing:
    """An iterator of bytes with what has to be let go of when it ends or its reader leaves."""

    def __init__(self, body: Iterator[bytes], stack: ExitStack) -> None:
        self._body = body
        self._stack = stack

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._body
        finally:
            self.close()

    def close(self) -> None:
        self._stack.close()


def is_live(response: HttpResponseBase) -> bool:
    """Whether its rows are still to be read from the database."""
    return response.streaming and not isinstance(response, FromDisk)
