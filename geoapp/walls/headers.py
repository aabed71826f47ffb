"""What every answer carries, whoever made it: the one place. `geoapp.serving.refusals` gives the same to what is refused at the door."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from geoapp.walls import policy

# No page asks for a device's camera, place or sensors; one may be shown on the whole screen, and copies an address.
_NOTHING_OF = (
    "accelerometer", "autoplay", "bluetooth", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope", "hid", "idle-detection",
    "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _NOTHING_OF),
    "Cross-Origin-Opener-Policy": "same-origin",
    # A page of others can neither show nor read what is here, tiles neither: its reader's log-in would fetch it what is the
    # reader's alone. Desktops are no pages, and look at none of this.
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
# Rooms for people who have logged in: nothing of them is kept on a machine that others use too.
FOR_NOBODY_ELSE = ("/admin/", "/desk/", "/account/", "/audit/")
NOT_KEPT = "no-store"


def put(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """The outermost of all: redirects, static files and errors pass it too."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        headers = response.headers
        for name, value in FIXED.items():
            headers.setdefault(name, value)
        # What is held already keeps the policy that it came with: this answer has no type to choose one by.
        if "Content-Security-Policy" not in headers and response.status_code != 304:
            headers["Content-Security-Policy"] = policy.of(headers.get("Content-Type", ""))
        if not getattr(response, "xframe_options_exempt", False):
            headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        # Of all else each answer says itself who may keep it (`layers.http.answers`).
        if request.path.startswith(FOR_NOBODY_ELSE):
            headers["Cache-Control"] = NOT_KEPT
        return response

    return middleware
