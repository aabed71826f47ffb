"""Each district's, or each township's of one district, findings beside its objects: by severity, per 1,000 objects, and what is complete.

Everything is of what the asker sees. A finding is in the division whose fault it is, an object in the one it counts in: where an object was
declared elsewhere than it lies these are two, so that a share is never taken below nought.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import Count, F, Func, QuerySet, Value
from psycopg import sql

from geoapp.quality.filters import DATASETS, WantedFindings
from geoapp.quality.rows import reach_seen
from layers import access, names, registry, vocab
from layers.db import bounded
from layers.fields import NOWHERE, Dataset
from layers.kept.memory import Memory
from layers.models import Finding, Region
from layers.quality import RULES
from layers.reach import Reach
from layers.stats.regions import RegionInfo, region_index
from layers.versions import as_of

INCOMPLETE = frozenset(rule.id for rule in RULES if rule.incomplete)
HAVE_TO_BE_WHOLE = frozenset(name for rule in RULES if rule.incomplete for name in rule.datasets)
DISTRICT_DIGITS, TOWNSHIP_DIGITS = vocab.CODE_DIGITS[vocab.DISTRICT], vocab.CODE_DIGITS[vocab.TOWNSHIP]
ELSEWHERE = ""  # what lies in none of the divisions that are told
Objects = Mapping[tuple[str, str], int]  # by dataset and division: how many
_objects: Memory[Objects] = Memory(8)


def of_page(found: QuerySet[Finding], wanted: WantedFindings, lang: str) -> dict[str, Any]:
    """The table; ``found`` are all findings that the asker sees, of whatever state."""
    region = wanted.region
    district = region[:DISTRICT_DIGITS] if len(region) >= DISTRICT_DIGITS else ""
    digits = TOWNSHIP_DIGITS if district else DISTRICT_DIGITS
    divisions = _divisions(district, reach_seen())
    open_ones = found.filter(state=vocab.OPEN)
    if district:
        open_ones = open_ones.filter(region__code__startswith=district)
    known = {one.code for one in divisions}
    with bounded():
        objects = _objects_in(district, digits, known)
        counts = _open_in(open_ones, digits, known)
        lacking = _lacking_in(open_ones, digits, known)
    lines = [
        _line(code, name, counts[code], objects[code], lacking[code])
        for code, name in (
            *((one.code, names.division(one.code, one.name).in_(lang)) for one in divisions),
            (ELSEWHERE, ""),
        )
        if code or counts[ELSEWHERE] or objects[ELSEWHERE]
    ]
    total = _line(
        district, "", sum(counts.values(), Counter()), sum(objects.values(), Counter()), sum(lacking.values())
    )
    most_open = max((line["open"] for line in lines), default=0)
    most_rate = max((line["rate"] or 0 for line in lines), default=0)
    for line in lines:
        line["address"] = wanted.address(region=line["code"])
        line["open_bar"] = _percent(line["open"], most_open)
        line["rate_bar"] = _percent(line["rate"] or 0, most_rate)
    return {
        "lines": sorted(lines, key=lambda line: (not line["code"], -line["open"], line["code"])),
        "total": total,
        "townships": bool(district),
        "chosen": region,
        "all": wanted.address(region=""),
        "whole": [registry.dataset(name) for name in DATASETS if name in HAVE_TO_BE_WHOLE and _seen(name)],
        "counted": [registry.dataset(name) for name in DATASETS if _seen(name)],
    }


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f}" if whole else "0"


def _line(
    code: str, name: str, counts: Counter[tuple[int, str]], objects: Counter[str], lacking: int
) -> dict[str, Any]:
    """``counts`` are by severity and dataset, ``objects`` by dataset."""
    by_severity: Counter[int] = Counter()
    for (severity, _), count in counts.items():
        by_severity[severity] += count
    open_ = sum(by_severity.values())
    every, whole = sum(objects.values()), sum(objects[name] for name in HAVE_TO_BE_WHOLE)
    rated = sum(count for (_, dataset), count in counts.items() if objects[dataset])
    complete = max(0.0, 1 - lacking / whole) if whole else None
    return {
        "code": code, "name": name, "open": open_, "open_told": f"{open_:,}", "objects": every,
        "by_severity": [(term, by_severity[term.id]) for term in vocab.SEVERITY],
        "rate": 1000 * rated / every if every else None,
        "rate_told": f"{1000 * rated / every:,.1f}" if every else "—",
        "complete": None if complete is None else f"{100 * complete:.1f}",
        # Shown as a hundred only where nothing is lacking at all.
        "complete_told": "—" if complete is None else f"{min(100 * complete, 99.9 if lacking else 100):.1f}%",
        "lacking": lacking,
    }  # fmt: skip


def _divisions(district: str, reach: Reach) -> list[RegionInfo]:
    """Those in which the asker sees something."""
    index = region_index()
    every = [
        one for one in index.levels[vocab.TOWNSHIP if district else vocab.DISTRICT] if one.code.startswith(district)
    ]
    return [one for one in every if reach.meets(one.code)]


def _in(code: str | None, digits: int, known: set[str]) -> str:
    """The division, of those that are told, in which one lies."""
    begins = (code or "")[:digits]
    return begins if begins in known else ELSEWHERE


def _codes(ids: Iterable[int | None]) -> dict[int | None, str]:
    """Codes of divisions by their ids: grouping by a number and looking the few up is a third of the work of joining them first."""
    return dict(Region.objects.filter(pk__in={at for at in ids if at is not None}).values_list("pk", "code"))


def _open_in(found: QuerySet[Finding], digits: int, known: set[str]) -> defaultdict[str, Counter[tuple[int, str]]]:
    """Open findings by division, and in it by severity and dataset."""
    counts: defaultdict[str, Counter[tuple[int, str]]] = defaultdict(Counter)
    grouped = list(found.order_by().values_list("region", "severity", "dataset").annotate(count=Count("pk")))
    code_of = _codes(at for at, *_ in grouped)
    for at, severity, dataset, count in grouped:
        counts[_in(code_of.get(at), digits, known)][severity, dataset] += count
    return counts


def _lacking_in(found: QuerySet[Finding], digits: int, known: set[str]) -> Counter[str]:
    """By division the objects, each once, of which an open finding says that something is missing.

    Raw, as the ORM cannot count what an array was taken apart into; the inner query is its own.
    """
    inner, params = (
        found.filter(rule__in=INCOMPLETE)
        .order_by()
        .values_list("region", "dataset", Func(F("object_ids"), function="unnest"))
        .distinct()
        .query.sql_with_params()
    )
    statement = sql.SQL("SELECT one.region, count(*) FROM ({inner}) AS one (region, dataset, id) GROUP BY 1").format(
        inner=sql.SQL(inner)
    )
    lacking: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        grouped = list(cursor.fetchall())
    code_of = _codes(at for at, _ in grouped)
    for at, count in grouped:
        lacking[_in(code_of.get(at), digits, known)] += count
    return lacking


def _objects_in(district: str, digits: int, known: set[str]) -> defaultdict[str, Counter[str]]:
    """Objects by division, and in it by dataset."""
    stamp = as_of((*DATASETS, "region")).stamp  # which tells the class of rights too
    objects: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (dataset, code), count in _objects.get_or_make(stamp, "objects", _count).items():
        if code.startswith(district):
            objects[_in(code, digits, known)][dataset] += count
    return objects


def _seen(name: str) -> bool:
    """Whether objects of a dataset can be told by division, and the asker sees any."""
    dataset = registry.dataset(name)
    return bool(_counted(dataset)) and any(access.seen(layer) for layer in access.layers_of(dataset))


def _count() -> Objects:
    """All objects of the datasets that rules look at, as far as the asker sees them: one statement of as many parts."""
    parts = [
        access.objects(dataset).order_by().annotate(of=Value(dataset.name), division=F(_counted(dataset)))
        .values_list("of", "division").annotate(count=Count("pk"))
        for dataset in map(registry.dataset, DATASETS) if _seen(dataset.name)
    ]  # fmt: skip
    if not parts:
        return {}
    counted = list(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])
    code_of = _codes(at for _, at, _ in counted)
    objects: Counter[tuple[str, str]] = Counter()
    for name, at, count in counted:
        objects[name, code_of.get(at, "")] += count
    return objects


def _counted(dataset: Dataset) -> str:
    """Where the ORM finds the division that an object counts in, or else is declared in; nothing of what has neither."""
    meta = apps.get_model(dataset.model)._meta
    if dataset is registry.REGION:
        return ""  # what others are counted in is not counted with them
    for path in (dataset.counted, "declared_region"):
        try:
            if path != NOWHERE and meta.get_field(path.partition("__")[0]):
                return path
        except FieldDoesNotExist:
            continue
    return ""
