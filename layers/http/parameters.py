"""What an address was asked, as a plain mapping; whatever nobody reads is refused. Typed values are of `layers.params`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.http import HttpRequest, QueryDict

from layers import languages, params
from layers.errors import BadParameter


def query_params(request: HttpRequest, known: Sequence[str]) -> dict[str, str]:
    """The query string as a plain mapping; a parameter unknown or given twice is refused."""
    return plain_params(request.GET, known)


def plain_params(given: QueryDict, known: Sequence[str]) -> dict[str, str]:
    """As `query_params`, of a query string or a form."""
    params.refuse_unknown(given, known)
    params.refuse_repeated(dict(given.lists()))
    params.refuse_unwritable(given)
    return {key: value for key, value in given.items() if isinstance(value, str)}


def refuse_empty(given: dict[str, str], empty: Collection[str] = ()) -> None:
    """`BadParameter` for a parameter without a value, but for those that may be ``empty``."""
    for name, text in given.items():
        if not text and name not in empty:
            raise BadParameter(f"{name} has no value.", param=name, allowed=[f"{name}=…, or no {name}"])


def site_root(request: HttpRequest) -> str:
    """The address of the site as the asker wrote it, without its last slash."""
    return request.build_absolute_uri("/").rstrip("/")


def language(given: Mapping[str, str]) -> str:
    """The parameter ``lang``: Chinese unless told."""
    return params.parse_choice(given.get("lang"), "lang", languages.FIRST, languages.codes())
