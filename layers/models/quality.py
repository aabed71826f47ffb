"""What rules find wrong with the data, and what people say of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex

from layers.models.base import STORAGE_SRID, TILE_SRID, code_index
from layers.vocab import FINDING_END, FINDING_STATE, OPEN, POSITION_QUALITY, SEVERITY
from layers.words import shown


class Judgement(models.Model):
    """One deed: a verdict on one finding, or on many at once, which is taken back as one."""

    state = models.PositiveSmallIntegerField(shown("结论", "Verdict"), choices=FINDING_STATE.choices())
    reason = models.CharField(shown("理由", "Reason"), max_length=500, blank=True)
    by = models.CharField(shown("操作人", "By"), max_length=150)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(shown("时间", "At"), auto_now_add=True)
    until = models.DateField(shown("有效期至", "Holds until"), null=True, blank=True)  # the last day; None: for good
    withdrawn_by = models.CharField(shown("撤回人", "Taken back by"), max_length=150, blank=True)
    withdrawn_at = models.DateTimeField(shown("撤回时间", "Taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = shown("结论", "Verdicts")
        verbose_name_plural = shown("结论", "Verdicts")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"#{self.pk} {self.by}"


class Finding(models.Model):
    """A fault that a rule finds, for as long as it finds it (``standing``), and afterwards as what was.

    ``code`` is its identity: a hash of the rule, of the codes of its objects in order, and of what else tells it apart; never of position
    or text, so that it is the same finding when its evidence changes.
    """

    code = models.CharField(shown("编号", "Code"), max_length=32, unique=True)
    rule = models.PositiveSmallIntegerField(shown("规则", "Rule"))  # of `layers.quality.RULE`
    rule_version = models.PositiveSmallIntegerField()
    severity = models.PositiveSmallIntegerField(shown("严重程度", "Severity"), choices=SEVERITY.choices())
    dataset = models.CharField(shown("数据集", "Dataset"), max_length=32)
    of_person = models.BooleanField(default=False)
    object_ids = ArrayField(models.BigIntegerField())
    objects_named = ArrayField(models.CharField(max_length=40))  # their codes, in order
    name = models.CharField(shown("对象", "Objects"), max_length=200)  # their codes as one text, for lists and files
    subkey = models.CharField(max_length=80, blank=True)
    geom = models.PointField(shown("位置", "Position"), srid=STORAGE_SRID, null=True, blank=True, spatial_index=False)
    geom_3857 = models.GeneratedField(
        expression=Transform("geom", TILE_SRID),
        output_field=models.PointField(srid=TILE_SRID, null=True, spatial_index=False),
        db_persist=True,
    )
    position_quality = models.PositiveSmallIntegerField(
        shown("位置质量", "Position quality"), choices=POSITION_QUALITY.choices(), null=True
    )  # its objects': what stands on a made-up position is marked as it is
    region = models.ForeignKey(  # found anew with the rest, so it keeps no division from being taken back
        "layers.Region", on_delete=models.PROTECT, null=True, editable=False, related_name="findings", verbose_name=shown("区划", "Division")
    )  # fmt: skip
    evidence = models.JSONField(shown("依据", "Evidence"), default=dict)
    evidence_hash = models.CharField(max_length=32)
    fixes = models.JSONField(shown("改法", "Fixes"), default=list)
    standing = models.BooleanField(default=True)
    # The releases after which it was first found, and no longer; none where a rule was run without one.
    first_release = models.ForeignKey(
        "layers.Release", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    first_seen = models.DateTimeField(shown("首次发现", "First seen"))
    last_release = models.ForeignKey(
        "layers.Release", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(shown("消除时间", "Gone at"), null=True)
    ended_by = models.PositiveSmallIntegerField(shown("消除方式", "Gone by"), choices=FINDING_END.choices(), null=True)
    # The verdict that holds, and the state that it gives; by `layers.findings.verdicts` alone.
    state = models.PositiveSmallIntegerField(shown("状态", "State"), choices=FINDING_STATE.choices(), default=OPEN)
    verdict = models.ForeignKey(Judgement, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = shown("数据问题", "Findings")
        verbose_name_plural = shown("数据问题", "Findings")
        ordering = ("code",)
        indexes = [
            code_index("finding"),
            GistIndex(fields=["geom"], name="finding_geom_gist"),
            GistIndex(fields=["geom_3857"], name="finding_geom_3857_gist"),
            GinIndex(fields=["object_ids"], name="finding_object_ids"),
            models.Index(fields=["rule", "dataset"], name="finding_standing", condition=models.Q(standing=True)),
            # The work list, as it is sorted.
            models.Index(
                fields=["state", "severity", "-first_seen", "-id"],
                name="finding_listed",
                condition=models.Q(standing=True),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class JudgedFinding(models.Model):
    """What an act says of one finding, on the evidence that there was. It outlives the finding, and holds again when that comes back
    with the same evidence."""

    act = models.ForeignKey(Judgement, on_delete=models.PROTECT, related_name="verdicts")
    finding = models.CharField(max_length=32)  # its code
    evidence = models.JSONField(default=dict)
    evidence_hash = models.CharField(max_length=32)

    class Meta:
        verbose_name = shown("结论明细", "Verdicts one by one")
        verbose_name_plural = shown("结论明细", "Verdicts one by one")
        constraints = [models.UniqueConstraint(fields=["act", "finding"], name="verdict_once")]
        indexes = [models.Index(fields=["finding", "-act"], name="verdict_finding")]

    def __str__(self) -> str:
        return f"{self.finding} #{self.act_id}"


class RuleRun(models.Model):
    """A rule over all objects of a dataset: as which version it was last run, and on what day of the data."""

    rule = models.PositiveSmallIntegerField()
    dataset = models.CharField(max_length=32)
    version = models.PositiveSmallIntegerField()
    context = models.JSONField(default=dict)  # what of `layers.quality.CONTEXT` it used
    at = models.DateTimeField()
    seconds = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "dataset"], name="rule_run_once")]

    def __str__(self) -> str:
        return f"{self.rule} {self.dataset} v{self.version}"
