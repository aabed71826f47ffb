"""Steps of a signature: each writes an event, in its own transaction."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save

from geoapp.audit.writing import write
from geoapp.reports.official.models import IssuedEvent
from geoapp.reports.official.words import ACTION


def connect() -> None:
    post_save.connect(stepped, sender=IssuedEvent, dispatch_uid="audit")


def stepped(instance: IssuedEvent, created: bool, raw: bool, **_: Any) -> None:
    if created and not raw:
        report = instance.report
        detail = {
            "step": ACTION.by_id[instance.action].code, "by": instance.by, "user": instance.user_id, "reason": instance.reason,
            "digest": instance.digest, "region": report.region, "period": report.period,
        }  # fmt: skip
        write("report_step", object=report.told, rows=1, detail=detail, errand=f"issued:{report.pk}")
