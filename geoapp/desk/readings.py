"""The readings that are kept, as their page shows them."""

from __future__ import annotations

from typing import Any

from geoapp.desk import profiles, targets, words
from geoapp.desk.models import ReadingProfile
from layers.ingest.spec import Spec, spec_for
from layers.words import COLON, Words


def of_profiles(lang: str, user: Any) -> list[dict[str, Any]]:
    names = targets.names(lang)
    found = []
    for profile in ReadingProfile.objects.all():
        spec = spec_for(profile.target) if profile.target in names else None
        found.append(
            {
                "of": profile,
                "target": names.get(profile.target, profile.target),
                "says": _says(profile, spec, lang),
                "mine": profiles.may_change(profile, user),
            }
        )
    return found


def _says(profile: ReadingProfile, spec: Spec | None, lang: str) -> list[str]:
    """What a kept reading says, a line each."""
    how = profile.how
    colon = COLON.in_(lang)
    said = [
        f"{words.choice_name(name, spec, lang)}{colon}{words.option(name, value, lang)}"
        for name, value in how.get("told", {}).items()
    ]
    if how.get("crs"):
        said.append(f"{words.say(words.CHOICES['crs'], lang)}{colon}{how['crs']}")
    if how.get("inner"):
        said.append(f"{words.say(words.CHOICES['sheet'], lang)}{colon}{how['inner']}")
    for name, heading in how.get("field_map", {}).items():
        none = Words("不导入", "no column").in_(lang)
        said.append(f"{heading or none} → {targets.field_name(spec, name, lang)}")
    return said
