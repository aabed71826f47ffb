"""Which pages of others may frame the map: those that the operator names (`EMBED_ORIGINS`), and no other address of ours.

A frame of another site gets no cookie of ours (SameSite), so it shows what a stranger is shown.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from geoapp.walls import policy


def is_asked(request: HttpRequest) -> bool:
    return request.GET.get("embed") == "1"


def allowed(response: HttpResponse) -> HttpResponse:
    """The page with leave for the sites that are named; X-Frame-Options knows no list, so it is left to the policy."""
    if settings.EMBED_ORIGINS:
        response.headers["Content-Security-Policy"] = policy.framed_by(settings.EMBED_ORIGINS)
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # for a page that asks it of all its frames
        response.xframe_options_exempt = True  # what Django's middleware looks at
    return response
