"""Which city this is: one row, or none until the place is declared (`layers.place`)."""

from __future__ import annotations

from django.db import models


class Declaration(models.Model):
    """The place as it was declared. The plane is not here: the database itself measures in it (`layers_plane_srid`)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    root = models.CharField("根区划代码", max_length=6)
    name_zh = models.CharField("名称", max_length=60)
    name_en = models.CharField("英文名称", max_length=80, blank=True)
    authority_zh = models.CharField("主管单位", max_length=80, blank=True)
    authority_en = models.CharField("主管单位英文名称", max_length=120, blank=True)
    credit_zh = models.CharField("数据来源说明", max_length=200, blank=True)
    credit_en = models.CharField("数据来源英文说明", max_length=300, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "城市"
        verbose_name_plural = "城市"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="declaration_one_place"),
            models.CheckConstraint(
                condition=models.Q(root__regex=r"^[0-9]{2}([0-9]{2}){0,2}$"), name="declaration_root_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.root}"
