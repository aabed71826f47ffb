"""Which pages of others may frame which of ours: those that the settings name, the map without panels, and nothing else."""

from __future__ import annotations

import pytest
from django.test import Client

from geoapp import env

OTHERS = ["https://oa.example.org", "https://*.example.org:8443"]
pytestmark = pytest.mark.django_db


def framed(client: Client, address: str) -> tuple[str, str | None]:
    """What is said of frames: the directive of the policy, and the old header."""
    response = client.get(address, headers={"accept": "text/html"})
    policy = response["Content-Security-Policy"]
    directive = next(each.strip() for each in policy.split(";") if each.strip().startswith("frame-ancestors"))
    return directive, response.get("X-Frame-Options")


@pytest.mark.parametrize(
    "address", ["/", "/?embed=1", "/?embed=0", "/about", "/nowhere?embed=1", "/account/login?embed=1"]
)
def test_without_the_setting_only_this_site_frames(client: Client, address: str) -> None:
    assert framed(client, address) == ("frame-ancestors 'self'", "SAMEORIGIN")


def test_with_it_the_map_without_panels_and_nothing_else(client: Client, settings: object) -> None:
    settings.EMBED_ORIGINS = OTHERS  # type: ignore[attr-defined]
    assert framed(client, "/?embed=1&period=2019") == (f"frame-ancestors 'self' {' '.join(OTHERS)}", None)
    for address in (
        "/",
        "/?embed=2",
        "/?x=embed=1",
        "/about?embed=1",
        "/reports/?embed=1",
        "/desk/?embed=1",
        "/account/login?embed=1",
    ):
        assert framed(client, address) == ("frame-ancestors 'self'", "SAMEORIGIN"), address


def test_the_rest_of_the_policy_stays(client: Client, settings: object) -> None:
    plain = client.get("/")["Content-Security-Policy"]
    settings.EMBED_ORIGINS = OTHERS[:1]  # type: ignore[attr-defined]
    given = client.get("/?embed=1")["Content-Security-Policy"]
    assert given.replace(f" {OTHERS[0]}", "") == plain


def test_links_in_a_frame_leave_it(client: Client) -> None:
    assert b'<base target="_blank">' in client.get("/?embed=1").content
    assert b"<base" not in client.get("/").content


@pytest.mark.parametrize(
    "text", ["*", "oa.example.org", "https://a.example.org;script-src *", "https://a.example.org/path"]
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(env.BadSetting):
        env.origins("EMBED_ORIGINS", text)
