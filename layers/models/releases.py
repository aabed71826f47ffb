"""Where rows came from, and which version of each dataset is current."""

from __future__ import annotations

from django.db import models


class Release(models.Model):
    """One committed import: what file, who, when, and how many rows it changed.

    The id grows with every release of any dataset, so the largest id among the datasets that a view depends on
    is that view's version: comparable, monotonic, and changed by exactly the imports that matter to it.
    """

    dataset = models.CharField("数据集", max_length=32)
    file_name = models.CharField("文件", max_length=255)
    file_sha256 = models.CharField("文件指纹", max_length=64, blank=True)
    actor = models.CharField("操作人", max_length=150, blank=True)
    made_at = models.DateTimeField("时间", auto_now_add=True)
    rows_new = models.PositiveIntegerField("新增", default=0)
    rows_changed = models.PositiveIntegerField("变更", default=0)
    rows_unchanged = models.PositiveIntegerField("未变", default=0)
    rows_refused = models.PositiveIntegerField("拒收", default=0)
    report = models.JSONField("报告", default=dict, blank=True)

    class Meta:
        verbose_name = "数据发布"
        verbose_name_plural = "数据发布"
        ordering = ("-id",)
        permissions = (("import_data", "可以上传并导入数据文件"),)

    def __str__(self) -> str:
        return f"#{self.pk} {self.dataset} {self.file_name}"


class LayerVersion(models.Model):
    """The current version of a dataset; raised by one in the transaction that changes its rows."""

    dataset = models.CharField("数据集", max_length=32, primary_key=True)
    version = models.PositiveIntegerField("版本")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, verbose_name="数据发布")
    changed_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = "图层版本"
        verbose_name_plural = "图层版本"

    def __str__(self) -> str:
        return f"{self.dataset} v{self.version}"


class FormerState(models.Model):
    """What an object was until a release changed or deleted it: enough to show it, and to bring it back exactly.

    Grain: an object and a release that ended one of its states. What a release made new has none; of a month of records that
    comes for the first time nothing is kept.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+", verbose_name="被此发布改动")
    # The release that had made this state. No foreign key: the object's own is one.
    made_by = models.BigIntegerField("由此发布写入")
    dataset = models.CharField("数据集", max_length=32)
    object_id = models.BigIntegerField("对象")
    deleted = models.BooleanField("删除", default=False)
    # Column of its table → value, a geometry as hexadecimal EWKB; ``links``: field → ids, ``linked_from``: table → ids.
    row = models.JSONField("内容")

    class Meta:
        verbose_name = "对象的旧状态"
        verbose_name_plural = "对象的旧状态"
        constraints = [
            models.UniqueConstraint(fields=["release", "dataset", "object_id"], name="former_state_once"),
        ]
        indexes = [
            models.Index(fields=["dataset", "object_id"], name="former_state_object"),
            models.Index(fields=["dataset", "made_by"], name="former_state_made_by"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.object_id} #{self.made_by}–#{self.release_id}"
