"""What REST framework is for: the OpenAPI document of the JSON API, which drf-spectacular reads off its views.

No request goes through it. A view is answered by its `Resource`, as every other; beside it stands the same view as REST
framework knows views, for the document alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view

from layers.http.resource import Served


def documented(described: Mapping[str, Any]) -> Callable[[Served], Served]:
    """A view of the JSON API with its entry in the OpenAPI document, in the words of `extend_schema`."""

    def entered(view: Served) -> Served:
        shown = extend_schema(**described)(api_view(["GET"])(view))
        # By these drf-spectacular knows a view of the API.
        view.cls, view.initkwargs = shown.cls, shown.initkwargs  # type: ignore[attr-defined]
        return view

    return entered
