"""What a desktop that polls files asks, and GDAL's /vsicurl/."""

from __future__ import annotations

from collections.abc import Iterator

from geoapp.desktop.doctor.probe import DoctorLine, Probe, found


def look(probe: Probe) -> Iterator[DoctorLine]:
    feeds = probe.ask(f"{probe.root}/feeds/").json()["feeds"]
    yield found("list", bool(feeds), f"{len(feeds)} feeds")
    smallest = min(
        (feed for feed in feeds if feed["geometry"] != "none" and feed["count"]), key=lambda feed: feed["count"]
    )
    for key, url in smallest["links"].items():
        yield _polled(probe, key, url)
    yield _ranged(probe, smallest["links"]["fgb"])


def _polled(probe: Probe, key: str, url: str) -> DoctorLine:
    first = probe.ask(url, "*/*")
    again = probe.ask(url, "*/*", If_None_Match=first.headers.get("ETag", ""))
    ok = first.status == 200 and again.status == 304
    return found(f"{key}: poll", ok, f"{first.status} {first.type}, {len(first.body)} bytes; again {again.status}")


def _ranged(probe: Probe, url: str) -> DoctorLine:
    """Of a FlatGeobuf only what is in view is read: parts of the file have to be had."""
    head = probe.ask(url, "*/*", method="HEAD")
    part = probe.ask(url, "*/*", Range="bytes=0-7")
    ok = part.status == 206 and part.body[:3] == b"fgb" and "Content-Length" in head.headers
    return found("fgb: /vsicurl/", ok, f"{part.status}, {part.headers.get('Content-Range')}")
