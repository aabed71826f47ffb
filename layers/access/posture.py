"""What is open to whoever reaches the site: as the administrator chose it, and personal data by the operator's word.

Until somebody has chosen, all is open but personal data. Those are closed unless the operator opens them by
``OPEN_TO_ALL=personal``, or all there is was made by the demo: the first file of an authority's own closes them in the
transaction that brings it, as the answer is read from the releases, and is part of every data stamp (`layers.versions`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Literal

from django.apps import apps
from django.conf import settings
from django.db.models import Q
from psycopg import sql

from layers import registry, vocab
from layers.access import personal
from layers.access.rights import NOTHING, Rights
from layers.db import Query, rows
from layers.models import Release
from layers.models.access import CLOSED, FIGURES, OPEN
from layers.registry import Dataset
from layers.words import Words

SETTING, WORD = "OPEN_TO_ALL", "personal"
DEMO = "demo"  # the key that the demo leaves in the context of its releases
SYNTHETIC = "synthetic"  # the mark of a change by hand after which what it touched is still made up

Why = Literal["setting", "synthetic", "own_data", "empty", "figures", "closed"]
WHY: dict[Why, Words] = {
    "setting": Words(
        "运维人员设置了 {setting}：用水户、水表、取水户与逐表水量对所有能访问本站的人公开",
        "the operator set {setting}: users, meters, holders and usage by meter are open to whoever reaches this site",
        setting=f"{SETTING}={WORD}",
    ),
    "synthetic": Words(
        "演示城市：用水户、水表、取水户与逐表水量均为程序合成，不是真实的人，因此公开",
        "the demo city: users, meters, holders and usage by meter are made up, nobody's in truth, and so open",
    ),
    "own_data": Words(
        "有真实数据：用水户、水表、取水户与逐表水量不公开，有权限的账号登录后可见；设置 {setting} 才对所有能访问本站的人公开",
        "there are real data: users, meters, holders and usage by meter are closed, but to accounts with the right to"
        " see them; {setting} would open them to whoever reaches this site",
        setting=f"{SETTING}={WORD}",
    ),
    "empty": Words(
        "还没有数据：用水户、水表、取水户与逐表水量导入后不公开；设置 {setting} 才对所有能访问本站的人公开",
        "there are no data yet: users, meters, holders and usage by meter will be closed; {setting} would open them"
        " to whoever reaches this site",
        setting=f"{SETTING}={WORD}",
    ),
    "figures": Words(
        "管理员只开放了统计数字与公共设施：机井、许可、用水户、水表等登录后按权限可见",
        "the administrator opened figures and public facilities alone: wells, permits, users and meters are for accounts"
        " with the right to see them",
    ),
    "closed": Words("管理员关闭了公开访问：登录后按权限可见", "the administrator closed the site: it is for accounts, by their rights"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Posture:
    """How open the site is to all; ``open`` says whether personal data are, and ``why``.

    ``rights_as_of`` tells, read in the same moment, the last changes of what any account may.
    """

    open: bool
    why: Why
    kind: str = OPEN
    rights_as_of: str = field(default="", compare=False)

    @property
    def rights(self) -> Rights:
        """What everybody may."""
        if self.kind == CLOSED:
            return NOTHING
        if self.kind == FIGURES:
            return Rights.everywhere("figures")
        personal_too = (WORD,) if self.open else ()
        return Rights.everywhere("figures", "objects", "reports", *personal_too)

    @property
    def told(self) -> dict[str, str]:
        """Why, in every language."""
        return WHY[self.why].everywhere()


@cache
def concerned() -> tuple[str, ...]:
    """The datasets with anything personal in them."""
    named = {name.partition(".")[0] for name in personal.FIELDS}
    of_layers = {layer.dataset.name for layer in registry.LAYERS if layer.id in named}
    return tuple(d.name for d in registry.DATASETS if d.name in {*personal.DATASETS, *named, *of_layers})


# The last changes of what any account may (`Posture.rights_as_of`), as an expression: of accounts, ends of sessions, roles, and the
# divisions and units that these are given for.
RIGHTS_AS_OF = """
SELECT string_agg(change, ' ' ORDER BY change) FROM (
    SELECT kind || ' ' || transaction || '.' || number FROM layers_rightschange
    UNION ALL
    SELECT dataset || ' ' || release_id || '.' || extract(epoch FROM changed_at) FROM layers_layerversion
    WHERE dataset IN ('region', 'reporting_unit')
) told (change)
"""
# What was chosen, the newest release of anything personal, the last changes of rights, of one statement: every answer asks it.
_READ = sql.SQL(
    """
SELECT (SELECT posture FROM layers_openness), newest.id, newest.made_at, ({})
FROM (SELECT) one LEFT JOIN LATERAL (
    SELECT id, made_at FROM layers_release WHERE dataset = ANY(%s) ORDER BY id DESC LIMIT 1
) newest ON TRUE
"""
).format(sql.SQL(RIGHTS_AS_OF))


def read() -> Posture:
    """The posture as it is this moment."""
    chosen, newest, made_at, rights_as_of = rows(Query(_READ, [list(concerned())]))[0]
    return replace(_chosen(chosen, (newest, made_at) if newest else None), rights_as_of=rights_as_of or "")


def _chosen(chosen: str | None, newest: tuple[int, datetime] | None) -> Posture:
    if chosen == FIGURES:
        return Posture(open=False, why="figures", kind=FIGURES)
    if chosen == CLOSED:
        return Posture(open=False, why="closed", kind=CLOSED)
    if WORD in settings.OPEN_TO_ALL:
        return Posture(open=True, why="setting")
    return _found(newest)


@lru_cache(maxsize=8)
def _found(newest: tuple[int, datetime] | None) -> Posture:
    """Kept by the newest release; its time, as numbers begin again in another database."""
    if newest is None:
        return Posture(open=False, why="empty")
    return Posture(open=False, why="own_data") if _own().exists() else Posture(open=True, why="synthetic")


def _own() -> Any:
    """The releases that are neither the demo's nor a change by hand to what the demo made."""
    made = Release.objects.filter(dataset__in=concerned())
    # By id: a report without the key is NULL to the comparison, which exclude() alone would take for a match.
    synthetic = made.filter(made_up())
    return made.exclude(pk__in=synthetic.values("pk"))


def made_up() -> Q:
    """Of releases: whether what it wrote is made up, by the demo or by hand of what the demo made."""
    return Q(**{f"report__context__{DEMO}__isnull": False}) | Q(**{f"report__admin__{SYNTHETIC}": True})


def still_synthetic(dataset: Dataset, ids: Sequence[int], *, added: bool) -> bool:
    """Whether rows changed by hand are still made up: marked so, or of a kind without a mark and there before.

    Whoever gives a demo object a surveyed position, or adds one without the mark, has made it real.
    """
    marks = (vocab.POSITION_QUALITY, vocab.BOUNDARY_QUALITY)
    mark = next((f for f in dataset.fields if f.vocab in marks), None)
    if mark is None:
        return not added
    rows = apps.get_model(dataset.model)._default_manager.filter(pk__in=ids)
    return not rows.exclude(pk__in=rows.filter(**{mark.orm_path: vocab.SYNTHETIC}).values("pk")).exists()
