"""Usage summed once for many answers."""

from __future__ import annotations

from django.db import models

from layers.vocab import GAP, LEVEL
from layers.words import shown


class UsageSum(models.Model):
    """Litres and records of one level, region, month and selection of source and purpose, and of the year up to that month.

    Grain: (level, region or gap, month, source selection, purpose selection). Selections hold a vocabulary id, or 0
    for all; whatever else is asked for is a signed sum of them (non-residential = all − residential). A range of months
    is one too, through the year to date: two rows a year at most, however long the range.
    Whether anything was recorded is told by ``records``, summed as the litres are: a sum of 0 L of some records is nothing
    used, a sum of no records is not known (`layers.stats.query`).
    Within one level, month and selection the rows partition the records: every litre is in exactly one of them.
    A row without a region code says why (``gap``) and stands under the finest region that is known
    (``parent_code``). Rows are keyed by division code and not by region id.

    ``edition`` 0 speaks in the divisions of the month itself. The rows of another edition are what has to be added to
    those for the same month in the divisions of that edition: minus where it counts no more, plus where it counts. They
    add up to nothing at each level, and there are none of an edition for the months that are its own.
    """

    edition = models.IntegerField(db_default=0)
    level = models.PositiveSmallIntegerField(choices=LEVEL.choices())
    source_sel = models.PositiveSmallIntegerField()
    purpose_sel = models.PositiveSmallIntegerField()
    month = models.DateField()
    code = models.CharField(max_length=12)
    parent_code = models.CharField(max_length=12)
    gap = models.PositiveSmallIntegerField(choices=GAP.choices())
    volume_l = models.BigIntegerField()
    ytd_l = models.BigIntegerField()
    records = models.IntegerField()
    ytd_records = models.IntegerField()

    class Meta:
        verbose_name = shown("用水汇总", "Sums of usage")
        verbose_name_plural = shown("用水汇总", "Sums of usage")
        constraints = [
            # Identity and covering index in one: every statistics query is a range scan of this index alone. It leads
            # with the month, which is what is written, checked and taken away as a whole.
            models.UniqueConstraint(
                fields=["month", "level", "source_sel", "purpose_sel", "edition", "code", "parent_code", "gap"],
                include=["volume_l", "ytd_l", "records", "ytd_records"],
                name="usage_sum_cube",
            ),
            models.CheckConstraint(
                condition=models.Q(gap=0) & ~models.Q(code="") | models.Q(gap__gt=0, code=""),
                name="usage_sum_gap_or_code",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code or self.get_gap_display()} {self.month:%Y-%m} {self.volume_l} L"
