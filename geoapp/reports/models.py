"""The reports asked for: a table that is the queue and the list of what was made."""

from __future__ import annotations

from django.db import models

QUEUED, RUNNING, DONE, FAILED = 1, 2, 3, 4
STATUS = [(QUEUED, "等待"), (RUNNING, "生成中"), (DONE, "完成"), (FAILED, "失败")]


class ReportJob(models.Model):
    """One report in its forms. ``key`` is of everything it depends on, so that two who ask for the same get one job."""

    key = models.CharField(max_length=32, unique=True)
    region = models.CharField("区划代码", max_length=12)
    name = models.CharField("名称", max_length=60)
    unit = models.BooleanField("填报单位", default=False)
    period = models.CharField("统计期", max_length=20)
    lang = models.CharField("语言", max_length=2)
    boundaries = models.CharField("区划", max_length=12, blank=True, default="")
    site = models.CharField("地址", max_length=200)
    formats = models.CharField("格式", max_length=40)
    stamp = models.CharField("数据版本", max_length=40)
    # Whose turn it is among those who wait: an address or an account, forgotten an hour after the report is done.
    asker = models.CharField("提出者", max_length=160, blank=True, default="")
    status = models.PositiveSmallIntegerField("状态", choices=STATUS, default=QUEUED)
    step = models.CharField("步骤", max_length=20, blank=True)
    progress = models.FloatField("进度", default=0.0)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    error = models.CharField("错误", max_length=300, blank=True)
    files = models.JSONField("文件", default=dict)
    created_at = models.DateTimeField("提出", auto_now_add=True)
    finished_at = models.DateTimeField("完成", null=True)

    class Meta:
        verbose_name = "报告"
        verbose_name_plural = "报告"
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["id"], name="report_job_waiting", condition=models.Q(status__in=(QUEUED, RUNNING)))
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.name} {self.period}"
