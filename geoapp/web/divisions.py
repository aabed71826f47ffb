"""Changes of the divisions as a page tells them, in both languages."""

from __future__ import annotations

from typing import Any

from layers import vocab
from layers.stats import moved

KINDS = {
    "opened": ("新设", "New"),
    "closed": ("撤销", "Gone"),
    "renamed": ("更名", "Renamed"),
    "regrouped": ("换填报单位", "Another bureau"),
    "redrawn": ("边界调整", "Redrawn"),
}
OUTSIDE = ("市域之外", "Outside the city")


def told(lang: str) -> list[dict[str, Any]]:
    """The changes, the newest first, with every line in words."""
    at = ("zh", "en").index(lang)
    return [_change(change, at) for change in moved.changes()]


def _change(change: dict[str, Any], at: int) -> dict[str, Any]:
    months = change["moved"]["months"]
    return {
        "since": change["since"],
        "kinds": [
            {"name": names[at], "lines": [_line(kind, line, at) for line in change[kind]]}
            for kind, names in KINDS.items()
        ],
        "months": "–".join(dict.fromkeys(months)) if months else "",
        "moved": [
            {
                "before": _place(line["from"], at),
                "after": _place(line["to"], at),
                "meters": line["meters"],
                "facilities": line["facilities"],
                "m3": round(line["volume_l"] / 1000),
            }
            for line in change["moved"]["rows"]
        ],
    }


def _line(kind: str, line: dict[str, Any], at: int) -> dict[str, str]:
    level = vocab.LEVEL.by_code[line["level"]]
    return {
        "code": line["code"],
        "name": line["name"],
        "level": (level.zh, level.en)[at],
        "told": {
            "renamed": lambda: f"← {line['was']}",
            "regrouped": lambda: f"{line['was'] or '—'} → {line['unit'] or '—'}",
            "redrawn": lambda: "{:.2f} → {:.2f} km²".format(*line["area_km2"]),
        }.get(kind, str)(),
    }


def _place(place: dict[str, str] | None, at: int) -> str:
    return f"{place['name']} {place['code']}" if place else OUTSIDE[at]
