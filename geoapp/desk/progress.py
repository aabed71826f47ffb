"""How far a worker is with a file: told by the import, written beside the file at most four times a second, read by the page."""

from __future__ import annotations

import time

from geoapp.desk import parcels

_EVERY_S = 0.25


class GivenUp(Exception):
    """The file was deleted while it was worked on."""


class ProgressTold:
    """The ``progress`` of `layers.ingest.run.run`."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._step, self._at = "", 0.0

    def __call__(self, step: str, done: int, of: int | None) -> None:
        now = time.monotonic()
        if step == self._step and now - self._at < _EVERY_S:
            return
        self._step, self._at = step, now
        try:
            parcels.write_progress(self.token, {"step": step, "done": done, "of": of})
        except FileNotFoundError:
            raise GivenUp from None
