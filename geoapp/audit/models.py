"""The lines, their seals and what was let go of. Django reads them; tables, triggers and functions are of the migration.

Unmanaged, as no code of ours may change or delete a row of them: not a form, not a cascade, not a test that empties its tables.
"""

from __future__ import annotations

from django.db import models

from geoapp.audit.words import ACT, CHANNEL, RESULT
from layers.words import shown


class Line(models.Model):
    """One act. The account stands as it was called: no foreign key, as accounts go and their lines stay."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(shown("时间", "Time"))
    act = models.PositiveSmallIntegerField(shown("行为", "Act"), choices=ACT.choices())
    result = models.PositiveSmallIntegerField(shown("结果", "Result"), choices=RESULT.choices())
    account_id = models.BigIntegerField(shown("账号编号", "Account's number"), null=True)
    account = models.CharField(shown("账号", "Account"), max_length=150)
    address = models.CharField(shown("地址", "Address"), max_length=45)
    channel = models.PositiveSmallIntegerField(shown("途径", "Channel"), choices=CHANNEL.choices())
    request_id = models.CharField(shown("请求", "Request"), max_length=64)
    errand = models.CharField(shown("任务", "Errand"), max_length=60)
    question = models.CharField(shown("问题", "Question"), max_length=1000)
    object = models.CharField(shown("对象", "Object"), max_length=200)
    rows = models.BigIntegerField(shown("行数", "Rows"), null=True)
    detail = models.JSONField(shown("详情", "Detail"))

    class Meta:
        managed = False
        db_table = "audit_line"
        verbose_name = verbose_name_plural = shown("审计", "Audit")
        default_permissions = ()
        permissions = [("read_audit", "查看审计 / Read the audit")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.account} {ACT.by_id[self.act].code}"


class Seal(models.Model):
    """The lines of a day that is over, by one number that any change of them changes, and the seal before it with them."""

    id = models.BigIntegerField(primary_key=True)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    count = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    chained = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "audit_seal"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.begins:%Y-%m-%d} {self.chained}"


class Sweep(models.Model):
    """What was let go of: the lines before a moment, and how many these were."""

    id = models.BigIntegerField(primary_key=True)
    before = models.DateTimeField()
    removed = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "audit_sweep"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.before:%Y-%m-%d} {self.removed}"
