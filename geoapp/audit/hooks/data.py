"""Imports, undoings and edits by hand. Each makes a release, in its own transaction: when the release first says what it did, that is
the line. What leaves no release, a check or a refusal, is told by `layers.acts`."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save

from geoapp.audit.writing import write
from layers import acts
from layers.models import Release

_UNTOLD = "_audit_untold"  # on a release that was made in this process and has not said yet what it did
_COUNTED = ("new", "changed", "closed", "gone")  # of an import: rows that it wrote


def connect() -> None:
    post_save.connect(released, sender=Release, dispatch_uid="audit")
    acts.told.connect(told, dispatch_uid="audit")


def released(instance: Release, created: bool, raw: bool, **_: Any) -> None:
    if created and not raw:
        setattr(instance, _UNTOLD, True)
    if getattr(instance, _UNTOLD, False) and instance.report:
        setattr(instance, _UNTOLD, False)
        act, rows, detail = _of_report(instance)
        write(act, object=instance.dataset, rows=rows, detail={"release": instance.pk, **detail})


def _of_report(release: Release) -> tuple[str, int, dict[str, Any]]:
    report = release.report
    if by_hand := report.get("admin"):
        count = by_hand.get("count", 1)  # which releases from before it was noted lack
        detail = {"action": by_hand.get("action", "change"), "objects": by_hand.get("objects", [])[:10]}
        return ("bulk_edit" if count > 1 else "edit"), count, detail
    if undone := report.get("undo"):
        rows = sum(undone.get(name, 0) for name in ("removed", "restored", "returned"))
        return "import_undone", rows, {"of": undone["of"]}
    if place := report.get("place"):
        return "setting_changed", 0, {"place": place}
    counts = report.get("rows", {})
    detail = {
        "file": release.file_name, "sha256": release.file_sha256, "refused": release.rows_refused,
        **{name: counts[name] for name in _COUNTED if counts.get(name)},
    }  # fmt: skip
    return "import_committed", sum(counts.get(name, 0) for name in _COUNTED), detail


def told(act: str, result: str, object: str, rows: int | None, detail: dict[str, Any], **_: Any) -> None:
    write(act, result=result, object=object, rows=rows, detail=detail)
