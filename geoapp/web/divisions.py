"""Changes of the divisions as a page tells them."""

from __future__ import annotations

from typing import Any

from layers import vocab
from layers.stats import moved
from layers.words import Words

KINDS = {
    "opened": Words("新设", "New"),
    "closed": Words("撤销", "Gone"),
    "renamed": Words("更名", "Renamed"),
    "regrouped": Words("换填报单位", "Another bureau"),
    "redrawn": Words("边界调整", "Redrawn"),
}
OUTSIDE = Words("市域之外", "Outside the city")


def told(lang: str) -> list[dict[str, Any]]:
    """The changes, the newest first, with every line in words."""
    return [_change(change, lang) for change in moved.changes()]


def _change(change: dict[str, Any], lang: str) -> dict[str, Any]:
    months = change["moved"]["months"]
    return {
        "since": change["since"],
        "kinds": [
            {"name": names.in_(lang), "lines": [_line(kind, line, lang) for line in change[kind]]}
            for kind, names in KINDS.items()
        ],
        "months": "–".join(dict.fromkeys(months)) if months else "",
        "moved": [
            {
                "before": _place(line["from"], lang),
                "after": _place(line["to"], lang),
                "meters": line["meters"],
                "facilities": line["facilities"],
                "m3": round(line["volume_l"] / 1000),
            }
            for line in change["moved"]["rows"]
        ],
    }


def _line(kind: str, line: dict[str, Any], lang: str) -> dict[str, str]:
    level = vocab.LEVEL.by_code[line["level"]]
    return {
        "code": line["code"],
        "name": line["name"],
        "level": level.in_(lang),
        "told": {
            "renamed": lambda: f"← {line['was']}",
            "regrouped": lambda: f"{line['was'] or '—'} → {line['unit'] or '—'}",
            "redrawn": lambda: "{:.2f} → {:.2f} km²".format(*line["area_km2"]),
        }.get(kind, str)(),
    }


def _place(place: dict[str, str] | None, lang: str) -> str:
    return f"{place['name']} {place['code']}" if place else OUTSIDE.in_(lang)
