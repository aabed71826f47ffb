"""Days that are over, sealed: one number a day, each with the one before it, so that what is changed later can be found.

A seal is made in the database, of its own clock and rows. It holds against whoever changes lines and does not make all later seals
anew; against him too, where somebody has kept a seal elsewhere: each is a line of the site's log.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone

from geoapp.audit.models import Line, Seal, Sweep
from layers.words import Words

log = logging.getLogger("shuitu.audit")
AFTER = timedelta(hours=6)  # the end of a day: whatever was under way then has written its lines


@dataclass(frozen=True, slots=True)
class Breach:
    day: date
    why: Words


def midnight(day: date) -> datetime:
    """The moment at which a day of the site begins."""
    return timezone.make_aware(datetime.combine(day, time()))


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def due() -> Iterator[date]:
    """Days that are over and not sealed, the oldest first; none before the first line."""
    last = Seal.objects.order_by("-id").first()
    if last is not None:
        day = _day(last.ends)
    else:
        first = Line.objects.order_by("at", "id").first()
        if first is None:
            return
        day = _day(first.at)
    while midnight(day + timedelta(days=1)) + AFTER < timezone.now():
        yield day
        day += timedelta(days=1)


def seal() -> list[tuple[date, str]]:
    """Seal what is due; → days and their numbers. Each web process does so by itself (`geoapp.serving.conf`): the first is the one."""
    made = []
    for day in due():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT audit_seal(%s, %s)", [midnight(day), midnight(day + timedelta(days=1))])
            told = cursor.fetchone()[0]
        if told:
            log.info("sealed day=%s sha256=%s", day, told)
            made.append((day, told))
    return made


def verify(known: Mapping[date, str] | None = None) -> Iterator[Breach]:
    """What is not as it was sealed. ``known`` are seals that were kept elsewhere. Days that were let go of have no lines to look at."""
    swept = Sweep.objects.order_by("-before").values_list("before", flat=True).first()
    chained, ends, seen = "", None, {}
    for one in Seal.objects.order_by("id"):
        day = _day(one.begins)
        if ends is not None and one.begins != ends:
            yield Breach(day, Words("封存之间缺了日子", "a day before it has no seal"))
        lines, digest, told = _computed(one, chained)
        if swept is None or one.begins >= swept:
            if lines != one.count:
                yield Breach(
                    day,
                    Words(
                        "封存时有 {was} 行，现有 {count} 行",
                        "sealed with {was} lines; there are {count}",
                        was=one.count,
                        count=lines,
                    ),
                )
            elif digest != one.digest:
                yield Breach(day, Words("有行被改动", "a line was changed"))
        if told != one.chained:
            yield Breach(day, Words("封存本身被改动", "the seal itself was changed"))
        chained, ends, seen[day] = one.chained, one.ends, one.chained
    for day, told in (known or {}).items():
        if seen.get(day) != told:
            yield Breach(day, Words("与另存的封存值不同", "not the seal that was kept elsewhere"))


def _computed(one: Seal, before: str) -> tuple[int, str, str]:
    """Lines and digest as they are now, and the number that the seal should bear."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lines, digest FROM audit_digest(%s, %s)", [one.begins, one.ends])
        lines, digest = cursor.fetchone()
        cursor.execute(
            "SELECT audit_chained(%s, %s, %s, %s, %s)", [before, one.begins, one.ends, one.count, one.digest]
        )
        return lines, digest, cursor.fetchone()[0]


def sweep(before: date) -> int:
    """Let go of the lines before a day; → how many these were. Refused by the database for less than six months."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT audit_sweep(%s)", [midnight(before)])
        return int(cursor.fetchone()[0])
