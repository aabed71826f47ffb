"""What the pages of the desk show, gathered from jobs, reports and kept rows, in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from geoapp.desk import forms, parcels, past, profiles, queue, rows, targets, words
from geoapp.desk.forms import ENDINGS, Wrong
from geoapp.desk.models import (
    CHECKED,
    CHECKING,
    COMMITTED,
    COMMITTING,
    READABLE,
    TO_COMMIT,
    WAITING,
    WORKED_ON,
    ImportJob,
)
from geoapp.desk.untold import KeptBack
from layers import access, languages
from layers.history import said
from layers.ingest.columns import normal
from layers.ingest.effective import TAKEN_BY
from layers.ingest.refusal import REASONS
from layers.ingest.spec import Spec, spec_for
from layers.words import Kept, Words

SHOWN = 30  # of one's own files
RELEASES = 10


def _side(of: Mapping[str, Any], lang: str) -> str:
    return Kept(of).in_(lang)


def _spec(job: ImportJob) -> Spec | None:
    return spec_for(job.target) if job.target else None


def of_index(user: Any, lang: str, chosen: str, wrong: Wrong | None) -> dict[str, Any]:
    """The form, one's own files and the last releases."""
    names = targets.names(lang)
    mine = ImportJob.objects.filter(user=user.pk).select_related("release")[:SHOWN]
    return {
        "groups": targets.groups(lang),
        "chosen": chosen if chosen in names else "",
        "crs": [(value, words.say(told, lang)) for value, told in words.CRS],
        "endings": ENDINGS,
        "accept": ",".join(ENDINGS),
        "dated": [spec.target for spec in targets.specs() if spec.name in TAKEN_BY],
        "max_bytes": settings.IMPORT_MAX_BYTES,
        "max_mb": settings.IMPORT_MAX_BYTES >> 20,
        "error": wrong.said.in_(lang) if wrong else "",
        "error_field": wrong.field if wrong else "",
        "jobs": [_line(job, names, lang) for job in mine],
        "releases": [past.line(release, lang) for release in past.of_clerk(user).order_by("-pk")[:RELEASES]],
        "specs": [_columns_of(spec, lang) for spec in targets.specs()],
        "access": _side(access.read().told, lang),
        "open": access.read().open,
    }


def _columns_of(spec: Spec, lang: str) -> dict[str, Any]:
    """What a file of a target may hold, for its table of columns."""
    return {
        "target": spec.target,
        "name": targets.names(lang)[spec.target],
        "geometry": spec.geometry,
        "fields": [
            {
                "name": field.name,
                "word": field.in_(lang),
                "unit": field.unit,
                "required": field.required,
                "kind": field.kind,
                "terms": [term.in_(lang) for term in field.vocab or ()],
            }
            for field in targets.fields_of(spec)
        ],
    }


def _line(job: ImportJob, names: Mapping[str, str], lang: str) -> dict[str, Any]:
    """A job in the list."""
    counted = job.report.get("rows", {}) if job.state in (CHECKED, COMMITTED) else {}
    return {
        "job": job,
        "url": reverse("desk:job", args=[job.token]),
        "target": names.get(job.target, ""),
        "state": words.say(words.STATES[job.state], lang),
        "slug": words.SLUGS[job.state],
        "counts": _counts(counted, lang),
        "busy": job.state in (*WAITING, *WORKED_ON),
    }


def _counts(counted: Mapping[str, int], lang: str) -> list[tuple[str, str, int]]:
    """(name, word, how many), in the order in which they are read; those that are nothing only where they say something."""
    return [
        (name, words.say(told, lang), counted[name])
        for name, told in words.COUNTS.items()
        if name in counted and (name in words.ALWAYS or counted[name])
    ]


