"""Where rows came from, and which version of each dataset is current."""

from __future__ import annotations

from django.db import models

from layers.words import shown


class Release(models.Model):
    """One committed import: what file, who, when, and how many rows it changed.

    The id grows with every release of any dataset, so the largest id among the datasets that a view depends on
    is that view's version: comparable, monotonic, and changed by exactly the imports that matter to it.
    """

    dataset = models.CharField(shown("数据集", "Dataset"), max_length=32)
    file_name = models.CharField(shown("文件", "File"), max_length=255)
    file_sha256 = models.CharField(shown("文件指纹", "Fingerprint"), max_length=64, blank=True)
    actor = models.CharField(shown("操作人", "Actor"), max_length=150, blank=True)
    made_at = models.DateTimeField(shown("时间", "Time"), auto_now_add=True)
    rows_new = models.PositiveIntegerField(shown("新增", "New"), default=0)
    rows_changed = models.PositiveIntegerField(shown("变更", "Changed"), default=0)
    rows_unchanged = models.PositiveIntegerField(shown("未变", "Unchanged"), default=0)
    rows_refused = models.PositiveIntegerField(shown("拒收", "Refused"), default=0)
    report = models.JSONField(shown("报告", "Report"), default=dict, blank=True)

    class Meta:
        verbose_name = shown("数据发布", "Release")
        verbose_name_plural = shown("数据发布", "Release")
        ordering = ("-id",)
        permissions = (("import_data", "可以上传并导入数据文件"),)

    def __str__(self) -> str:
        return f"#{self.pk} {self.dataset} {self.file_name}"


class LayerVersion(models.Model):
    """The current version of a dataset; raised by one in the transaction that changes its rows."""

    dataset = models.CharField(shown("数据集", "Dataset"), max_length=32, primary_key=True)
    version = models.PositiveIntegerField(shown("版本", "Version"))
    release = models.ForeignKey(Release, on_delete=models.PROTECT, verbose_name=shown("数据发布", "Release"))
    changed_at = models.DateTimeField(shown("更新时间", "Changed at"))

    class Meta:
        verbose_name = shown("图层版本", "Layer versions")
        verbose_name_plural = shown("图层版本", "Layer versions")

    def __str__(self) -> str:
        return f"{self.dataset} v{self.version}"


class FormerState(models.Model):
    """What an object was until a release changed or deleted it: enough to show it, and to bring it back exactly.

    Grain: an object and a release that ended one of its states. What a release made new has none; of a month of records that
    comes for the first time nothing is kept.
    """

    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, related_name="+", verbose_name=shown("被此发布改动", "Changed by")
    )
    # The release that had made this state. No foreign key: the object's own is one.
    made_by = models.BigIntegerField(shown("由此发布写入", "Written by"))
    dataset = models.CharField(shown("数据集", "Dataset"), max_length=32)
    object_id = models.BigIntegerField(shown("对象", "Object"))
    deleted = models.BooleanField(shown("删除", "deletion"), default=False)
    # Column of its table → value, a geometry as hexadecimal EWKB; ``links``: field → ids, ``linked_from``: table → ids.
    row = models.JSONField(shown("内容", "Content"))

    class Meta:
        verbose_name = shown("对象的旧状态", "Former states")
        verbose_name_plural = shown("对象的旧状态", "Former states")
        constraints = [
            models.UniqueConstraint(fields=["release", "dataset", "object_id"], name="former_state_once"),
        ]
        indexes = [
            models.Index(fields=["dataset", "object_id"], name="former_state_object"),
            models.Index(fields=["dataset", "made_by"], name="former_state_made_by"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.object_id} #{self.made_by}–#{self.release_id}"
