"""What lies behind: releases, what each changed, its undoing, and what an object was from release to release. In one language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from geoapp.desk import targets, words
from geoapp.desk.untold import KeptBack
from layers import access, languages, registry
from layers.history.read import Changed, State, changed_by, states_of
from layers.ingest.page_words import heading
from layers.ingest.refusal import REASONS, ImportRefused
from layers.ingest.spec import Spec, spec_for
from layers.models import Release
from layers.values import Lang
from layers.words import Kept, Words, in_language

if TYPE_CHECKING:
    from layers.ingest.undo import Undone  # brings Arrow

PAGE = 50
FAULTS = 50  # that a release's page lists, of each kind
_ACTIONS = {
    "add": Words("手工添加", "Added by hand"),
    "change": Words("手工修改", "Changed by hand"),
    "delete": Words("手工删除", "Deleted by hand"),
}


def _spec(dataset: str) -> Spec | None:
    return spec_for(dataset) if dataset in {one.name for one in registry.DATASETS} else None


def origin(release: Release, lang: str) -> str:
    """Where a release is from: a file, a hand, or one that it takes back."""
    if by_hand := release.report.get("admin"):
        return _ACTIONS.get(by_hand["action"], Words("手工", "By hand")).in_(lang)
    if undone := release.report.get("undo"):
        return Words("撤销第 {release} 号发布", "Release {release} taken back", release=undone["of"]).in_(lang)
    return release.file_name or "—"


def line(release: Release, lang: str) -> dict[str, Any]:
    """A release in a list."""
    names = targets.names(lang)
    return {
        "of": release, "dataset": names.get(release.dataset, release.dataset), "origin": origin(release, lang),
        "undone": release.report.get("undone"),
    }  # fmt: skip


def of_clerk(user: Any) -> QuerySet[Release]:
    """The releases that a clerk may look behind and take back: all, whose right reaches the whole city; else the clerk's own, as others tell
    what objects elsewhere were."""
    whole = any(access.reach_by(user, each).whole for each in (access.IMPORT, access.LOOK_BEHIND))
    return Release.objects.all() if whole else Release.objects.filter(actor=user.get_username())


def of_releases(user: Any, lang: str, page: int, target: str = "") -> dict[str, Any]:
    """A page of a clerk's releases, of a dataset if one is named, the newest first."""
    wanted = of_clerk(user).filter(**({"dataset": target} if target else {})).order_by("-pk")
    count = wanted.count()
    number = min(max(page, 1), max(1, -(-count // PAGE)))
    found = wanted[(number - 1) * PAGE : number * PAGE]
    names = targets.names(lang)
    return {
        "releases": [line(one, lang) for one in found],
        "datasets": [(one.name, names[one.name], one.name == target) for one in registry.DATASETS],
        "turning": turning(number, count, lang, {"target": target}),
    }


def turning(number: int, count: int, lang: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """What `desk/turning.html` needs."""
    pages = max(1, -(-count // PAGE))
    first = (number - 1) * PAGE + 1

    def to(page: int) -> str:
        told = {} if lang == languages.FIRST else {"lang": lang}
        return urlencode({**told, **{k: v for k, v in asked.items() if v}, "page": page})

    return {
        "page": {"pages": pages, "number": number, "first": first, "last": min(count, number * PAGE), "count": count},
        "before": to(number - 1) if number > 1 else "",
        "after": to(number + 1) if number < pages else "",
    }


def of_release(release: Release, user: Any, lang: Lang, page: int, *, may_undo: bool) -> dict[str, Any]:
    """A release: what it was made from, how many rows it wrote, and what it changed, old → new."""
    report, spec = release.report, _spec(release.dataset)
    told = KeptBack.of_release(release, user, lang) if spec else None
    if told:
        told.note()
    named = told is None or told.everything  # else what it says of rows may be of anybody
    count, _ = changed_by(release, lang, limit=0)
    number = min(max(page, 1), max(1, -(-count // PAGE)))
    changed = changed_by(release, lang, limit=PAGE, offset=(number - 1) * PAGE)[1]
    rows = report.get("rows") or {"new": release.rows_new, "changed": release.rows_changed}
    by_hand = report.get("admin", {})
    return {
        **line(release, lang),
        "report": report if named else {**report, "gone": []},
        "counts": [
            (name, words.say(word, lang), rows[name]) for name, word in words.COUNTS.items() if name in rows and (name in words.ALWAYS or rows[name])
        ],
        "took_back": _took_back(report.get("undo"), lang),
        "by_hand": (listed := by_hand.get("objects", []) if named else []),
        "by_hand_more": by_hand.get("count", 0) - len(listed),
        "notes": [words.message(_side(one, lang), spec, lang) for one in report.get("notes", ())],
        "choices": [
            {"word": words.choice_name(one["name"], spec, lang), "value": words.chosen(one["name"], one["value"], report.get("told", {}), lang),
             "evidence": words.message(_side(one, lang), spec, lang)}
            for one in report.get("choices", ())
        ],
        "columns": [
            (in_language(heading(kept), lang), targets.field_name(spec, name, lang))
            for name, kept in report.get("columns", {}).get("fields", {}).items()
        ],
        "reasons": [*_reasons(report, "reasons", spec, lang), *_reasons(report, "warned", spec, lang)],
        "faults": [*_faults(report, "refusals", spec, lang, told), *_faults(report, "warnings", spec, lang, told)],
        "changed": [_changed(one, release.dataset, lang) for one in (told.changed(changed) if told else changed)],
        "may_undo": may_undo and not report.get("undone"),
        "changes": turning(number, count, lang, {}),
    }  # fmt: skip


def _side(of: Mapping[str, Any], lang: str) -> str:
    return Kept(of).in_(lang)


def _took_back(undo: Mapping[str, int] | None, lang: str) -> list[tuple[str, int]]:
    if not undo:
        return []
    return [(words.say(told, lang), undo[name]) for name, told in words.UNDONE.items()]


def _reasons(report: Mapping[str, Any], name: str, spec: Spec | None, lang: str) -> list[dict[str, Any]]:
    return [
        {
            "field": targets.field_name(spec, one["field"], lang), "told": words.say(REASONS[one["reason"]], lang),
            "count": one["count"], "kind": "warned" if name == "warned" else "refused",
        }
        for one in report.get(name, ()) if one["reason"] in REASONS
    ]  # fmt: skip


def _faults(
    report: Mapping[str, Any], name: str, spec: Spec | None, lang: str, told: KeptBack | None
) -> list[dict[str, Any]]:
    return [
        {
            "row": one["row"], "field": targets.field_name(spec, one["field"], lang),
            "value": told.value(one["field"], one["value"]) if told else one["value"],
            "told": words.message(_side(one, lang), spec, lang) if told is None or told.of_all(one["field"])
            else words.say(REASONS[one["reason"]], lang) if one["reason"] in REASONS else "", "kind": "warned" if name == "warnings" else "refused",
        }
        for one in report.get(name, ())[:FAULTS]
    ]  # fmt: skip


def _changed(one: Changed, dataset: str, lang: str) -> dict[str, Any]:
    return {"of": one, "url": languages.address(reverse("desk:history", args=[dataset, one.object_id]), lang)}


def of_undoing(
    release: Release, user: Any, lang: str, done: Undone | None, refused: ImportRefused | None
) -> dict[str, Any]:
    """What taking a release back would do, or why it cannot be."""
    counted = done.to_dict() if done else {}
    spec = _spec(release.dataset)
    return {
        **line(release, lang),
        "counts": [(name, words.say(told, lang), counted[name]) for name, told in words.UNDONE.items() if done],
        "error": _why_not(release, user, refused, spec, lang) if refused else "",
        "notes": [words.say(note, lang) for note in done.notes] if done else [],
    }


_IN_THE_WAY = Words(
    "有对象在这之后又改动过，或有别的对象与它们关联，所以不能撤销；是哪些对象，不对这个账号公开",
    "it cannot be taken back: objects were changed since, or others lead to them; which, this account is not shown",
)


def _why_not(release: Release, user: Any, refused: ImportRefused, spec: Spec | None, lang: str) -> str:
    """What stands in the way of an undoing: it names objects."""
    named = spec is None or KeptBack.of_release(release, user, lang).everything
    return words.message(refused.said.in_(lang), spec, lang) if named else _IN_THE_WAY.in_(lang)


def of_history(dataset: str, object_id: int, lang: Lang) -> dict[str, Any] | None:
    """What an object was from release to release, the newest first; None for one that never was."""
    told = KeptBack(dataset, lang)
    states = told.states(object_id, states_of(dataset, object_id, lang))
    if not states:
        return None
    told.note()
    return {
        "dataset": targets.names(lang)[dataset],
        "code": states[0].code,
        "states": [_state(one, lang, first=one is states[-1]) for one in states],
    }


def _state(state: State, lang: str, *, first: bool) -> dict[str, Any]:
    return {"of": state, "first": first, "origin": origin(state.made_by, lang) if state.made_by else "—"}
