"""Letterheads, the numbers that were given, and the reports that have one: each with what was done to it, by whom and when."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import models
from django.db.models import Q

from geoapp.reports.ask import Ask
from geoapp.reports.official.pattern import MOST, NUMBER_MOST
from geoapp.reports.official.words import ACTION, CHECKED, DRAFT, MARGINS, SCOPE, SEAL, SECRECY, STATE
from layers.words import shown

NAME_MOST = 60


class Letterhead(models.Model):
    """How the reports of an authority look, or those of one of its bureaus or divisions."""

    scope = models.PositiveSmallIntegerField(shown("用于", "Used for"), choices=SCOPE.choices(), default=1)
    code = models.CharField(shown("代码", "Code"), max_length=12, blank=True, default="")
    bureau_zh = models.CharField(shown("编发单位", "Issuing bureau, in Chinese"), max_length=NAME_MOST)
    bureau_en = models.CharField(shown("编发单位（英文）", "Issuing bureau, in English"), max_length=120, blank=True)
    title_zh = models.CharField(shown("标题", "Title, in Chinese"), max_length=NAME_MOST, blank=True)
    title_en = models.CharField(shown("标题（英文）", "Title, in English"), max_length=120, blank=True)
    logo = models.BinaryField(shown("图徽", "Logo"), default=b"", blank=True)
    pattern = models.CharField(shown("编号格式", "Pattern of numbers"), max_length=MOST, unique=True)
    first_number = models.PositiveIntegerField(shown("起始编号", "First number"), default=1)
    secrecy = models.PositiveSmallIntegerField(
        shown("密级", "Secrecy"), choices=SECRECY.choices(), null=True, blank=True
    )
    secrecy_term = models.CharField(shown("保密期限", "Secret for"), max_length=20, blank=True)
    compiled_by = models.CharField(shown("编制人", "Compiled by"), max_length=NAME_MOST, blank=True)
    checked_by = models.CharField(shown("审核人", "Checked by"), max_length=NAME_MOST, blank=True)
    approved_by = models.CharField(shown("批准人", "Approved by"), max_length=NAME_MOST, blank=True)
    one_person = models.BooleanField(shown("可由一人完成", "One person may do it all"), default=False)
    seal = models.PositiveSmallIntegerField(shown("印章位置", "Place of the seal"), choices=SEAL.choices(), default=2)
    map_review = models.CharField(shown("审图号", "Map review number"), max_length=40, blank=True)
    contacts_zh = models.TextField(shown("联系方式", "Contacts, in Chinese"), max_length=400, blank=True)
    contacts_en = models.TextField(shown("联系方式（英文）", "Contacts, in English"), max_length=600, blank=True)
    notes_zh = models.TextField(shown("附注", "Closing notes, in Chinese"), max_length=800, blank=True)
    notes_en = models.TextField(shown("附注（英文）", "Closing notes, in English"), max_length=1200, blank=True)
    margins = models.PositiveSmallIntegerField(shown("版面", "Page"), choices=MARGINS.choices(), default=1)

    class Meta:
        verbose_name = shown("报告版头", "Letterhead")
        verbose_name_plural = shown("报告版头", "Letterheads")
        ordering = ("scope", "code")
        constraints = [
            models.UniqueConstraint(fields=["scope", "code"], name="letterhead_once"),
            models.CheckConstraint(condition=Q(scope=1, code="") | (~Q(scope=1) & ~Q(code="")), name="letterhead_code"),
        ]

    def __str__(self) -> str:
        return f"{self.bureau_zh} {self.code}".strip()


class NumberSeries(models.Model):
    """The last number that a bureau gave in a year: whoever gives the next one holds this row until it is written."""

    series = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.year}: {self.last}"


class IssuedReport(models.Model):
    """A report with a number: its letterhead and its figures as they were, where it stands, and its files.

    It is never deleted. ``revision`` grows with each step, so that nobody signs what has changed since it was looked at.
    """

    series = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    told = models.CharField(shown("编号", "Number"), max_length=NUMBER_MOST, unique=True)
    state = models.PositiveSmallIntegerField(shown("状态", "State"), choices=STATE.choices(), default=DRAFT)
    revision = models.PositiveIntegerField(default=1)

    region = models.CharField(shown("区划代码", "Division code"), max_length=12, blank=True)
    # An area in place of a region, what of its usage is meant, and a digest of both, by which one is told from another.
    area = models.TextField(shown("范围", "Area"), blank=True, default="")
    selected = models.TextField(shown("水源与用途", "Sources and purposes"), blank=True, default="")
    of_area = models.CharField(max_length=32, blank=True, default="")
    unit = models.BooleanField(shown("填报单位", "Reporting unit"), default=False)
    name = models.CharField(shown("名称", "Name"), max_length=NAME_MOST)
    period = models.CharField(shown("统计期", "Period"), max_length=20)
    lang = models.CharField(shown("语言", "Language"), max_length=2)
    boundaries = models.CharField(shown("区划", "Division"), max_length=12, blank=True, default="")
    site = models.CharField(shown("地址", "Address"), max_length=200)
    stamp = models.CharField(shown("数据版本", "Data version"), max_length=40)
    version = models.BigIntegerField(shown("数据版本", "Data version"), default=0)

    letterhead = models.JSONField(shown("报告版头", "Letterhead"))
    copy_number = models.CharField(shown("份号", "Copy"), max_length=6, blank=True, default="")
    commentary = models.TextField(shown("综述", "Commentary"), blank=True, default="")
    signers = models.JSONField(shown("签署", "Signed"), default=dict)  # by step: who, and which day
    secrecy = models.CharField(shown("密级", "Secrecy"), max_length=20, blank=True, default="")

    frozen = models.JSONField(default=dict)  # of the figures and drawings as they were: file, length, SHA-256
    files = models.JSONField(shown("文件", "File"), default=dict)
    waits_for = models.CharField(max_length=10, blank=True, default="")  # what the worker has to do
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(shown("错误", "Error"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(shown("提出", "Asked at"), auto_now_add=True)

    class Meta:
        verbose_name = shown("编发的报告", "Issued report")
        verbose_name_plural = shown("编发的报告", "Issued reports")
        ordering = ("-id",)
        default_permissions = ()
        permissions = [
            ("compile_report", "编制报告 / Compile reports"),
            ("check_report", "审核报告 / Check reports"),
            ("approve_report", "批准报告 / Approve reports"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["series", "year", "number"], name="issued_number_once"),
            models.UniqueConstraint(
                fields=["region", "of_area", "unit", "period", "lang", "boundaries"],
                condition=Q(state__in=(DRAFT, CHECKED)),
                name="issued_one_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["id"], name="issued_waiting", condition=~Q(waits_for=""))]

    def __str__(self) -> str:
        return self.told

    @classmethod
    def of(cls, ask: Ask) -> models.QuerySet[IssuedReport]:
        """Those of the same region, period, language and divisions."""
        return cls.objects.filter(**cls.what(ask))

    @classmethod
    def what(cls, ask: Ask) -> dict[str, Any]:
        """The columns that say what a report is of."""
        of_area = hashlib.sha256(f"{ask.area}&{ask.selected}".encode()).hexdigest()[:32] if ask.area else ""
        return {
            "region": ask.code, "area": ask.area, "selected": ask.selected, "of_area": of_area, "unit": ask.unit,
            "period": str(ask.period), "lang": ask.lang, "boundaries": ask.boundaries,
        }  # fmt: skip


class IssuedEvent(models.Model):
    """One step of a report, and what it was at that step: ``digest`` is of everything that is signed."""

    report = models.ForeignKey(IssuedReport, on_delete=models.PROTECT, related_name="events")
    action = models.PositiveSmallIntegerField(choices=ACTION.choices())
    user_id = models.BigIntegerField()
    by = models.CharField(max_length=150)  # the account's name as it was: accounts go, signatures stay
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True, default="")
    digest = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.report_id}: {self.get_action_display()} {self.by}"


class CommentaryEdition(models.Model):
    """The commentary as somebody saved it."""

    report = models.ForeignKey(IssuedReport, on_delete=models.PROTECT, related_name="editions")
    text = models.TextField(blank=True)
    user_id = models.BigIntegerField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.report_id}: {self.by} {self.at:%Y-%m-%d}"
