"""The page that reads an OpenAPI document to people, with the head that every page has."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from layers import languages


class ReaderView(SpectacularSwaggerSplitView):
    """drf-spectacular's reader in our page; its script has an address of its own, which is no page."""

    template_name = "web/reader.html"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().get(request, *args, **kwargs)
        lang = languages.asked(request.GET.get("lang"))
        response.data |= {"lang": lang, "html_lang": languages.language(lang).tag}
        return response
