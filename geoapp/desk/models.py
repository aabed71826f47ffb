"""What lies on the desk: files on their way from upload to release, and the readings that are kept for the next of a kind."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from layers.models import Release

QUEUED, CHECKING, CHECKED, REFUSED, UNKNOWN, TO_COMMIT, COMMITTING, COMMITTED, FAILED = range(1, 10)
STATES = [
    (QUEUED, "等待检查"), (CHECKING, "正在检查"), (CHECKED, "已检查"), (REFUSED, "不能导入"), (UNKNOWN, "待选数据集"),
    (TO_COMMIT, "等待导入"), (COMMITTING, "正在导入"), (COMMITTED, "已导入"), (FAILED, "出错"),
]  # fmt: skip
WAITING = (QUEUED, TO_COMMIT)
WORKED_ON = (CHECKING, COMMITTING)
READABLE = (CHECKED, REFUSED, UNKNOWN, FAILED)  # nobody is at it and its file is there: it can be read again


class ReadingProfile(models.Model):
    """How files of a kind are read. A file's kind is its target and its headings, in whatever order."""

    name = models.CharField("名称", max_length=100)
    target = models.CharField("数据集或图层", max_length=32)
    fingerprint = models.CharField("列名指纹", max_length=64)
    headings = models.JSONField("列名", default=list)
    sheet = models.CharField("工作表或图层名的样式", max_length=120, blank=True)  # its digits as #
    suffix = models.CharField("文件类型", max_length=10)
    how = models.JSONField("读法", default=dict)
    made_by = models.CharField("保存人", max_length=150)
    made_at = models.DateTimeField("保存时间", auto_now=True)
    used_at = models.DateTimeField("最近使用", null=True)

    class Meta:
        verbose_name = "读法"
        verbose_name_plural = "读法"
        ordering = ("name", "id")
        constraints = [models.UniqueConstraint(fields=["target", "fingerprint"], name="one_reading_a_kind")]

    def __str__(self) -> str:
        return self.name


class ImportJob(models.Model):
    """One uploaded file: what its sender said of it, how far it is, and what came of it. Its token is its only name outside.

    ``how`` says how the file is read: ``crs``, ``inner`` (the sheet or layer), ``field_map`` (field → heading, "" for none),
    ``told`` (decision → value), ``closing``, ``effective``, and ``plain`` when no kept reading is wanted. ``report`` is
    `ImportReport.to_dict` without its rows, which lie in the job's folder (`geoapp.desk.rows`).
    """

    token = models.CharField(max_length=43, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="import_jobs")
    target = models.CharField("数据集或图层", max_length=32, blank=True)
    proposals = models.JSONField(
        "可能的数据集", default=list
    )  # [target, headings known, of how many], the likeliest first
    name = models.CharField("文件名", max_length=255)
    suffix = models.CharField(max_length=10)
    size = models.BigIntegerField("字节")
    sha256 = models.CharField(max_length=64)
    how = models.JSONField("读法", default=dict)
    headings = models.JSONField("列名", default=list)
    profile = models.ForeignKey(ReadingProfile, models.SET_NULL, null=True)  # by which it was read, unasked
    state = models.PositiveSmallIntegerField("状态", choices=STATES, default=QUEUED)
    asked_at = models.DateTimeField("提出")  # whose turn it is
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    error = models.JSONField("错误", default=dict)  # zh, en, param, allowed
    report = models.JSONField("报告", default=dict)
    release = models.ForeignKey(Release, models.SET_NULL, null=True)
    created_at = models.DateTimeField("上传", auto_now_add=True)
    changed_at = models.DateTimeField("变动", auto_now=True)

    class Meta:
        verbose_name = "导入的文件"
        verbose_name_plural = "导入的文件"
        ordering = ("-id",)
        indexes = [
            models.Index(
                fields=["asked_at"], name="import_job_waiting", condition=models.Q(state__in=(*WAITING, *WORKED_ON))
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.target or '?'}"
