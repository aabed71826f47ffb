"""What the worker of reports does for issued ones: freezes their figures and prints what they stand at. A session lock on each."""

from __future__ import annotations

import contextlib
import logging

from django.db import transaction
from django.utils import timezone

from geoapp import audit
from geoapp.background import locks
from geoapp.reports.official import frozen
from geoapp.reports.official.models import IssuedReport
from geoapp.reports.official.states import FREEZE, PRINT
from geoapp.reports.process import collected_at_the_end
from geoapp.reports.trouble import SERVER_FAULT, never_finished
from layers.errors import ShuituError

log = logging.getLogger(__name__)
ATTEMPTS = 3  # then somebody has to look


def waiting() -> bool:
    return IssuedReport.objects.exclude(waits_for="").filter(error="").exists()


def claim() -> IssuedReport | None:
    """The next report that waits and nobody is at, ours and locked until `do` is done with it."""
    with transaction.atomic():
        rows = IssuedReport.objects.select_for_update(skip_locked=True).exclude(waits_for="").filter(error="")
        for report in rows.order_by("id")[:50]:
            if not locks.try_lock(locks.ISSUED_REPORTS, report.pk):
                continue
            report.attempts += 1
            if report.attempts > ATTEMPTS:
                report.error = never_finished(ATTEMPTS).in_(report.lang)
                locks.unlock(locks.ISSUED_REPORTS, report.pk)
            report.save(update_fields=["attempts", "error"])
            if not report.error:
                return report
    return None


def do(report: IssuedReport) -> None:
    """Until it waits for nothing more; whatever goes wrong is told with it."""
    try:
        with collected_at_the_end():
            while _one_step(report.pk):
                pass
    except ShuituError as refusal:
        _give_up(report, refusal.told(report.lang))
    except Exception:
        log.exception("issued report %s failed", report.pk)
        with contextlib.suppress(Exception):  # of a database that is gone: it stays and is taken again
            _give_up(report, SERVER_FAULT.in_(report.lang))
    finally:
        with contextlib.suppress(Exception):
            locks.unlock(locks.ISSUED_REPORTS, report.pk)


def _give_up(report: IssuedReport, why: str) -> None:
    IssuedReport.objects.filter(pk=report.pk).update(error=why[:300])
    audit.write("report_made", result="failed", object=report.told, errand=f"issued:{report.pk}", detail={"error": why})


def _one_step(report_id: int) -> bool:
    """Freeze or print it as it is now; what has changed meanwhile is done anew. False when nothing is left to do."""
    seen = IssuedReport.objects.get(pk=report_id)
    if seen.waits_for == FREEZE:
        made = frozen.freeze(seen)
    elif seen.waits_for == PRINT:
        made = frozen.printed(seen)
    else:
        return False
    with transaction.atomic():
        now = IssuedReport.objects.select_for_update().get(pk=report_id)
        if (now.waits_for, now.stamp) != (seen.waits_for, seen.stamp):
            return True
        if now.waits_for == FREEZE:
            now.frozen, now.version, now.waits_for = made, made["version"], PRINT
        elif now.revision == seen.revision:
            now.files, now.waits_for, now.attempts = made, "", 0
            now.files = {form: {**told, "at": f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}"} for form, told in made.items()}
            audit.write("report_made", object=now.told, errand=f"issued:{now.pk}", detail={"formats": ",".join(made)})
        now.save(update_fields=["frozen", "version", "files", "waits_for", "attempts"])
    frozen.forget_drafts(now)
    return bool(now.waits_for)
