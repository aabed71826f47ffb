"""What lies behind the log-in, the administration, the desk, the audit and accounts, tells nobody of whom its asker may not see: every address there
is asked, with the numbers of all objects in its path and wherever the administration reads one from a query.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, reverse

from geoapp.desk import targets
from geoapp.desk.models import ImportJob
from layers import access, registry
from layers.ingest.run import Source, run
from layers.models import Release
from layers.reach import Reach
from tests.access_walk import told
from tests.addresses import behind_the_log_in
from tests.db.ingest_files import DISTRICT, OTHER_DISTRICT, csv
from tests.rights_city import HEADS, OBJECT, PERSONAL, SIDES, A, account, choose, load, make_city, roles, shown
from tests.standing import standing
from tests.thorough import some

pytestmark = pytest.mark.django_db
WALKER = "walker"
SEES = ("figures", "objects")
# By name: capabilities by region, and what of whom may be told.
CLERKS: dict[str, tuple[tuple[tuple[tuple[str, ...], str], ...], set[str]]] = {
    "a district's, without personal data": ((((*SEES, "edit", "import"), DISTRICT),), {"OW"}),
    "a district's": ((((*SEES, "personal", "edit", "import"), DISTRICT),), {"OW", "PW"}),
    "the city's, with a district's personal data": (
        (((*SEES, "edit", "import"), ""), (("personal",), OTHER_DISTRICT)),
        {"OW", "OE", "PE"},
    ),
    "an administrator": (((("figures", "accounts"), ""),), set()),
    "an auditor": (((("figures", "audit"), ""),), set()),
}
# Ends the session of who asks.
NOT_ASKED = {"logout"}
WORDS = (
    "",
    "的井",
    "用水户",
    "持有人",
    "公司",
    "自建",
    "供水",
)  # what names end with, so that a mark in the answer is not the asker's word


def changed(folder: Path) -> Path:
    """The city, after somebody has renamed everybody and a clerk has changed own wells."""
    make_city(folder)
    lines: dict[str, list[str]] = {target: [] for target in ("water_user", "well", "permit", "meter")}
    for side, (where, at, _) in SIDES.items():
        o, p = f"{OBJECT}{side}", f"{PERSONAL}{side}"
        lines["water_user"].append(f"{p}-U1,{p} 改名用水户,自来水集团,A01,{where},{o}-P1,{o}-W1,{at}")
        lines["well"].append(f"{o}-W1,{p} 改名的井,农业,水表,51,{where},{o}-P1,{at}")
        lines["permit"].append(f"{o}-P1,{p}-H1,{p} 改名持有人,1000,2018-01-01,2028-12-31,{where}")
        lines["meter"].append(f"{p}-M1,{p} 改名水表,自来水集团,自来水集团,居民生活,{where},{p}-U1,{o}-W1,{at}")
    for target, rows in lines.items():
        load(target, csv(folder / f"again-{target}.csv", "\n".join([HEADS[target], *rows])))
    mine = csv(
        folder / "mine.csv",
        f"{HEADS['well']}\n{OBJECT}W-W1,{PERSONAL}W 的井,农业,水表,52,{A},{OBJECT}W-P1,{SIDES['W'][1]}",
    )
    run("well", Source(mine), commit=True, actor=WALKER, reach=Reach((DISTRICT,)))
    return folder


world = standing(changed)


@pytest.fixture(autouse=True)
def closed(world: Path, settings: Any) -> None:
    settings.OPEN_TO_ALL = ()
    settings.IMPORT_WORKERS = 0
    choose("closed")
    roles()


def come(name: str) -> Client:
    user = account(WALKER, *CLERKS[name][0])
    access.note_staff(User.objects.all())
    user.refresh_from_db()
    client = Client()
    client.force_login(user)
    return client


def pks(model: Any, most: int = 4) -> list[Any]:
    """The oldest objects of a model, and the newest: in this city most tables have one of each side."""
    found = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
    return found if len(found) <= most else [*found[: most // 2], *found[-most // 2 :]]


def asked() -> Iterator[str]:
    for namespace, pattern in behind_the_log_in():
        if pattern.name in NOT_ASKED:
            continue
        for parts, queries in _ways(namespace, pattern):
            address = reverse(f"{namespace}:{pattern.name}", kwargs=parts)
            yield from (f"{address}?{urlencode(query)}" if query else address for query in queries)


Ways = Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]


def _ways(namespace: str, pattern: URLPattern) -> Ways:
    """The parts of an address with the queries that it is asked with."""
    parts = set(pattern.pattern.converters) | set(pattern.pattern.regex.groupindex)
    name = str(pattern.name)
    if namespace == "admin" and name == "autocomplete":
        yield {}, list(_looked_up())
    elif name == "view_on_site":
        for of in ContentType.objects.filter(app_label="layers"):
            if (model := of.model_class()) is not None:
                yield from (({"content_type_id": of.pk, "object_id": pk}, [{}]) for pk in pks(model, 2))
    elif namespace == "admin" and (model := _model(name)) is not None:
        what = name.rpartition("_")[2]
        queries = list(_questions(model, what))
        for pk in pks(model) if parts else [None]:
            yield ({} if pk is None else {next(iter(parts)): pk}), queries
    elif not parts:
        yield {}, [{}, {"page": "1"}, *({"target": one.name} for one in registry.DATASETS if namespace == "desk")]
    else:
        yield from ((one, [{}]) for one in _parts(parts))


def _model(name: str) -> Any:
    return next(
        (
            model
            for model in admin.site._registry
            if name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_")
        ),
        None,
    )


def _questions(model: Any, what: str) -> Iterator[dict[str, Any]]:
    yield {}
    if what not in ("history", "delete"):
        yield {"_popup": "1", "_to_field": "id"}
    related = [field for field in model._meta.get_fields() if field.is_relation and field.related_model]
    if what == "add":
        for field in related:
            found = pks(field.related_model, 60)
            yield from (
                [{field.name: ",".join(map(str, found))}]
                if field.many_to_many
                else ({field.name: pk} for pk in found[-2:])
            )
    if what == "changelist":
        yield from ({"q": word} for word in WORDS if word)
        yield from ({"o": str(at)} for at in range(1, 6))
        yield from ({f"{name}__contains": "的"} for name in ("name", "operator") if name in _columns(model))
        for field in related:
            yield from ({field.name: pk} for pk in pks(field.related_model)[-1:])
            yield from [{f"{field.name}__name__contains": "的"}] if "name" in _columns(field.related_model) else ()


def _columns(model: Any) -> set[str]:
    return {field.name for field in model._meta.concrete_fields}


def _looked_up() -> Iterator[dict[str, str]]:
    """Of links as a model declares them: Django breaks off at their other ends."""
    for model in admin.site._registry:
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model in admin.site._registry:
                of = {
                    "app_label": model._meta.app_label,
                    "model_name": model._meta.model_name,
                    "field_name": field.name,
                }
                yield from ({**of, "term": word} for word in WORDS)


def _parts(parts: set[str]) -> Iterator[dict[str, Any]]:
    """Of the desk and the audit."""
    if parts == {"target"}:
        yield from ({"target": spec.target} for spec in targets.specs())
    elif parts == {"app_label"}:
        yield from ({"app_label": label} for label in {model._meta.app_label for model in admin.site._registry})
    elif parts == {"suffix"}:
        yield from ({"suffix": suffix} for suffix in ("csv", "xlsx"))
    elif parts == {"dataset", "number"}:
        for one in registry.DATASETS:
            yield from ({"dataset": one.name, "number": pk} for pk in pks(apps.get_model(one.model)))
    elif parts == {"layer", "code"}:
        codes = [
            f"{kind}{side}-{tail}"
            for kind, tail in ((OBJECT, "W1"), (OBJECT, "P1"), (PERSONAL, "U1"))
            for side in SIDES
        ]
        for layer in (*registry.LAYERS, *registry.TABLES):
            yield from ({"layer": layer.id, "code": code} for code in codes)
    elif parts <= {"number", "release_id"}:
        (name,) = parts
        yield from ({name: pk} for pk in Release.objects.order_by("pk").values_list("pk", flat=True))
    elif parts == {"token"}:
        yield from ({"token": token} for token in ("a" * 43, *ImportJob.objects.values_list("token", flat=True)))
    else:
        raise AssertionError(f"a new part of an address, {parts}: say what it can be")


# Those that stand for the others; a whole run has all.
USUAL = ("a district's, without personal data", "the city's, with a district's personal data")


@pytest.mark.parametrize("name", some(list(CLERKS), USUAL))
def test_what_lies_behind_the_log_in_tells_of_whom_its_asker_may_see(world: Path, name: str) -> None:
    client, may = come(name), CLERKS[name][1]
    client.raise_request_exception = False
    seen: set[str] = set()
    every = list(dict.fromkeys(asked()))
    wrong = []
    for address in every:
        status, text = told(client, address)
        tells = shown(_without_own_codes(text, address))
        if status not in (200, 204, 302, 400, 403, 404, 405) or not tells <= may:
            wrong.append((address, status, tells - may))
        seen |= tells
    assert not wrong, (len(wrong), wrong[:20])
    assert seen == may, "what may be seen is nowhere"
    assert len(every) > 800, "the walk has lost its way"


def _without_own_codes(text: str, address: str) -> str:
    """A refusal may say again what was asked for."""
    code = address.partition("?")[0].rpartition("/")[2]
    return text.replace(code, "") if code.startswith((OBJECT, PERSONAL)) else text
