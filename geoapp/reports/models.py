"""The reports asked for: a table that is the queue and the list of what was made."""

from __future__ import annotations

from django.db import models

from geoapp.reports.official.models import (
    CommentaryEdition,
    IssuedEvent,
    IssuedReport,
    Letterhead,
    NumberSeries,
)
from layers.words import shown

__all__ = [
    "DONE", "FAILED", "QUEUED", "RUNNING", "STATUS", "CommentaryEdition", "IssuedEvent", "IssuedReport", "Letterhead",
    "NumberSeries", "ReportJob",
]  # fmt: skip
QUEUED, RUNNING, DONE, FAILED = 1, 2, 3, 4
STATUS = [
    (QUEUED, shown("等待", "Waiting")),
    (RUNNING, shown("生成中", "Being made")),
    (DONE, shown("完成", "Done")),
    (FAILED, shown("失败", "Failed")),
]


class ReportJob(models.Model):
    """One report in its forms. ``key`` is of everything it depends on, so that two who ask for the same get one job."""

    key = models.CharField(max_length=32, unique=True)
    region = models.CharField(shown("区划代码", "Division code"), max_length=12, blank=True)
    name = models.CharField(shown("名称", "Name"), max_length=60)
    unit = models.BooleanField(shown("填报单位", "Reporting unit"), default=False)
    period = models.CharField(shown("统计期", "Period"), max_length=20)
    lang = models.CharField(shown("语言", "Language"), max_length=2)
    boundaries = models.CharField(shown("区划", "Division"), max_length=12, blank=True, default="")
    # An area in place of a region (or, behind `atlas/`, what a bound volume has chapters of), and what of its usage is meant; as an
    # address says them.
    area = models.TextField(shown("范围", "Area"), blank=True, default="")
    selected = models.TextField(shown("水源与用途", "Sources and purposes"), blank=True, default="")
    letterhead = models.CharField(
        shown("报告版头", "Letterhead"), max_length=32, blank=True, default=""
    )  # a digest of it
    site = models.CharField(shown("地址", "Address"), max_length=200)
    formats = models.CharField(shown("格式", "Form"), max_length=40)
    stamp = models.CharField(shown("数据版本", "Data version"), max_length=40)
    # Whose turn it is among those who wait: an address or an account, forgotten an hour after the report is done.
    asker = models.CharField(shown("提出者", "Asked by"), max_length=160, blank=True, default="")
    status = models.PositiveSmallIntegerField(shown("状态", "Status"), choices=STATUS, default=QUEUED)
    step = models.CharField(shown("步骤", "Step"), max_length=20, blank=True)
    progress = models.FloatField(shown("进度", "Progress"), default=0.0)
    attempts = models.PositiveSmallIntegerField(shown("次数", "Times"), default=0)
    error = models.CharField(shown("错误", "Error"), max_length=300, blank=True)
    files = models.JSONField(shown("文件", "File"), default=dict)
    created_at = models.DateTimeField(shown("提出", "Asked at"), auto_now_add=True)
    finished_at = models.DateTimeField(shown("完成", "Done"), null=True)

    class Meta:
        verbose_name = shown("报告", "Report")
        verbose_name_plural = shown("报告", "Report")
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["id"], name="report_job_waiting", condition=models.Q(status__in=(QUEUED, RUNNING)))
        ]

    def __str__(self) -> str:
        return f"{self.region or 'area'} {self.name} {self.period}"
