"""Whether personal data are open to all: the operator's word, else what is in the database.

Until there are accounts, who reaches the port is everybody. Closed therefore, unless the operator opens them by
``OPEN_TO_ALL=personal``, or all there is was made by the demo. The first file of an authority's own closes them in the
transaction that brings it: the answer is read from the releases, and is part of every data stamp (`layers.versions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from django.apps import apps
from django.conf import settings
from django.db.models import Q

from layers import registry, vocab
from layers.access import personal
from layers.models import Release
from layers.registry import Dataset
from layers.words import Words

SETTING, WORD = "OPEN_TO_ALL", "personal"
DEMO = "demo"  # the key that the demo leaves in the context of its releases
SYNTHETIC = "synthetic"  # the mark of a change by hand after which what it touched is still made up

Why = Literal["setting", "synthetic", "own_data", "empty"]
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
        "有真实数据：用水户、水表、取水户与逐表水量不公开；设置 {setting} 才对所有能访问本站的人公开",
        "there are real data: users, meters, holders and usage by meter are closed; {setting} would open them to"
        " whoever reaches this site",
        setting=f"{SETTING}={WORD}",
    ),
    "empty": Words(
        "还没有数据：用水户、水表、取水户与逐表水量导入后不公开；设置 {setting} 才对所有能访问本站的人公开",
        "there are no data yet: users, meters, holders and usage by meter will be closed; {setting} would open them"
        " to whoever reaches this site",
        setting=f"{SETTING}={WORD}",
    ),
}
# In stamps, before eight digits of a hash: no hexadecimal digits, so that a stamp of older code has neither.
_OPEN_MARK, _CLOSED_MARK = "o", "s"


@dataclass(frozen=True, slots=True)
class Posture:
    """Whether personal data are open to all, and why."""

    open: bool
    why: Why

    @property
    def mark(self) -> str:
        return _OPEN_MARK if self.open else _CLOSED_MARK

    @property
    def told(self) -> dict[str, str]:
        """Why, in every language."""
        return WHY[self.why].everywhere()

    def to_dict(self) -> dict[str, Any]:
        return {WORD: "open" if self.open else "closed", "why": {"code": self.why, **self.told}}


def concerned() -> tuple[str, ...]:
    """The datasets with anything personal in them."""
    named = {name.partition(".")[0] for name in personal.FIELDS}
    of_layers = {layer.dataset.name for layer in registry.LAYERS if layer.id in named}
    return tuple(d.name for d in registry.DATASETS if d.name in {*personal.DATASETS, *named, *of_layers})


def read() -> Posture:
    """The posture as it is this moment: by the setting, else by one query of the releases."""
    if WORD in settings.OPEN_TO_ALL:
        return Posture(open=True, why="setting")
    newest = Release.objects.filter(dataset__in=concerned()).order_by("-pk").values_list("pk", "made_at").first()
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


class Moment:
    """One asker's view: the posture is read once, and everything in the answer goes by it."""

    def __init__(self, *, closed: bool = False) -> None:
        self._posture = Posture(open=False, why="own_data") if closed else None

    @property
    def posture(self) -> Posture:
        if self._posture is None:
            self._posture = read()
        return self._posture

    def closed_meanwhile(self) -> bool:
        """Whether what was open for being made up is so no longer: rows read since may be real.

        Asked after the last query of an answer. Nothing real was there before if it is still all made up now.
        """
        return self._posture is not None and self._posture.why == "synthetic" and not read().open


_moment: ContextVar[Moment | None] = ContextVar("moment", default=None)


@contextmanager
def one_moment(stamp: str = "") -> Iterator[Moment]:
    """Everything inside goes by one posture: closed, where a ``stamp`` is given that was told while they were closed."""
    moment = Moment(closed=bool(stamp) and not _told_open(stamp))
    token = _moment.set(moment)
    try:
        yield moment
    finally:
        _moment.reset(token)


def now() -> Posture:
    """The posture that an answer goes by."""
    moment = _moment.get()
    return moment.posture if moment is not None else read()


def _told_open(stamp: str) -> bool:
    return f"-{_OPEN_MARK}" in stamp


def may_show(stamp: str) -> bool:
    """Whether what was made under a stamp may be shown now: anything while all is open, else what was made closed."""
    return now().open or f"-{_CLOSED_MARK}" in stamp
