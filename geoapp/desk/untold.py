"""What of the past, and of what a file would change, is kept back from a reader without the right to personal data there.

A clerk whose right to personal data reaches as far as the right to import reads of own files and releases all that they did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.apps import apps

from layers import access, registry
from layers.access.personal import DATASETS as PERSONS
from layers.fields import Dataset
from layers.history.read import Changed, Difference, State
from layers.models import Release
from layers.reach import WHOLE, Reach
from layers.words import Words

KEPT_BACK = Words("（不公开）", "(not shown)")
_BETWEEN = re.compile(r"[;；、,，\s]+")


class KeptBack:
    """What somebody is told of the objects of one dataset: of each ``field`` in a whole reach, and of single ones."""

    def __init__(self, dataset: str, lang: str, reach: Reach = WHOLE) -> None:
        self.dataset: Dataset = registry.dataset(dataset)
        self._reach = reach
        self._word = KEPT_BACK.in_(lang)

    @classmethod
    def of_release(cls, release: Release, user: Any, lang: str) -> KeptBack:
        """Of an own one as far as the clerk's files reach, of another's everywhere."""
        own = release.actor == user.get_username()
        return cls(release.dataset, lang, access.reach_by(user, access.IMPORT) if own else WHOLE)

    def note(self) -> None:
        """That personal data are read, where there are any in it."""
        if access.touches_persons(self.dataset):
            access.note_personal(self.dataset.name)

    def of_all(self, name: str) -> bool:
        """Whether a field, by its name in files, is told of all that the reach holds."""
        return access.tells_all(self.dataset, self._column(name), self._reach)

    @property
    def everything(self) -> bool:
        return all(self.of_all(field.name) for field in self.dataset.fields)

    def value(self, name: str, value: Any) -> Any:
        """A value, or that it is not shown."""
        return value if not value or self.of_all(name) else self._word

    def changed(self, found: Sequence[Changed]) -> list[Changed]:
        """What a release changed, without what is not told of each."""
        return [
            replace(one, **kept)
            for one, kept in zip(found, self._kept([o.object_id for o in found], found), strict=True)
        ]

    def states(self, object_id: int, found: Sequence[State]) -> list[State]:
        return [
            replace(one, **kept) for one, kept in zip(found, self._kept([object_id] * len(found), found), strict=True)
        ]

    def _kept(self, ids: Sequence[int], found: Sequence[Changed | State]) -> list[dict[str, Any]]:
        names = {difference.name for one in found for difference in one.differences}
        told = {name: self._told_of(name, ids) for name in names}
        there = self._told_of("code", ids) if self.dataset.name in PERSONS else set(ids)
        return [
            {
                "code": one.code if at in there else f"#{at}",
                "differences": [
                    self._difference(each, at in there and at in told[each.name]) for each in one.differences
                ],
            }
            for at, one in zip(ids, found, strict=True)
        ]

    def _told_of(self, name: str, ids: Iterable[int]) -> set[int]:
        return set(ids) if self.of_all(name) else access.told_among(self.dataset, self._column(name), ids)

    def _difference(self, one: Difference, is_told: bool) -> Difference:
        before, after = (
            text if not text or (is_told and self._leads_to_none_untold(one.name, text)) else self._word
            for text in (one.before, one.after)
        )
        return replace(one, before=before, after=after)

    def _leads_to_none_untold(self, name: str, text: str) -> bool:
        """Of codes of persons: whether they may all be told."""
        field = self.dataset.field(name)
        if field is None or field.refers_to not in PERSONS:
            return True
        of = registry.dataset(field.refers_to)
        codes = {code for code in _BETWEEN.split(text) if code}
        known = apps.get_model(of.model)._default_manager.filter(code__in=codes).values_list("pk", flat=True)
        return len(access.told_among(of, "code", list(known))) == len(codes)

    def _column(self, name: str) -> str:
        field = self.dataset.field(name)
        return field.orm_path.partition("__")[0] if field else name
