"""A list asked for by POST, for filters that no address can hold: the parameters of ``items`` as a form or as JSON.

It has an address of its own. POST at ``items`` would mean a new feature (Part 4), and desktops switch editing on by it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from django.http import HttpRequest, QueryDict

from layers import params
from layers.errors import BadParameter, TooLarge, WrongForm
from layers.http.encoding import dumps
from layers.http.parameters import plain_params, refuse_empty

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MOST = 64 << 10  # bytes of a body: what the web process holds until it is whole


def parameters(request: HttpRequest, known: list[str], empty: Collection[str]) -> dict[str, str]:
    """The body as the parameters of a GET. `TooLarge`, `WrongForm`, `BadParameter`."""
    params.refuse_unknown(request.GET, [])
    if len(request.body) > MOST:
        raise TooLarge(f"The body has more than {MOST} bytes.", allowed=[f"up to {MOST} bytes"])
    if not request.body:
        given = {}
    elif request.content_type == FORM:
        given = plain_params(QueryDict(request.body), known)
    elif request.content_type == JSON:
        given = _of_json(request.body, known)
    else:
        raise WrongForm(
            f"A body of {request.content_type!r} is not read here.", param="Content-Type", allowed=[JSON, FORM]
        )
    refuse_empty(given, empty)
    return given


def _of_json(body: bytes, known: list[str]) -> dict[str, str]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadParameter(f"The body is not JSON: {error}.", allowed=[JSON]) from None
    if not isinstance(found, dict):
        raise BadParameter("The body is no object of parameters.", allowed=known)
    params.refuse_unknown(found, known)
    given = {name: _text(name, value) for name, value in found.items()}
    params.refuse_unwritable(given)
    return given


def _text(name: str, value: Any) -> str:
    """A value as an address would hold it; a filter may be the tree of CQL2 JSON itself."""
    if isinstance(value, str):
        return value
    if name == "filter" and isinstance(value, dict | bool):
        return dumps(value).decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return ",".join(str(one) for one in value)
    raise BadParameter(f"{name} is neither a text, a number, a list of these nor true or false.", param=name)
