"""What can become of work that is given away."""

from __future__ import annotations

from layers.errors import Busy


class Occupied(Busy):
    """As much is being made beside the web's processes as may be at once."""

    title = "Others are being served"


class Interrupted(Busy):
    """The process ended in the midst of it: killed, out of memory, or out of time. The next one begins anew."""

    title = "The work was interrupted"
    RETRY_SECONDS = 5


class Failed(Exception):
    """A fault of the work itself, as the process told it: the same again would fail again."""
