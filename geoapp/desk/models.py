"""What lies on the desk: files on their way from upload to release, and the readings that are kept for the next of a kind."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from layers.models import Release
from layers.words import shown

QUEUED, CHECKING, CHECKED, REFUSED, UNKNOWN, TO_COMMIT, COMMITTING, COMMITTED, FAILED = range(1, 10)
STATES = [
    (QUEUED, shown("等待检查", "Waiting to be checked")), (CHECKING, shown("正在检查", "Being checked")), (CHECKED, shown("已检查", "Checked")), (REFUSED, shown("不能导入", "Cannot be imported")), (UNKNOWN, shown("待选数据集", "Dataset to be chosen")),
    (TO_COMMIT, shown("等待导入", "Waiting to be imported")), (COMMITTING, shown("正在导入", "Being imported")), (COMMITTED, shown("已导入", "Imported")), (FAILED, shown("出错", "Failed")),
]  # fmt: skip
WAITING = (QUEUED, TO_COMMIT)
WORKED_ON = (CHECKING, COMMITTING)
READABLE = (CHECKED, REFUSED, UNKNOWN, FAILED)  # nobody is at it and its file is there: it can be read again


class ReadingProfile(models.Model):
    """How files of a kind are read. A file's kind is its target and its headings, in whatever order."""

    name = models.CharField(shown("名称", "Name"), max_length=100)
    target = models.CharField(shown("数据集或图层", "Dataset or layer"), max_length=32)
    fingerprint = models.CharField(shown("列名指纹", "Fingerprint of the headings"), max_length=64)
    headings = models.JSONField(shown("列名", "Headings"), default=list)
    sheet = models.CharField(
        shown("工作表或图层名的样式", "Pattern of the sheet or layer"), max_length=120, blank=True
    )  # its digits as #
    suffix = models.CharField(shown("文件类型", "File type"), max_length=10)
    how = models.JSONField(shown("读法", "Reading"), default=dict)
    made_by = models.CharField(shown("保存人", "Kept by"), max_length=150)
    made_at = models.DateTimeField(shown("保存时间", "Kept at"), auto_now=True)
    used_at = models.DateTimeField(shown("最近使用", "Last used"), null=True)

    class Meta:
        verbose_name = shown("读法", "Reading")
        verbose_name_plural = shown("读法", "Reading")
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
    target = models.CharField(shown("数据集或图层", "Dataset or layer"), max_length=32, blank=True)
    proposals = models.JSONField(
        shown("可能的数据集", "Possible datasets"), default=list
    )  # [target, headings known, of how many], the likeliest first
    name = models.CharField(shown("文件名", "File name"), max_length=255)
    suffix = models.CharField(max_length=10)
    size = models.BigIntegerField(shown("字节", "Bytes"))
    sha256 = models.CharField(max_length=64)
    how = models.JSONField(shown("读法", "Reading"), default=dict)
    headings = models.JSONField(shown("列名", "Headings"), default=list)
    profile = models.ForeignKey(ReadingProfile, models.SET_NULL, null=True)  # by which it was read, unasked
    state = models.PositiveSmallIntegerField(shown("状态", "Status"), choices=STATES, default=QUEUED)
    asked_at = models.DateTimeField(shown("提出", "Asked at"))  # whose turn it is
    attempts = models.PositiveSmallIntegerField(shown("次数", "Times"), default=0)
    error = models.JSONField(shown("错误", "Error"), default=dict)  # zh, en, param, allowed
    report = models.JSONField(shown("报告", "Report"), default=dict)
    release = models.ForeignKey(Release, models.SET_NULL, null=True)
    created_at = models.DateTimeField(shown("上传", "Sent at"), auto_now_add=True)
    changed_at = models.DateTimeField(shown("变动", "Changed at"), auto_now=True)

    class Meta:
        verbose_name = shown("导入的文件", "Imported files")
        verbose_name_plural = shown("导入的文件", "Imported files")
        ordering = ("-id",)
        indexes = [
            models.Index(
                fields=["asked_at"], name="import_job_waiting", condition=models.Q(state__in=(*WAITING, *WORKED_ON))
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.target or '?'}"