def of_progress(job: ImportJob, lang: str) -> dict[str, Any]:
    """How far a job is: its state, its step, rows done, and how many are before it, in words too."""
    told = parcels.read_progress(job.token) if job.state in WORKED_ON else {}
    ahead = queue.ahead(job)
    step = words.step(str(told.get("step", "")), lang)
    done = int(told.get("done") or 0)
    parts = [words.say(words.STATES[job.state], lang)]
    if ahead:
        parts.append(_ahead(job, ahead).in_(lang))
    if step:
        parts.append(step)
    if done:
        parts.append(Words("{count:,} 行", "{count:,} rows", count=done).in_(lang))
    if job.attempts > 1:
        parts.append(Words("中断后重新开始", "begun again after an interruption").in_(lang))
    return {
        "state": words.SLUGS[job.state],
        "busy": job.state in (*WAITING, *WORKED_ON),
        "step": told.get("step", ""),
        "done": done,
        "of": told.get("of"),
        "ahead": ahead,
        "told": " · ".join(parts),
        "problems": job.state == CHECKING and rows.are_there(parcels.folder_of(job.token)),
    }


def _ahead(job: ImportJob, count: int) -> Words:
    if job.state in (COMMITTING, TO_COMMIT):
        return Words("前面还有 {count} 个导入", "{count} before it", count=count)
    return Words("前面还有 {count} 个检查", "{count} before it", count=count)


def of_job(job: ImportJob, lang: str, asked: Mapping[str, str], wrong: Wrong | None = None) -> dict[str, Any]:
    """Everything on the page of a job."""
    spec, report = _spec(job), job.report
    folder = parcels.folder_of(job.token)
    choices = _choices(job, spec, lang)
    asks = [one for one in choices if one["open"]]
    there = parcels.file_of(job.token, job.suffix).is_file()
    shown = job.state not in (*WAITING, *WORKED_ON)
    columns = _columns(job, spec, lang)
    return {
        "job": job,
        "spec": spec,
        "dated": bool(spec and spec.name in TAKEN_BY),
        "progress": of_progress(job, lang),
        "slug": words.SLUGS[job.state],
        "state": words.say(words.STATES[job.state], lang),
        "target_name": targets.names(lang).get(job.target, ""),
        "groups": targets.groups(lang),
        "proposals": _proposals(job, lang),
        "report": report if shown else {},
        "counts": _counts(report.get("rows", {}), lang) if shown else [],
        "foreseen": _counts(report.get("foreseen", {}), lang),
        "error": words.message(_side(job.error, lang), spec, lang),
        "allowed": _allowed(job, spec, lang),
        "wrong": wrong.said.in_(lang) if wrong else "",
        "choices": choices,
        "asks": asks,
        "can_commit": job.state == CHECKED and not asks and there,
        "can_read": job.state in READABLE and there,
        "notes": [words.message(_side(note, lang), spec, lang) for note in report.get("notes", ())],
        "columns": columns,
        "matched": [one for one in columns if one["field"]],
        "fields": _field_options(spec, lang),
        "absent": [targets.field_name(spec, name, lang) for name in report.get("columns", {}).get("absent", ())],
        "crs": [(value, words.say(told, lang)) for value, told in words.CRS],
        "sheets": job.error.get("allowed", []) if job.error.get("param") in ("sheet", "file-layer") else [],
        "ask_told": _asked_by_error(job, spec, lang),
        "faults": _faults(job, spec, folder, lang, asked),
        "changes": _changes(job, spec, folder, lang, asked),
        "has_refused": rows.refused_files(folder)[lang].is_file(),
        "has_places": bool(rows.has_places(folder)),
        "misfit": _misfit(job, spec, lang),
        "can_keep": bool(profiles.of_a_kind(job.how)) and shown,
        "goes_at": queue.goes_at(job),
        "access": _side(access.read().told, lang),
        "open": access.read().open,
        "closes": _side(report.get("closes", {}), lang),
    }


def _allowed(job: ImportJob, spec: Spec | None, lang: str) -> list[str]:
    """What a refusal says could be, fields by their names."""
    return [
        _side(one, lang) if isinstance(one, Mapping) else targets.field_name(spec, one, lang)
        for one in job.error.get("allowed", [])
    ]


