"""Readings that are kept: a file with the same headings as one that was read before is read the same way, unasked.

A profile holds what is true of a kind of file. What is true of one file only, as the year it is of, is asked again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from geoapp.desk import targets
from geoapp.desk.models import ImportJob, ReadingProfile
from layers.ingest.columns import normal

# Decisions on one file and not on its kind: what they were told of one month would be silently wrong of the next.
OF_ONE_FILE = ("year", "month", "plausible")
_DIGITS = re.compile(r"\d+")


def fingerprint(headings: Sequence[str]) -> str:
    """The kind of a table: its headings in any order, as they are compared."""
    told = sorted(filter(None, map(normal, headings)))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def pattern(sheet: str) -> str:
    """The name of a sheet without what changes every month: "2024年3月" and "2024年12月" are alike."""
    return _DIGITS.sub("#", normal(sheet))


def of_a_kind(how: dict[str, Any]) -> dict[str, Any]:
    """What of a reading holds for the next file too; empty when nothing was said."""
    told = dict(how.get("told", {}))
    sheet = told.pop("sheet", "") or how.get("inner", "")  # the next month's has another name: `pattern`
    told = {name: value for name, value in told.items() if name.partition(".")[0] not in OF_ONE_FILE}
    kept = {"crs": how.get("crs"), "inner": sheet, "field_map": how.get("field_map"), "told": told}
    return {name: value for name, value in kept.items() if value}


def find(target: str, headings: Sequence[str]) -> ReadingProfile | None:
    """The reading of this kind of file; of any target where none was said."""
    found = ReadingProfile.objects.filter(fingerprint=fingerprint(headings)).order_by("-made_at")
    return (found.filter(target=target) if target else found).first()


def of_sheets(target: str, sheets: Sequence[str]) -> tuple[ReadingProfile, str] | None:
    """A reading that names one of these sheets or layers, by the pattern of its name; None unless it is exactly one."""
    by_pattern: dict[str, list[str]] = {}
    for sheet in sheets:
        by_pattern.setdefault(pattern(sheet), []).append(sheet)
    known = ReadingProfile.objects.filter(sheet__in=by_pattern).order_by("-made_at")
    for profile in known.filter(target=target) if target else known:
        if len(by_pattern[profile.sheet]) == 1:
            return profile, by_pattern[profile.sheet][0]
    return None


def use(job: ImportJob, profile: ReadingProfile, sheet: str = "") -> None:
    """Have a job read by a profile; its sheet is ``sheet``, or the one in which these headings were found."""
    job.profile, job.target = profile, profile.target
    told = {name: value for name, value in profile.how.items() if name != "inner"}
    job.how = {**job.how, **told} | ({"inner": sheet} if sheet else {})
    ReadingProfile.objects.filter(pk=profile.pk).update(used_at=timezone.now())


def may_change(profile: ReadingProfile, user: Any) -> bool:
    """Whether somebody may rename or delete it: who made it, an administrator, and when its maker is gone whoever imports."""
    if user.is_superuser or profile.made_by == user.get_username():
        return True
    return not get_user_model().objects.filter(username=profile.made_by, is_active=True).exists()


def keep(job: ImportJob, name: str = "") -> ReadingProfile | None:
    """Keep a job's reading for the next file of its kind, instead of what was kept of it; None when there is nothing to keep."""
    how = of_a_kind(job.how)
    if not how or not job.headings or not job.target:
        return None
    made = {
        "how": how, "headings": job.headings, "sheet": pattern(how.get("inner", ""))[:120], "suffix": job.suffix,
        "made_by": job.user.get_username(),
    }  # fmt: skip
    named = name.strip()[:100] or _name(job)
    kept, new = ReadingProfile.objects.update_or_create(
        target=job.target, fingerprint=fingerprint(job.headings), defaults=made, create_defaults={**made, "name": named}
    )
    if name.strip() and not new:
        kept.name = named
        kept.save(update_fields=["name"])
    return kept


def _name(job: ImportJob) -> str:
    """After the target and the file, without its month: "水表 · 月报"."""
    stem = _DIGITS.sub("", job.name.rpartition(".")[0]).strip(" -_年月日.()（）")
    return " · ".join(filter(None, (targets.names()[job.target], stem)))[:100]
