"""Lists of millions of rows: counted exactly while that is cheap, estimated beyond, and never fetched with outlines."""

from __future__ import annotations

import json
import math
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.contrib.gis.db.models import GeometryField
from django.core.paginator import Paginator
from django.db.models import GeneratedField, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

EXACT_UP_TO = 10_000


class BoundedPaginator(Paginator):
    """Counts at most `EXACT_UP_TO` + 1 rows; more are estimated by the planner (``estimated`` tells).

    Of a longer list only the first `EXACT_UP_TO` rows can be paged through: a page is found by counting off the rows
    before it, which takes longer and longer, and nobody looks for something on page 60,000.
    """

    estimated = False

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        assert isinstance(rows, QuerySet)
        counted = rows.order_by().values("pk")[: EXACT_UP_TO + 1].count()
        if counted <= EXACT_UP_TO:
            return counted
        self.estimated = True
        return max(_planned_rows(rows), counted)

    @cached_property
    def num_pages(self) -> int:
        whole = super().num_pages
        return min(whole, math.ceil(EXACT_UP_TO / int(self.per_page))) if self.count > EXACT_UP_TO else whole

    @property
    def listed(self) -> int:
        """How many rows the pages show."""
        return self.num_pages * int(self.per_page)


def _planned_rows(rows: QuerySet[Any]) -> int:
    """How many rows PostgreSQL expects: its statistics answer in a millisecond what a count takes seconds for."""
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


class LightChangeList(ChangeList):
    """Leaves geometries in the database: no list shows them, and an outline can weigh a megabyte."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        heavy = [f.name for f in self.model._meta.concrete_fields if _is_heavy(f)]
        return super().get_queryset(request, exclude_parameters).defer(*heavy)


def _is_heavy(field: Any) -> bool:
    stored = field.output_field if isinstance(field, GeneratedField) else field
    return isinstance(stored, GeometryField)