def _misfit(job: ImportJob, spec: Spec | None, lang: str) -> dict[str, str] | None:
    """The kept reading by which the file could not be read, and why."""
    found = job.how.get("misfit")
    return {"name": found["name"], "why": words.message(_side(found, lang), spec, lang)} if found else None


def _proposals(job: ImportJob, lang: str) -> list[dict[str, Any]]:
    names = targets.names(lang)
    return [{"target": target, "name": names[target], "hits": hits, "of": of} for target, hits, of in job.proposals[:3]]


def _choices(job: ImportJob, spec: Spec | None, lang: str) -> list[dict[str, Any]]:
    """Every decision on how the file was read, those that wait for somebody first."""
    told: Mapping[str, str] = job.how.get("told", {})
    found = [
        {
            "name": one["name"],
            "word": words.choice_name(one["name"], spec, lang),
            "value": told.get(one["name"], one["value"]) if one["name"] in words.FREE else one["value"],
            "evidence": words.message(_side(one, lang), spec, lang),
            "options": _options(one["name"], dict.fromkeys([one["value"], *one["others"]]), lang),
            "value_word": words.option(one["name"], one["value"], lang),
            "open": one["asks"] and one["name"] not in told,
            "free": one["name"] in words.FREE,
            "shift": one["name"] == "datum",
            "told": one["name"] in told,
        }
        for one in job.report.get("choices", ())
    ]
    return sorted(found, key=lambda one: not one["open"])


def _options(name: str, values: Iterable[str], lang: str) -> list[dict[str, str]]:
    return [{"value": value, "word": words.option(name, value, lang)} for value in values]


def _asked_by_error(job: ImportJob, spec: Spec | None, lang: str) -> dict[str, Any] | None:
    """Of a file that was refused for a decision: the values it can have."""
    name = str(job.error.get("param", ""))
    if name.partition(".")[0] not in words.CHOICES or name in ("sheet", "crs") or not job.error.get("allowed"):
        return None
    return {
        "name": name,
        "word": words.choice_name(name, spec, lang),
        "options": _options(name, job.error["allowed"], lang),
    }


def _columns(job: ImportJob, spec: Spec | None, lang: str) -> list[dict[str, Any]]:
    """Each heading of the file with the field it goes to."""
    if spec is None:
        return []
    by_heading = {heading: name for name, heading in forms.columns_of(job, spec).items()}
    told = job.how.get("field_map", {})
    return [
        {
            "at": at,
            "heading": heading,
            "field": by_heading.get(heading, ""),
            "word": targets.field_name(spec, by_heading[heading], lang) if heading in by_heading else "",
            "told": told.get(by_heading.get(heading, "")) == heading,
        }
        for at, heading in enumerate(job.headings)
        if normal(heading)
    ]


def _field_options(spec: Spec | None, lang: str) -> list[dict[str, Any]]:
    if spec is None:
        return []
    own = [
        {"name": field.name, "word": field.in_(lang), "required": field.required} for field in targets.fields_of(spec)
    ]
    return own + [
        {"name": name, "word": targets.field_name(spec, name, lang), "required": False}
        for name in targets.positions_of(spec)
    ]


def number(text: str) -> int:
    """The page that is asked for; the first for what is no number."""
    return int(text) if text.isdecimal() and len(text) < 9 else 1


