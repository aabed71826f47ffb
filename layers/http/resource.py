"""What is at an address, said once at its view: which methods, what is kept, how a refusal is told. The one wrapper there is.

What happens in which order is told in the docstring of `layers.http`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Literal, Protocol

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from layers import access
from layers.db import remembering, snapshot_when_asked
from layers.errors import Busy, ShuituError
from layers.http import signals
from layers.http.answers import BY_VERSION, NOT_AT_ALL, Keeping
from layers.http.asker import VARIES, account_of, known_of
from layers.http.problems import problem_response, refusal_of_right
from layers.http.streams import is_live

READ = ("GET", "HEAD")
GIVEN = (200, 206, 304)  # statuses by which an asker has the answer
Lane = Literal["light", "dear", "files"]


class Answer(Protocol):
    """What a view finds: made into a response when the asker lacks it."""

    def to(self, request: HttpRequest, kept: Keeping) -> HttpResponseBase: ...


Ask = Callable[[], Answer | HttpResponseBase]
View = Callable[..., Answer | HttpResponseBase]
Served = Callable[..., HttpResponseBase]
Refusal = Callable[[HttpRequest, ShuituError], HttpResponse]


class _KnownNoMore(Exception):
    """Who asks is to be found anew: what decides rights has changed since it was found for an earlier request."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What an address says of itself, and the decorator of its view.

    - ``kept``: how its answers are kept, here and by the asker (`layers.http.answers`);
    - ``refuses``: how an error of the asker's is told: a problem body, unless told otherwise;
    - ``vary``: the headers of a request, besides its encoding, that make it another answer;
    - ``of_data``: it reads data and writes nothing, so that its answer is of one snapshot;
    - ``token``: it is for forms of ours alone, which carry a token. Any other takes no form: who sends one with another
      method is told that it is not allowed, and not that it lacks a token;
    - ``needs``: what somebody has to have a right to, anywhere, to be answered at all; nothing where it is for everybody;
    - ``lane``: what it costs, which decides who works on it (`geoapp.serving.lanes` knows it by its path, before any view).
    """

    methods: tuple[str, ...] = READ
    kept: Keeping = BY_VERSION
    refuses: Refusal = problem_response
    vary: tuple[str, ...] = ()
    of_data: bool = True
    token: bool = False
    lane: Lane = "light"
    needs: access.Capability | None = "figures"

    def __call__(self, view: View) -> Served:
        @wraps(view)
        def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in self.methods:
                return HttpResponseNotAllowed(self.methods)
            if request.method == "OPTIONS":
                return HttpResponse(headers={"Allow": ", ".join(self.methods)})
            response, moment = self._at_one_moment(request, lambda: view(request, *args, **kwargs))
            if moment.personal and response.status_code in GIVEN:
                signals.personal_told.send(sender=Resource, request=request, layers=sorted(moment.personal), rows=None)
            response.headers.setdefault("Cache-Control", self.kept.control)
            # What is named by its address for ever is that to everybody who knows the address.
            by_asker = () if "immutable" in response["Cache-Control"] else VARIES
            if self.vary or by_asker:
                patch_vary_headers(response, (*self.vary, *by_asker))
            return response

        served.resource = self  # type: ignore[attr-defined]  # what it says of itself, for who walks the addresses
        return served if self.token else csrf_exempt(served)

    def _at_one_moment(self, request: HttpRequest, ask: Ask) -> tuple[HttpResponseBase, access.Moment]:
        """An answer that was open because all was made up is asked for again if an import of real data has come meanwhile."""
        response, moment = self._by_asker(request, ask)
        if request.method not in READ and not self.of_data:  # it writes
            return response, moment
        # A stream goes on in the snapshot that the posture was read in, and has the connection to itself until it ends.
        if is_live(response) or not moment.closed_meanwhile():
            return response, moment
        if response.streaming:
            response.close()  # its file is let go of
        return self._by_asker(request, ask)

    def _by_asker(self, request: HttpRequest, ask: Ask) -> tuple[HttpResponseBase, access.Moment]:
        if not self.of_data:
            return self._in_snapshot(request, partial(account_of, request), ask)
        # Before the snapshot: a session that has ended is taken away when it is looked at, which none allows.
        with suppress(_KnownNoMore):
            return self._in_snapshot(request, known_of(request), ask)
        return self._in_snapshot(request, account_of(request), ask)

    def _in_snapshot(
        self, request: HttpRequest, account: access.Found, ask: Ask
    ) -> tuple[HttpResponseBase, access.Moment]:
        """Version, figures and what the asker may see, of one moment, which lasts until the last row is sent."""
        with ExitStack() as stack:
            moment = stack.enter_context(access.one_moment(account=account))
            if self.of_data:
                stack.enter_context(snapshot_when_asked())
                if moment.known_no_more():
                    raise _KnownNoMore
                with remembering():
                    response = self._answered(request, ask)
            else:
                response = self._answered(request, ask)
            if is_live(response):
                response._resource_closers.append(stack.pop_all().close)  # type: ignore[attr-defined] # behind its own
            return response, moment

    def _answered(self, request: HttpRequest, ask: Ask) -> HttpResponseBase:
        try:
            if self.needs is not None:
                access.require(self.needs)
            found = ask()
            return found if isinstance(found, HttpResponseBase) else found.to(request, self.kept)
        except ShuituError as error:
            response = refusal_of_right(request, error) or self.refuses(request, error)
            response["Cache-Control"] = NOT_AT_ALL.control
            if isinstance(error, Busy):
                response["Retry-After"] = str(error.RETRY_SECONDS)
            return response
