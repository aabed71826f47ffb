"""What can be wrong with a question. One small hierarchy; only `layers.http.problems` knows of HTTP statuses."""

from __future__ import annotations

from collections.abc import Sequence

from layers.words import Worded


class ShuituError(Exception):
    """A mistake that the asker can mend: says what is wrong, of which parameter, and what is allowed.

    Programs read the ``detail``, in English; people what `told` says, in their language where it was worded so.
    """

    title = "The request cannot be answered"

    def __init__(
        self, detail: str | Worded, *, param: str | None = None, allowed: Sequence[object] | None = None
    ) -> None:
        self.worded = detail if isinstance(detail, Worded) else None
        self.detail = detail if isinstance(detail, str) else detail.in_("en")
        super().__init__(self.detail)
        self.param = param
        self.allowed = list(allowed) if allowed is not None else None

    def told(self, lang: str) -> str:
        return self.worded.in_(lang) if self.worded is not None else self.detail


class BadParameter(ShuituError):
    """A parameter is unknown, malformed or outside its range."""

    title = "A parameter is wrong"


class NotFound(ShuituError):
    """The thing asked for does not exist."""

    title = "There is no such thing"


class TooLarge(ShuituError):
    """More was sent than is read."""

    title = "Too much was sent"


class WrongForm(ShuituError):
    """What was sent is in a form that is not read."""

    title = "The body is in another form"


class TooSlow(ShuituError):
    """The database gave up within the time a request may take."""

    title = "The question takes too long"


class Busy(ShuituError):
    """As much is being answered as may be at once; asking again in ``RETRY_SECONDS`` may succeed."""

    title = "The server is busy"
    RETRY_SECONDS = 10


class NeedsLogin(ShuituError):
    """Nobody is known to ask, and everybody may not see this."""

    title = "A log-in is needed"


class NotAllowed(ShuituError):
    """The account that asks has no right to this."""

    title = "This account may not do that"