def _faults(job: ImportJob, spec: Spec | None, folder: Any, lang: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """A page of the problem rows, and what they can be narrowed to."""
    kind, reason = asked.get("kind", ""), asked.get("reason", "")
    field = asked.get("field") if "field" in asked else None
    page = rows.faults(folder, kind, field, reason, number(asked.get("page", "")))
    told = _told(job, spec, lang)
    groups = [
        {
            "kind": of, "field": name, "reason": why, "count": count,
            "word": targets.field_name(spec, name, lang),
            "told": words.say(REASONS[why], lang) if why in REASONS else why,
            "chosen": (kind, field, reason) == (of, name, why),
            "query": _query(lang, kind=of, field=name, reason=why),
        }
        for of, name, why, count in rows.fault_groups(folder)
    ]  # fmt: skip
    return {
        "page": page,
        "groups": groups,
        "narrowed": bool(kind or reason or field is not None),
        "rows": [
            {
                "kind": of, "row": fault.row, "field": targets.field_name(spec, fault.field, lang), "id": fault.field,
                "cell": cell,
                # A warning compares with what is there, whose value not everybody is told.
                "value": fault.value, "told": words.message(fault.said.in_(lang), spec, lang)
                if of != rows.WARNED or told is None or told.of_all(fault.field) else words.say(REASONS[fault.reason], lang),
            }
            for of, fault, cell in page.rows
        ],
        **_turning(page, "page", lang, {"kind": kind, "reason": reason} | ({} if field is None else {"field": field})),
    }  # fmt: skip


def _changes(job: ImportJob, spec: Spec | None, folder: Any, lang: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """A page of the values that change, old and new; of many the first are kept, and all counted."""
    field = asked.get("changed") or None
    page = rows.changes(folder, field, number(asked.get("changes", "")))
    counted = dict(rows.change_groups(folder))
    groups = {**counted, **job.report.get("changed_fields", {})} if counted else {}
    told = _told(job, spec, lang)
    if told and page.rows:
        told.note()
    return {
        "page": page,
        "field": field,
        "groups": [
            {
                "field": name, "word": targets.field_name(spec, name, lang), "count": count, "chosen": name == field,
                "query": _query(lang, changed=name),
            }
            for name, count in sorted(groups.items(), key=lambda one: -one[1])
        ],
        "listed": sum(counted.values()),
        "all_counted": sum(groups.values()),
        "rows": [
            {"row": one.row, "code": one.code, "field": targets.field_name(spec, one.field, lang),
             "old": told.value(one.field, _shown(spec, one.field, one.old, lang)) if told else _shown(spec, one.field, one.old, lang),
             "new": _shown(spec, one.field, one.new, lang)}
            for one in page.rows
        ],
        **_turning(page, "changes", lang, {"changed": field or ""}),
    }  # fmt: skip


def _told(job: ImportJob, spec: Spec | None, lang: str) -> KeptBack | None:
    """What of the objects that a file changes its sender is told."""
    return KeptBack(spec.name, lang, access.reach_by(job.user, access.IMPORT)) if spec else None


def _shown(spec: Spec | None, name: str, told: str | None, lang: str) -> str:
    """A value as people read it; a dash for nothing."""
    return (said.shown(spec.dataset, name, told or "").in_(lang) if spec else told) or "—"


def _query(lang: str, **asked: Any) -> str:
    """A question for the same page; nothing that is empty but a field, which may be no field's."""
    told = {} if lang == languages.FIRST else {"lang": lang}
    told |= {name: value for name, value in asked.items() if value or name == "field"}
    return urlencode(told)


def _turning(page: rows.RowsPage, name: str, lang: str, asked: dict[str, Any]) -> dict[str, str]:
    """Questions for the page before and after; empty where there is none."""
    return {
        "before": _query(lang, **asked, **{name: page.number - 1}) if page.number > 1 else "",
        "after": _query(lang, **asked, **{name: page.number + 1}) if page.number < page.pages else "",
        "all": _query(lang),
    }


def of_places(job: ImportJob) -> dict[str, Any]:
    """The positions of a job's rows as GeoJSON."""
    found = rows.places(parcels.folder_of(job.token))
    count = max(job.report.get("placed", 0), len(found))
    return {
        "sampled": count > len(found),
        "count": count,
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [lon, lat]},
                "properties": {"row": row, "code": code, "kind": kind},
            }
            for lon, lat, row, code, kind in found
        ],
    }
