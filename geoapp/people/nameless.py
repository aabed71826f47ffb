"""A person made nameless: who they are is gone, also from what was; the litres stay where they count.

What the law wants kept stays, and is said: permits and whoever holds them, as they are a public register's; a position by which litres
count, as it is of the sums. An object keeps its row, under a code that leads to nobody.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.db import connection, transaction

from geoapp.people import found as people
from geoapp.people.found import Subject
from layers.admin import journal
from layers.findings.forget import forget
from layers.models import Meter, WaterUser

PREFIX = "ANON-"
GONE = "—"


def stays(found: Subject) -> list[str]:
    """What is kept though it is about the person, and why."""
    lines = []
    if found.holders:
        lines.append(
            f"取水户 {found.code}：{len(found.permits)} 件取水许可依法保存 / holder: its permits are kept by law"
        )
    if lines_of_audit := people.audited(found).count():
        lines.append(
            f"审计 {lines_of_audit} 行：不可改动，至少保存六个月，到期由 audit --sweep 删去 / lines of the audit: nobody can change them;"
            " they go with audit --sweep, after six months at least"
        )
    for meter in found.meters:
        if meter not in found.own_meters:
            lines.append(f"水表 {meter.code}：也属于别的用水户 / meter: of other users too")
    for user in found.users:
        if _counts_here(user):
            lines.append(f"位置：用水量在此计入 / position of {user.code}: litres count there")
    return lines


def _counts_here(user: WaterUser) -> bool:
    return Meter.objects.filter(stand_in=user).exists()


def make(found: Subject, actor: str) -> dict[str, int]:
    """Do it, in one transaction; → table → rows written."""
    done: dict[str, int] = {}
    with transaction.atomic():
        journal.claim()
        old = people.names(found)
        entries = list(people.logged(found))
        releases = list(people.by_hand(found))
        new = {one.pk: _code() for one in found.own_meters}
        done["meter"] = _rename("meter", found.own_meters, new, actor)
        of_users = {one.pk: _code() for one in found.users}
        done["water_user"] = _rename("water_user", found.users, of_users, actor)
        gone = {pk: _code() for pk in found.formerly.get("water_user", set()) - set(of_users)}
        done["former_states"] = _rewrite_history("meter", new) + _rewrite_history("water_user", {**of_users, **gone})
        for entry in entries:
            entry.object_repr, entry.change_message = GONE, ""
            entry.save(update_fields=["object_repr", "change_message"])
        for release in releases:
            told = release.report["admin"]
            told["objects"] = [GONE if name in old else name for name in told["objects"]]
            release.save(update_fields=["report"])
        done["administration_log"], done["releases_by_hand"] = len(entries), len(releases)
    return done


def _code() -> str:
    return f"{PREFIX}{secrets.token_hex(6)}"


def _rename(dataset: str, objects: list[Any], codes: dict[int, str], actor: str) -> int:
    """As a change by hand, which makes anew whatever depends on it."""
    if not objects:
        return 0
    ids = [one.pk for one in objects]
    change = journal.ChangeByHand(dataset, actor, "change", ids, [GONE] * len(ids))
    for one in objects:
        one.code, one.name, one.release = codes[one.pk], "", change.release
        if isinstance(one, WaterUser):
            one.industry = ""
            if not _counts_here(one):
                one.geom = None
        one.save()
    change.settle(ids)
    forget(dataset, ids)
    return len(ids)


def _rewrite_history(dataset: str, codes: dict[int, str]) -> int:
    """What the objects were, without who: taking a release back brings no name back. Positions of the past go where today's has gone."""
    rows = 0
    with connection.cursor() as cursor:
        for pk, code in codes.items():
            cursor.execute(
                "UPDATE layers_formerstate SET row = row || jsonb_build_object('code', %s::text, 'name', '')"
                " WHERE dataset = %s AND object_id = %s",
                [code, dataset, pk],
            )
            rows += cursor.rowcount
            if dataset == "water_user":
                cursor.execute(
                    "UPDATE layers_formerstate SET row = row || jsonb_build_object('industry', '', 'geom', NULL)"
                    " WHERE dataset = %s AND object_id = %s"
                    " AND NOT EXISTS (SELECT 1 FROM layers_wateruser WHERE id = %s AND geom IS NOT NULL)",
                    [dataset, pk, pk],
                )
    return rows
