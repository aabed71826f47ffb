"""Everything of the database that is about one person, by the code that stands in registers and on bills."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import Q

from geoapp.audit.models import Line
from layers import vocab
from layers.models import (
    AbstractionHolder,
    AbstractionPermit,
    FormerState,
    Meter,
    PastStanding,
    Release,
    UsageRecord,
    WaterUser,
)

Row = dict[str, Any]
FILES = ("uploads", "reports", "issued", "exports")  # folders of the state directory where a person may be named
_CHUNK = 1 << 20


@dataclass(slots=True)
class Subject:
    """Who has that code now, and whatever leads to them. ``formerly``: the ids of whom only history still knows."""

    code: str
    users: list[WaterUser]
    holders: list[AbstractionHolder]
    meters: list[Meter]
    permits: list[AbstractionPermit]
    formerly: dict[str, set[int]] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        return bool(self.users or self.holders or any(self.formerly.values()))

    @property
    def own_meters(self) -> list[Meter]:
        """The meters that are nobody else's too."""
        ours = {user.pk for user in self.users}
        return [one for one in self.meters if set(one.users.values_list("pk", flat=True)) <= ours]

    def ids(self) -> dict[str, set[int]]:
        """Dataset → the objects of it that are about this person."""
        now = {
            "water_user": {one.pk for one in self.users},
            "meter": {one.pk for one in self.meters},
            "holder": {one.pk for one in self.holders},
            "permit": {one.pk for one in self.permits},
        }
        return {name: found | self.formerly.get(name, set()) for name, found in now.items()}


def person(code: str) -> Subject:
    users = list(WaterUser.objects.filter(code=code))
    holders = list(AbstractionHolder.objects.filter(code=code))
    formerly: dict[str, set[int]] = {}
    for dataset, pk in FormerState.objects.filter(dataset__in=("water_user", "holder"), row__code=code).values_list(
        "dataset", "object_id"
    ):
        formerly.setdefault(dataset, set()).add(pk)
    meters = list(Meter.objects.filter(users__in=users).distinct().order_by("code"))
    of_person = Q(holder__in=holders) | Q(users__in=users)
    permits = list(AbstractionPermit.objects.filter(of_person).distinct().order_by("code"))
    return Subject(code, users, holders, meters, permits, formerly)


def held(found: Subject) -> dict[str, list[Row]]:
    """Table → its rows about the person, each with every column."""
    ids = found.ids()
    states = Q(pk__in=())
    for dataset, of in ids.items():
        states |= Q(dataset=dataset, object_id__in=of)
    return {
        "water_user": _rows(WaterUser.objects.filter(pk__in=ids["water_user"])),
        "meter": _rows(Meter.objects.filter(pk__in=ids["meter"])),
        "usage": _rows(UsageRecord.objects.filter(meter__in=found.meters).order_by("month")),
        "stood_before": _rows(PastStanding.objects.filter(kind=vocab.PLACE_METER, object_id__in=ids["meter"])),
        "holder": _rows(AbstractionHolder.objects.filter(pk__in=ids["holder"])),
        "permit": _rows(AbstractionPermit.objects.filter(pk__in=ids["permit"])),
        "former_states": _rows(FormerState.objects.filter(states)),
        "administration_log": _rows(logged(found)),
        "releases_by_hand": _rows(by_hand(found)),
        "audit": _rows(audited(found)),
    }


def logged(found: Subject) -> Any:
    """What the administration noted of changes to the person's rows: it has their names."""
    entries = Q(pk__in=())
    for name, of in (("WaterUser", "water_user"), ("Meter", "meter")):
        model = apps.get_model("layers", name)._meta.model_name
        entries |= Q(content_type__model=model, object_id__in=[str(pk) for pk in found.ids()[of]])
    return LogEntry.objects.filter(entries)


def by_hand(found: Subject) -> Any:
    """Changes by hand that name one of the person's rows."""
    named = Q(pk__in=())
    for text in names(found):
        named |= Q(report__admin__objects__contains=text)
    return Release.objects.filter(named)


def audited(found: Subject) -> Any:
    """Lines of the audit that name one of the person's rows, by code or by name; they can be told, and changed by nobody."""
    named = Q(pk__in=())
    for text in {found.code, *(one.code for one in found.own_meters), *(one.name for one in found.users if one.name)}:
        named |= Q(object__icontains=text) | Q(question__icontains=text) | Q(detail__icontains=text)
    return Line.objects.filter(named).order_by("id")


def names(found: Subject) -> set[str]:
    """As a release by hand names them: by code; those of before by name too."""
    every: list[Any] = [*found.users, *found.meters, *found.holders]
    return {one.code for one in every} | {f"{one.code} {one.name}".strip() for one in every}


def files(found: Subject) -> tuple[list[str], int]:
    """Files of the state directory in which the code or a name stands, and how many are packed, which cannot be told from outside."""
    people: list[Any] = [*found.users, *found.holders]
    wanted = {text.encode() for one in people for text in (one.code, one.name) if len(text) > 3}
    wanted |= {found.code.encode()}
    named, packed = [], 0
    for name in FILES:
        for path in sorted((Path(settings.STATE_DIR) / name).rglob("*")):
            if not path.is_file() or path.is_symlink():
                continue
            if path.suffix.lower() in (".xlsx", ".zip", ".gpkg", ".pdf", ".docx", ".gz", ".parquet"):
                packed += 1
            elif _holds(path, wanted):
                named.append(f"{name}/{path.relative_to(Path(settings.STATE_DIR) / name)}")
    return named, packed


def _holds(path: Path, wanted: Iterable[bytes]) -> bool:
    longest = max(len(text) for text in wanted)
    rest = b""
    with path.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            if any(text in rest + chunk for text in wanted):
                return True
            rest = chunk[-longest:]
    return False


def _rows(found: Any) -> list[Row]:
    columns = list(found.model._meta.concrete_fields)
    return [{each.column: _told(getattr(one, each.attname)) for each in columns} for one in found]


def _told(value: Any) -> Any:
    return value.ewkt if hasattr(value, "ewkt") else value
